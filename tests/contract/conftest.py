"""The ports in memory, on moto and on an emulated AWS; every test gets an empty bucket and queue."""

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest

from mini_ml.adapters.aws.clients import s3_client
from mini_ml.adapters.aws.s3 import S3ObjectStore
from mini_ml.adapters.aws.seal import HmacSeal, KmsSeal, RotatedSeal
from mini_ml.adapters.memory.object_store import MemoryObjectStore
from mini_ml.adapters.settings import CloudSettings
from mini_ml.ports import ObjectStore, Seal
from tests.fixtures.emulated import aws_environment, cloud_settings, moto_aws


@pytest.fixture
def moto_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudSettings]:
    """Settings of a cloud that moto plays inside this process."""
    for name, value in aws_environment("").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with moto_aws():
        yield cloud_settings(None, stage="dev")


@pytest.fixture(params=["memory", "moto", "emulated"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    """An empty bucket of each kind."""
    return new_store(request.param, request)


@pytest.fixture(params=["memory", "emulated"])
def faithful_store(request: pytest.FixtureRequest) -> ObjectStore:
    """An empty bucket of each kind but moto, which is not made for threads, and lists folders of deleted keys."""
    return new_store(request.param, request)


@pytest.fixture
def emulated_store(request: pytest.FixtureRequest) -> ObjectStore:
    """An empty bucket on an emulated AWS, which answers HTTP requests of anybody."""
    return new_store("emulated", request)


def new_store(kind: str, request: pytest.FixtureRequest) -> ObjectStore:
    """Return an empty, versioned bucket."""
    bucket = f"bucket-{uuid4().hex}"
    if kind == "memory":
        return MemoryObjectStore(bucket=bucket)
    client = s3_client(request.getfixturevalue("moto_settings" if kind == "moto" else "emulated"))
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return S3ObjectStore(client, bucket)


@pytest.fixture(params=["secret", "moto", "ministack", "rotated"])
def seal(request: pytest.FixtureRequest) -> Seal:
    """A seal of each kind, under a key of its own."""
    return new_seal(request.param, request)


def new_seal(kind: str, request: pytest.FixtureRequest) -> Seal:
    """Return a seal under a new key."""
    if kind == "secret":
        return HmacSeal(uuid4().bytes)
    if kind == "rotated":
        return RotatedSeal(HmacSeal(uuid4().bytes), [HmacSeal(uuid4().bytes)])
    request.getfixturevalue("moto_settings" if kind == "moto" else "emulated")
    client = boto3.client("kms")
    made = client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return KmsSeal(client, made["KeyMetadata"]["Arn"])
