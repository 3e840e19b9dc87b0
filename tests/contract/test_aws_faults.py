"""What real HTTP faults of S3 do: throttling, errors and lost connections are repeated, by one policy, with jitter."""

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
from tests.fixtures.faulty_proxy import Answer, Faults, proxying, refusal

SLOW_DOWN = refusal(503, "SlowDown")
FAULTS = {
    "throttling": SLOW_DOWN,
    "an internal error": refusal(500, "InternalError"),
    "a bad gateway": Answer(status=502),
    "a reset connection": "reset",
    "a lost answer": "lost",
    "no answer in time": "slow",
}
each_fault = pytest.mark.parametrize("fault", list(FAULTS.values()), ids=list(FAULTS))


@dataclass(frozen=True)
class Behind:
    """A bucket behind a proxy, and what befalls the next calls of it."""

    store: S3ObjectStore
    faults: Faults
    settings: CloudSettings


@pytest.fixture
def behind(emulated: CloudSettings, endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Behind]:
    """An empty bucket on an emulated AWS that answers through a proxy, whose slow answers come too late."""
    bucket, faults = f"bucket-{uuid4().hex}", Faults(seconds=1.0)
    straight = s3_client(emulated)
    straight.create_bucket(Bucket=bucket)
    straight.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with proxying(int(endpoint_url.rpartition(":")[2]), faults, "tested") as ports:
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
        yield Behind(S3ObjectStore(s3_client(settings), bucket), faults, settings)


@each_fault
def test_a_read_is_repeated(behind: Behind, fault: Answer | str) -> None:
    behind.store.put("a", b"1")
    behind.faults.fates = [fault]

    assert behind.store.get("a").body == b"1"


@each_fault
def test_a_write_is_repeated(behind: Behind, fault: Answer | str) -> None:
    behind.faults.fates = [fault]

    behind.store.put("a", b"1")

    assert behind.store.get("a").body == b"1"


@pytest.mark.parametrize("fault", [SLOW_DOWN, "reset"])
def test_a_conditional_write_that_was_not_made_is_repeated(behind: Behind, fault: Answer | str) -> None:
    behind.faults.fates = [fault]

    behind.store.put_new("a", b"1")

    assert behind.store.get("a").body == b"1"


def test_a_conditional_write_whose_answer_was_lost_is_refused_by_itself(behind: Behind) -> None:
    behind.faults.fates = ["lost"]
    with pytest.raises(AlreadyExists):
        behind.store.put_new("a", b"1")
    standing = behind.store.get("a")
    behind.faults.fates = ["lost"]
    with pytest.raises(StaleWrite):
        behind.store.replace("a", b"2", etag=standing.head.etag)

    assert behind.store.get("a").body == b"2"
    assert len(list(behind.store.list_versions("a"))) == 2


def test_a_store_that_goes_on_throttling_is_unavailable_after_four_calls(behind: Behind) -> None:
    behind.faults.fates = [SLOW_DOWN] * 4

    with pytest.raises(StorageUnavailable):
        behind.store.put("a", b"1")
    assert len(behind.faults.seen) == 4


def test_a_client_is_told_when_to_come_back(behind: Behind) -> None:
    behind.faults.fates = [SLOW_DOWN] * 4
    with TestClient(functions.api.factory.create_app(build_cloud(behind.settings), authenticator=None)) as client:
        answer = client.get("/models")

    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_large_result_whose_upload_fails_leaves_no_part_behind(behind: Behind) -> None:
    behind.faults.fates = [None, None, *[refusal(500, "InternalError")] * 4]
    with pytest.raises(StorageUnavailable), behind.store.create("a") as writer:
        writer.write(b"0" * 17 * 1024 * 1024)

    started = s3_client(behind.settings).list_multipart_uploads(Bucket=behind.settings.artifacts_bucket)
    assert [request.method for request in behind.faults.seen if "uploadId" in request.path][-1] == "DELETE"
    assert started.get("Uploads", []) == []
    assert list(behind.store.list_keys("")) == []
