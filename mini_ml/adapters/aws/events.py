"""What Lambda is called with: a request of API Gateway, a batch of SQS messages about uploads, or a schedule."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict
from urllib.parse import quote_plus, unquote_plus

from mini_ml.contracts import Upload
from mini_ml.errors import MiniMLError, UnknownEvent

EventKind = Literal["http", "queue", "schedule"]

logger = logging.getLogger(__name__)


class ItemFailure(TypedDict):
    """A message that the queue is to give again."""

    itemIdentifier: str


class BatchAnswer(TypedDict):
    """What an SQS batch is answered with; messages that are not named in it are deleted."""

    batchItemFailures: list[ItemFailure]


def kind_of(event: Mapping[str, Any]) -> EventKind:
    """Tell what called the function. Raises UnknownEvent."""
    if "httpMethod" in event and "requestContext" in event:
        return "http"
    if event.get("detail-type") == "Scheduled Event" or event.get("source") == "aws.scheduler":
        return "schedule"
    records = event.get("Records")
    if isinstance(records, list) and records and all(_is_sqs(record) for record in records):
        return "queue"
    raise UnknownEvent(f"The event is neither a REST request nor an SQS batch nor a schedule: {sorted(event)[:10]}.")


def _is_sqs(record: object) -> bool:
    return isinstance(record, Mapping) and record.get("eventSource") == "aws:sqs"


def for_each_upload(
    event: Mapping[str, Any],
    handle: Callable[[Upload], None],
    *,
    bucket: str,
    unreadable: Callable[[str, str], None] | None = None,
) -> BatchAnswer:
    """Handle every upload that an SQS batch announces; a message that fails does not stop its neighbours.

    Args:
        event: an SQS batch, as Lambda's event source mapping gives it.
        handle: called once per upload; whatever it raises sends the message back to its queue.
        bucket: uploads to any other bucket are acknowledged without being handled.
        unreadable: takes the id and the body of a message that is no notification, which is then acknowledged; where
            there is none, such a message fails like any other, and ends among the dead letters.

    Returns:
        The failed messages, which SQS delivers again, and after enough receives puts among the dead letters.
    """
    failed = [record["messageId"] for record in event["Records"] if not _handled(record, handle, bucket, unreadable)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _handled(
    record: Mapping[str, Any],
    handle: Callable[[Upload], None],
    bucket: str,
    unreadable: Callable[[str, str], None] | None,
) -> bool:
    try:
        for upload in _announced(record, bucket, unreadable):
            handle(upload)
    except Exception as error:
        code = error.code if isinstance(error, MiniMLError) else "internal"
        logger.exception("message_failed", extra={"message_id": record["messageId"], "code": code})
        return False
    return True


def _announced(record: Mapping[str, Any], bucket: str, unreadable: Callable[[str, str], None] | None) -> list[Upload]:
    try:
        return uploads_in(record["body"], bucket=bucket)
    except UnknownEvent:
        if unreadable is None:
            raise
        unreadable(record["messageId"], record["body"])
        return []


def uploads_in(body: str, *, bucket: str) -> list[Upload]:
    """Read the objects created in `bucket` out of an S3 notification.

    Test events, deletes, folder markers and other buckets give nothing. Raises UnknownEvent for what is no
    notification at all, so that the message ends among the dead letters.
    """
    try:
        notification = json.loads(body)
        records = notification.get("Records", [])
        return [_upload(record) for record in records if _announces_an_upload(record, bucket)]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise UnknownEvent("The message is no S3 event notification.") from error


def _announces_an_upload(record: Mapping[str, Any], bucket: str) -> bool:
    return (
        record["eventSource"] == "aws:s3"
        and record["eventName"].startswith("ObjectCreated:")
        and record["s3"]["bucket"]["name"] == bucket
        and not unquote_plus(record["s3"]["object"]["key"]).endswith("/")
    )


def _upload(record: Mapping[str, Any]) -> Upload:
    described = record["s3"]["object"]
    return Upload(
        bucket=record["s3"]["bucket"]["name"],
        key=unquote_plus(described["key"]),  # once: a file may be called `100%25.csv`
        version_id=described.get("versionId"),
        size=described.get("size"),
        uploaded_at=datetime.fromisoformat(record["eventTime"]),
    )


def object_created_body(upload: Upload) -> str:
    """Return the notification that S3 itself would send about an upload."""
    described: dict[str, Any] = {"key": quote_plus(upload.key, safe="/")}
    if upload.size is not None:
        described["size"] = upload.size
    if upload.version_id is not None:
        described["versionId"] = upload.version_id
    uploaded_at = (upload.uploaded_at or datetime.now(UTC)).astimezone(UTC)
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": uploaded_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": upload.bucket, "arn": f"arn:aws:s3:::{upload.bucket}"},
            "object": described,
        },
    }
    return json.dumps({"Records": [record]})
