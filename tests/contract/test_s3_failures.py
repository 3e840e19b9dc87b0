"""S3 errors: unavailable, access denied, and conflicts with a concurrent write, which no emulator returns."""

import io
from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from mini_ml.adapters.aws import conditional, multipart
from mini_ml.adapters.aws.s3 import S3ObjectStore
from mini_ml.adapters.settings import CloudSettings
from mini_ml.errors import (
    AlreadyExists,
    ObjectMissing,
    ObjectUnreadable,
    StaleWrite,
    StorageUnavailable,
    UnreadableCause,
)
from mini_ml.local.listening import free_ports

CONFLICT = "ConditionalRequestConflict"


@pytest.fixture
def stubbed(moto_settings: CloudSettings) -> Iterator[tuple[S3ObjectStore, Stubber]]:
    """A bucket with prepared responses, in order; the test must use all of them."""
    client = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
    with Stubber(client) as stubber:
        yield S3ObjectStore(client, "bucket"), stubber
        stubber.assert_no_pending_responses()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditional, "_FIRST_PAUSE_SECONDS", 0)


WRITTEN = {"ETag": '"e"', "VersionId": "v", "ResponseMetadata": {"HTTPHeaders": {}}}


def reject(stubber: Stubber, operation: str, code: str, status: int) -> None:
    stubber.add_client_error(operation, code, http_status_code=status)


def test_a_conflicting_write_is_repeated(stubbed: tuple[S3ObjectStore, Stubber]) -> None:
    store, stubber = stubbed
    reject(stubber, "put_object", CONFLICT, 409)
    stubber.add_response("put_object", WRITTEN)

    assert store.put_new("a", b"1").version_id == "v"


def test_a_conflict_that_does_not_end_is_unavailable(stubbed: tuple[S3ObjectStore, Stubber]) -> None:
    store, stubber = stubbed
    for _ in range(conditional._TRIES):
        reject(stubber, "put_object", CONFLICT, 409)

    with pytest.raises(StorageUnavailable):
        store.replace("a", b"1", etag='"e"')


def test_a_conflict_that_another_writer_wins_is_reported(stubbed: tuple[S3ObjectStore, Stubber]) -> None:
    store, stubber = stubbed
    reject(stubber, "put_object", CONFLICT, 409)
    reject(stubber, "put_object", "PreconditionFailed", 412)

    with pytest.raises(StaleWrite):
        store.replace("a", b"1", etag='"e"')


def test_a_multipart_upload_that_conflicts_is_restarted(
    stubbed: tuple[S3ObjectStore, Stubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, stubber = stubbed
    monkeypatch.setattr(multipart, "PART_BYTES", 2)
    for end in ("conflict", "success"):
        stubber.add_response("create_multipart_upload", {"UploadId": end})
        stubber.add_response("upload_part", {"ETag": '"1"'})
        stubber.add_response("upload_part", {"ETag": '"2"'})
        if end == "conflict":
            reject(stubber, "complete_multipart_upload", CONFLICT, 409)
            stubber.add_response("abort_multipart_upload", {})
    stubber.add_response("complete_multipart_upload", {})

    with store.create("a") as writer:
        writer.write(b"123")


def test_a_part_that_fails_ends_the_upload_and_leaves_nothing(
    stubbed: tuple[S3ObjectStore, Stubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, stubber = stubbed
    monkeypatch.setattr(multipart, "PART_BYTES", 2)
    stubber.add_response("create_multipart_upload", {"UploadId": "u"})
    reject(stubber, "upload_part", "SlowDown", 503)
    stubber.add_response("abort_multipart_upload", {})

    with pytest.raises(StorageUnavailable), store.create("a") as writer:
        writer.write(b"12345")


def test_a_multipart_upload_that_cannot_even_be_aborted_names_its_first_error(
    stubbed: tuple[S3ObjectStore, Stubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, stubber = stubbed
    monkeypatch.setattr(multipart, "PART_BYTES", 2)
    stubber.add_response("create_multipart_upload", {"UploadId": "u"})
    stubber.add_response("upload_part", {"ETag": '"1"'})
    stubber.add_response("upload_part", {"ETag": '"2"'})
    reject(stubber, "complete_multipart_upload", "PreconditionFailed", 412)
    reject(stubber, "abort_multipart_upload", "NoSuchUpload", 404)

    with pytest.raises(AlreadyExists), store.create("a") as writer:
        writer.write(b"123")


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("AccessDenied", 403)])
def test_access_denied_means_unavailable_and_never_missing(
    stubbed: tuple[S3ObjectStore, Stubber], code: str, status: int
) -> None:
    store, stubber = stubbed
    reject(stubber, "get_object", code, status)

    with pytest.raises(StorageUnavailable):
        store.get("a")


KMS_MESSAGE = (
    "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:k"
)
REJECTIONS: list[tuple[str, str, int, UnreadableCause]] = [
    ("AccessDenied", "Access Denied", 403, "denied"),
    ("AccessDenied", KMS_MESSAGE, 403, "encrypted"),
    ("KMS.DisabledException", "The key is disabled.", 400, "encrypted"),
    ("KMS.NotFoundException", "Key does not exist", 400, "encrypted"),
    ("InvalidRequest", "The object was stored using a form of Server Side Encryption.", 400, "encrypted"),
    ("InvalidObjectState", "The operation is not valid for the object's storage class", 403, "archived"),
]


@pytest.mark.parametrize(("code", "message", "status", "cause"), REJECTIONS)
def test_an_object_that_s3_does_not_return_is_unreadable(
    stubbed: tuple[S3ObjectStore, Stubber], code: str, message: str, status: int, cause: UnreadableCause
) -> None:
    store, stubber = stubbed
    stubber.add_client_error("get_object", code, message, http_status_code=status)

    with pytest.raises(ObjectUnreadable) as caught:
        store.download("a", io.BytesIO(), version_id="v")

    assert caught.value.cause == cause
    assert message not in caught.value.detail


@pytest.mark.parametrize(("code", "message", "status", "cause"), REJECTIONS)
def test_a_rejected_head_asks_for_the_object_to_learn_why(
    stubbed: tuple[S3ObjectStore, Stubber], code: str, message: str, status: int, cause: UnreadableCause
) -> None:
    store, stubber = stubbed
    reject(stubber, "head_object", str(status), status)
    stubber.add_client_error("get_object", code, message, http_status_code=status)

    with pytest.raises(ObjectUnreadable) as caught:
        store.head("a", version_id="v")

    assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("code", "status"), [("ExpiredToken", 400), ("RequestTimeTooSkewed", 403), ("KMS.ThrottlingException", 400)]
)
def test_a_rejection_that_may_pass_is_not_unreadable(
    stubbed: tuple[S3ObjectStore, Stubber], code: str, status: int
) -> None:
    store, stubber = stubbed
    reject(stubber, "head_object", str(status), status)
    reject(stubber, "get_object", code, status)

    with pytest.raises(StorageUnavailable) as caught:
        store.head("a", version_id="v")

    assert not isinstance(caught.value, ObjectUnreadable)


def test_a_version_id_that_none_can_be_is_missing(stubbed: tuple[S3ObjectStore, Stubber]) -> None:
    store, stubber = stubbed
    reject(stubber, "head_object", "400", 400)
    reject(stubber, "get_object", "InvalidArgument", 400)

    with pytest.raises(ObjectMissing):
        store.head("a", version_id="nonsense")


@pytest.mark.parametrize("status", ["404", "405"])
def test_a_head_without_a_body_is_read_by_its_status(stubbed: tuple[S3ObjectStore, Stubber], status: str) -> None:
    store, stubber = stubbed
    reject(stubber, "head_object", status, int(status))

    with pytest.raises(ObjectMissing):
        store.head("a", version_id="v")


def test_a_store_that_does_not_answer_is_unavailable(emulated: CloudSettings) -> None:
    [port] = free_ports(1)
    away = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", config=Config(retries={"total_max_attempts": 1}))
    store = S3ObjectStore(away, "bucket")

    with pytest.raises(StorageUnavailable):
        store.put("a", b"1")
    with pytest.raises(StorageUnavailable):
        store.download("a", io.BytesIO())
    with pytest.raises(StorageUnavailable):
        list(store.list_keys(""))


def test_a_missing_bucket_is_unavailable(emulated: CloudSettings) -> None:
    store = S3ObjectStore(boto3.client("s3"), "absent-bucket")

    with pytest.raises(StorageUnavailable):
        store.put_new("a", b"1")
    with pytest.raises(StorageUnavailable):
        store.get("a")
