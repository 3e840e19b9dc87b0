"""A deployed stack as the smoke test reaches it: its outputs, its API, and AWS as the caller's own credentials."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from mini_ml.client import Client
from mini_ml.topology import PROJECT

_PATIENCE_SECONDS = 300.0

Found = TypeVar("Found")


class SmokeFailure(Exception):
    """The stack does not do what it should; the message is a sentence."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the stack is; tests put an emulated one in the place of AWS."""

    stage: str
    api_url: str
    uploads_bucket: str
    artifacts_bucket: str
    endpoint_url: str | None = None

    def aws(self, service: str) -> Any:
        """Return a client of a service, as the caller of the smoke test."""
        style = Config(signature_version="s3v4") if service == "s3" else None
        return boto3.client(service, endpoint_url=self.endpoint_url, config=style)  # type: ignore[call-overload]  # any

    def api(self) -> Client:
        """Return a client of the API; a context manager."""
        return Client(self.api_url)


def site_of(stage: str) -> Site:
    """Return the stack of a stage in the caller's account and region, by its outputs."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=f"{PROJECT}-{stage}")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Site(
        stage=stage,
        api_url=outputs["ApiUrl"].rstrip("/"),
        uploads_bucket=outputs["UploadsBucket"],
        artifacts_bucket=outputs["ArtifactsBucket"],
    )


def require(condition: bool, sentence: str) -> None:
    """Go on only if something holds. Raises SmokeFailure with the sentence."""
    if not condition:
        raise SmokeFailure(sentence)


def eventually(look: Callable[[], Found | None], sentence: str) -> Found:
    """Return what `look` finds, as soon as it does. Raises SmokeFailure with the sentence when it never does."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while (found := look()) is None:
        require(time.monotonic() < end, sentence)
        time.sleep(0.5)
    return found
