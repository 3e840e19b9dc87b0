"""A deployed stack as the smoke test reaches it: its outputs, its API, and AWS as the caller's own credentials."""

import os
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from mini_ml.client import Client
from mini_ml.topology import PROJECT


class SmokeFailure(Exception):
    """The stack does not do what it should; the message is a sentence."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the stack is; tests put an emulated one in the place of AWS."""

    stage: str
    api_url: str
    uploads_bucket: str
    artifacts_bucket: str
    credential: str | None = field(default=None, repr=False)
    """API key with the scope admin; None where the stack asks nobody."""
    reader: str | None = field(default=None, repr=False)
    """API key with the scope read alone, where the caller of the smoke test has one."""
    endpoint_url: str | None = None

    def aws(self, service: str) -> Any:
        """Return a client of a service, as the caller of the smoke test.

        Buckets stand in the host on AWS, where an address signed for the global host fails outside us-east-1.
        """
        config = Config(
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "path" if self.endpoint_url else "virtual"},
        )
        return boto3.client(service, endpoint_url=self.endpoint_url, config=config)  # type: ignore[call-overload]  # any

    def api(self) -> Client:
        """Return a client of the API; a context manager."""
        return Client(self.api_url, credential=self.credential)

    @property
    def headers(self) -> dict[str, str]:
        """What a request without the client needs."""
        return {"Authorization": f"Bearer {self.credential}"} if self.credential else {}


def site_of(stage: str) -> Site:
    """Return the stack of a stage in the caller's account and region, by its outputs."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=f"{PROJECT}-{stage}")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Site(
        stage=stage,
        api_url=outputs["ApiUrl"].rstrip("/"),
        uploads_bucket=outputs["UploadsBucket"],
        artifacts_bucket=outputs["ArtifactsBucket"],
        credential=_secret(outputs["AdminKeyArn"]) if "AdminKeyArn" in outputs else None,
        reader=os.environ.get("SMOKE_READ_KEY"),
    )


def _secret(arn: str) -> str:
    found: str = boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return found


def require(condition: bool, sentence: str) -> None:
    """Go on only if something holds. Raises SmokeFailure with the sentence."""
    if not condition:
        raise SmokeFailure(sentence)
