"""Read events of AWS; the files in tests/events are as AWS sends them."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mini_ml.adapters.aws.events import EventKind, for_each_upload, kind_of, object_created_body, uploads_in
from mini_ml.contracts import Upload
from mini_ml.errors import StorageUnavailable, UnknownEvent

EVENTS = Path(__file__).parents[1] / "events"
BUCKET = "mini-ml-uploads"


def event(name: str) -> dict[str, Any]:
    """Return an event of tests/events."""
    content = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def handle(name: str) -> tuple[list[Upload], list[str]]:
    """Return the uploads that reached the handler, and the messages to receive again."""
    uploads: list[Upload] = []
    answer = for_each_upload(event(name), uploads.append, bucket=BUCKET)
    return uploads, [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_kind_of_an_event_is_recognised_by_its_shape(path: Path) -> None:
    kinds: dict[str, EventKind] = {"rest": "http", "sqs": "queue", "scheduled": "schedule"}
    family = path.stem.split("_")[0]

    if family in kinds:
        assert kind_of(event(path.stem)) == kinds[family]
    else:
        with pytest.raises(UnknownEvent):
            kind_of(event(path.stem))


@pytest.mark.parametrize("unknown", [{}, {"Records": []}, {"Records": "x"}, {"Records": [1]}, {"warmer": True}])
def test_an_unknown_event_is_rejected(unknown: dict[str, Any]) -> None:
    with pytest.raises(UnknownEvent):
        kind_of(unknown)


def test_an_upload_is_read_with_its_version_size_and_time() -> None:
    assert handle("sqs_upload") == (
        [
            Upload(
                bucket=BUCKET,
                key="train/iris/iris.csv",
                version_id="c3EwJ0QdQ9VvG5t1rbq3uXzvZ0iM2y4k",
                size=3975,
                uploaded_at=datetime(2026, 11, 23, 12, 30, 15, 250_000, tzinfo=UTC),
            )
        ],
        [],
    )


def test_a_key_is_decoded_exactly_once() -> None:
    uploads, _ = handle("sqs_upload_odd_key")

    assert [upload.key for upload in uploads] == ["train/iris/flores de março + 100%25.csv"]


def test_an_alias_in_a_key_is_decoded() -> None:
    uploads, _ = handle("sqs_upload_scored")

    assert [upload.key for upload in uploads] == ["predict/iris@champion/new.csv"]


def test_an_upload_to_an_unversioned_bucket_has_no_version() -> None:
    uploads, _ = handle("sqs_upload_unversioned")

    assert [upload.version_id for upload in uploads] == [None]


@pytest.mark.parametrize(
    "name",
    ["sqs_test_event", "sqs_object_removed", "sqs_folder_marker", "sqs_foreign_bucket", "sqs_without_records"],
)
def test_a_message_without_an_upload_is_acknowledged_without_work(name: str) -> None:
    assert handle(name) == ([], [])


@pytest.mark.parametrize("name", ["sqs_malformed_body", "sqs_not_a_notification"])
def test_an_unreadable_message_is_received_again_until_it_is_a_dead_letter(name: str) -> None:
    uploads, failed = handle(name)

    assert uploads == []
    assert failed == [event(name)["Records"][0]["messageId"]]


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "7", '"text"', '{"Records": null}', '{"Records": {}}', '{"Records": [null]}']
)
def test_a_body_of_another_shape_raises_no_other_error(body: str) -> None:
    try:
        uploads = uploads_in(body, bucket=BUCKET)
    except UnknownEvent:
        return
    assert uploads == []


def test_one_bad_message_does_not_stop_the_other_messages() -> None:
    uploads, failed = handle("sqs_many")

    assert [upload.key.rsplit("/")[-1] for upload in uploads] == ["one.csv", "two.csv", "three.csv", "four.csv"]
    assert failed == [event("sqs_many")["Records"][1]["messageId"]]


def test_only_the_message_whose_handler_fails_is_received_again() -> None:
    def fail_on_three(upload: Upload) -> None:
        if upload.key.endswith("three.csv"):
            raise StorageUnavailable("away")

    batch = event("sqs_many")
    answer = for_each_upload(batch, fail_on_three, bucket=BUCKET)

    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == [
        batch["Records"][1]["messageId"],
        batch["Records"][2]["messageId"],
    ]


def test_a_failure_is_logged_with_its_code(caplog: pytest.LogCaptureFixture) -> None:
    def fail(upload: Upload) -> None:
        raise StorageUnavailable("away")

    with caplog.at_level(logging.ERROR):
        for_each_upload(event("sqs_upload"), fail, bucket=BUCKET)

    [record] = caplog.records
    assert record.getMessage() == "message_failed"
    assert vars(record)["code"] == "storage_unavailable"


@pytest.mark.parametrize(
    "key", ["train/a b.csv", "train/a+b.csv", "predict/m@2/ç.csv", "train/100%25.csv", "train/日/x"]
)
def test_an_announcement_is_read_as_the_announced_upload(key: str) -> None:
    upload = Upload(
        bucket=BUCKET,
        key=key,
        version_id="v",
        size=7,
        uploaded_at=datetime(2026, 11, 23, 12, 30, 15, 250_000, tzinfo=UTC),
    )

    assert uploads_in(object_created_body(upload), bucket=BUCKET) == [upload]


def test_an_announcement_contains_only_a_reference() -> None:
    body = object_created_body(Upload(bucket=BUCKET, key="train/m/a.csv", version_id="v", size=7))

    assert set(json.loads(body)["Records"][0]["s3"]["object"]) == {"key", "size", "versionId"}


def test_a_deeply_nested_body_is_not_a_notification() -> None:
    with pytest.raises(UnknownEvent):
        uploads_in("[" * 100_000, bucket="mini-ml-uploads")
