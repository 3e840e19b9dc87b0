"""Access to a deployed stack: its outputs, its API, and AWS with the caller's credentials."""

import os
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from mini_ml.client import Client
from mini_ml.topology import PROJECT


class SmokeFailure(Exception):
    """A check failed; the message is a sentence."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A deployed stack; tests replace AWS by an emulator with `endpoint_url`."""

    stage: str
    api_url: str
    uploads_bucket: str
    artifacts_bucket: str
    credential: str | None = field(default=None, repr=False)
    """API key with the scope admin; None if authentication is off."""
    reader: str | None = field(default=None, repr=False)
    """API key with the scope read only, from SMOKE_READ_KEY."""
    endpoint_url: str | None = None

    def aws(self, service: str) -> Any:
        """Return a client of an AWS service with the caller's credentials.

        On AWS it uses virtual-hosted buckets, because URLs signed for the global host fail outside us-east-1.
        """
        config = Config(
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "path" if self.endpoint_url else "virtual"},
        )
        return boto3.client(service, endpoint_url=self.endpoint_url, config=config)  # type: ignore[call-overload]  # any

    def api(self) -> Client:
        """Return a client of the API; use it as a context manager."""
        return Client(self.api_url, credential=self.credential)

    @property
    def headers(self) -> dict[str, str]:
        """Headers with the credential, for requests without the client."""
        return {"Authorization": f"Bearer {self.credential}"} if self.credential else {}


def site_of(stage: str) -> Site:
    """Read the outputs of the stack of a stage in the caller's account and region."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=f"{PROJECT}-{stage}")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Site(
        stage=stage,
        api_url=outputs["ApiUrl"].rstrip("/"),
        uploads_bucket=outputs["UploadsBucket"],
        artifacts_bucket=outputs["ArtifactsBucket"],
        credential=_read_secret(outputs["AdminKeyArn"]) if "AdminKeyArn" in outputs else None,
        reader=os.environ.get("SMOKE_READ_KEY"),
    )


def _read_secret(arn: str) -> str:
    found: str = boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return found


def require(condition: bool, sentence: str) -> None:
    """Raise SmokeFailure with the sentence unless the condition is true."""
    if not condition:
        raise SmokeFailure(sentence)
