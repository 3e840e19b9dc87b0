"""Real HTTP failures of S3: throttling, errors and lost connections are retried by one policy, with jitter."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

import functions.api.factory
from mini_ml.adapters.aws.clients import build_cloud, s3_client
from mini_ml.adapters.aws.s3 import S3ObjectStore
from mini_ml.adapters.settings import CloudSettings
from mini_ml.errors import AlreadyExists, StaleWrite, StorageUnavailable
from tests.fixtures.faulty_proxy import Answer, InjectedFailures, build_error, proxying

SLOW_DOWN = build_error(503, "SlowDown")
FAILURES = {
    "throttling": SLOW_DOWN,
    "an internal error": build_error(500, "InternalError"),
    "a bad gateway": Answer(status=502),
    "a reset connection": "reset",
    "a lost answer": "lost",
    "no answer in time": "slow",
}
each_failure = pytest.mark.parametrize("failure", list(FAILURES.values()), ids=list(FAILURES))


@dataclass(frozen=True)
class FaultyStore:
    """A bucket behind a proxy, and what befalls the next calls of it."""

    store: S3ObjectStore
    failures: InjectedFailures
    settings: CloudSettings


@pytest.fixture
def faulty_store(emulated: CloudSettings, endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
    """An empty bucket on an emulated AWS behind a proxy, whose slow responses exceed the timeout."""
    bucket, failures = f"bucket-{uuid4().hex}", InjectedFailures(seconds=1.0)
    straight = s3_client(emulated)
    straight.create_bucket(Bucket=bucket)
    straight.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with proxying(int(endpoint_url.rpartition(":")[2]), failures, "tested") as ports:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{ports['tested']}")
        settings = CloudSettings(
            stage=emulated.stage,
            uploads_bucket=emulated.uploads_bucket,
            artifacts_bucket=bucket,
            train_queue_url=emulated.train_queue_url,
            predict_queue_url=emulated.predict_queue_url,
            seal_key=emulated.seal_key,
            s3_read_timeout_seconds=0.5,
        )
        yield FaultyStore(S3ObjectStore(s3_client(settings), bucket), failures, settings)


@each_failure
def test_a_read_is_repeated(faulty_store: FaultyStore, failure: Answer | str) -> None:
    faulty_store.store.put("a", b"1")
    faulty_store.failures.responses = [failure]

    assert faulty_store.store.get("a").body == b"1"


@each_failure
def test_a_write_is_repeated(faulty_store: FaultyStore, failure: Answer | str) -> None:
    faulty_store.failures.responses = [failure]

    faulty_store.store.put("a", b"1")

    assert faulty_store.store.get("a").body == b"1"


@pytest.mark.parametrize("failure", [SLOW_DOWN, "reset"])
def test_a_conditional_write_that_failed_is_repeated(faulty_store: FaultyStore, failure: Answer | str) -> None:
    faulty_store.failures.responses = [failure]

    faulty_store.store.put_new("a", b"1")

    assert faulty_store.store.get("a").body == b"1"


def test_a_conditional_write_whose_response_was_lost_conflicts_with_itself(faulty_store: FaultyStore) -> None:
    faulty_store.failures.responses = ["lost"]
    with pytest.raises(AlreadyExists):
        faulty_store.store.put_new("a", b"1")
    standing = faulty_store.store.get("a")
    faulty_store.failures.responses = ["lost"]
    with pytest.raises(StaleWrite):
        faulty_store.store.replace("a", b"2", etag=standing.head.etag)

    assert faulty_store.store.get("a").body == b"2"
    assert len(list(faulty_store.store.list_versions("a"))) == 2


def test_a_store_that_keeps_throttling_is_unavailable_after_four_calls(faulty_store: FaultyStore) -> None:
    faulty_store.failures.responses = [SLOW_DOWN] * 4

    with pytest.raises(StorageUnavailable):
        faulty_store.store.put("a", b"1")
    assert len(faulty_store.failures.seen) == 4


def test_a_client_is_told_when_to_retry(faulty_store: FaultyStore) -> None:
    faulty_store.failures.responses = [SLOW_DOWN] * 4
    with TestClient(functions.api.factory.create_app(build_cloud(faulty_store.settings), authenticator=None)) as client:
        answer = client.get("/models")

    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_large_result_whose_upload_fails_leaves_no_parts(faulty_store: FaultyStore) -> None:
    faulty_store.failures.responses = [None, None, *[build_error(500, "InternalError")] * 4]
    with pytest.raises(StorageUnavailable), faulty_store.store.create("a") as writer:
        writer.write(b"0" * 17 * 1024 * 1024)

    started = s3_client(faulty_store.settings).list_multipart_uploads(Bucket=faulty_store.settings.artifacts_bucket)
    assert [request.method for request in faulty_store.failures.seen if "uploadId" in request.path][-1] == "DELETE"
    assert started.get("Uploads", []) == []
    assert list(faulty_store.store.list_keys("")) == []
