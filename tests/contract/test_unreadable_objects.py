"""Objects that S3 has but does not return: archived, encrypted with another key, or without permission."""

import io
import os
from collections.abc import Callable

import pytest

from mini_ml.adapters.aws.s3 import S3ObjectStore
from mini_ml.adapters.memory.object_store import MemoryObjectStore
from mini_ml.errors import ObjectMissing, ObjectUnreadable, UnreadableCause
from mini_ml.ports import ObjectStore
from tests.contract.conftest import new_store


def put_unreadable(store: ObjectStore, cause: UnreadableCause) -> str:
    """Put an object `a` that cannot be read, and return its version id."""
    if isinstance(store, MemoryObjectStore):
        store.unreadable["a"] = cause
        return store.put("a", b"1").version_id
    assert isinstance(store, S3ObjectStore)
    how = (
        {"StorageClass": "GLACIER"}
        if cause == "archived"
        else {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": os.urandom(32)}
    )
    return store._client.put_object(Bucket=store.bucket, Key="a", Body=b"1", **how)["VersionId"]


def open_and_read(store: ObjectStore, version_id: str | None) -> None:
    with store.open("a", version_id=version_id) as source:
        source.read()


READINGS: list[Callable[[ObjectStore, str | None], object]] = [
    lambda store, version_id: store.get("a", version_id=version_id),
    lambda store, version_id: store.download("a", io.BytesIO(), version_id=version_id),
    open_and_read,
]
KINDS = [("memory", "archived"), ("moto", "archived"), ("emulated", "archived"), ("memory", "encrypted")]
ENCRYPTED_ON_AN_EMULATOR = ("emulated", "encrypted")
"""moto returns objects that are encrypted with a key of the client without that key."""


@pytest.mark.parametrize("read", READINGS, ids=["get", "download", "open"])
@pytest.mark.parametrize("is_versioned", [True, False])
@pytest.mark.parametrize(("kind", "cause"), [*KINDS, ENCRYPTED_ON_AN_EMULATOR])
def test_an_object_that_is_not_returned_says_why(
    kind: str,
    cause: UnreadableCause,
    is_versioned: bool,
    read: Callable[[ObjectStore, str | None], object],
    request: pytest.FixtureRequest,
) -> None:
    store = new_store(kind, request)
    version_id = put_unreadable(store, cause)

    with pytest.raises(ObjectUnreadable) as caught:
        read(store, version_id if is_versioned else None)

    assert (caught.value.key, caught.value.cause) == ("a", cause)


@pytest.mark.parametrize("kind", ["memory", "moto", "emulated"])
def test_the_metadata_of_an_archived_object_is_returned(kind: str, request: pytest.FixtureRequest) -> None:
    store = new_store(kind, request)
    version_id = put_unreadable(store, "archived")

    assert store.head("a", version_id=version_id).size == 1


@pytest.mark.parametrize("kind", ["memory", "emulated"])
def test_the_metadata_of_an_object_under_another_key_is_not_returned(kind: str, request: pytest.FixtureRequest) -> None:
    store = new_store(kind, request)
    version_id = put_unreadable(store, "encrypted")

    with pytest.raises(ObjectUnreadable) as caught:
        store.head("a", version_id=version_id)

    assert caught.value.cause == "encrypted"


def test_a_missing_object_is_not_unreadable(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.get("a")
