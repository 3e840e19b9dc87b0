"""The process's one session with AWS, out of which clients are made."""

from functools import cache
from typing import Final

import boto3
import botocore.session
from botocore.loaders import Loader

_SERVICES: Final = ("kms", "s3", "secretsmanager", "sqs")
"""All that the services call; a further one is added here."""


class _OurServices(Loader):
    """Knows which services there are, where botocore would look through a thousand folders to see it has ours."""

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the services that we call, whatever is asked of them."""
        return list(_SERVICES)


@cache
def session() -> boto3.Session:
    """Return the session. Clients are made one after another, before there are threads: it is not safe among them."""
    made = botocore.session.get_session()
    made.register_component("data_loader", _OurServices())
    return boto3.Session(botocore_session=made)
