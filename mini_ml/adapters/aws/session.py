"""The boto3 session of the process."""

from functools import cache
from typing import Final

import boto3
import botocore.session
from botocore.loaders import Loader

_SERVICES: Final = ("events", "kms", "s3", "secretsmanager", "sqs")
"""AWS services that the platform calls; add new ones here."""


class _OurServices(Loader):
    """Loader with a fixed list of services, because botocore would scan a thousand folders to build it."""

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the services that the platform calls."""
        return list(_SERVICES)


@cache
def session() -> boto3.Session:
    """Return the session. It is not thread-safe, so create all clients before starting threads."""
    made = botocore.session.get_session()
    made.register_component("data_loader", _OurServices())
    return boto3.Session(botocore_session=made)
