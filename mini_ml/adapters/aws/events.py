"""Parse Lambda events: API Gateway requests, SQS batches of S3 notifications, and scheduled events."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict
from urllib.parse import quote_plus, unquote_plus

from mini_ml import log_context
from mini_ml.contracts import Upload
from mini_ml.errors import MiniMLError, UnknownEvent

EventKind = Literal["http", "queue", "schedule"]

logger = logging.getLogger(__name__)


class ItemFailure(TypedDict):
    """A message to redeliver."""

    itemIdentifier: str


class BatchAnswer(TypedDict):
    """Response to an SQS batch. SQS deletes all messages that are not listed."""

    batchItemFailures: list[ItemFailure]


def kind_of(event: Mapping[str, Any]) -> EventKind:
    """Return the source of a Lambda event. Raises UnknownEvent."""
    if "httpMethod" in event and "requestContext" in event:
        return "http"
    if event.get("detail-type") == "Scheduled Event" or event.get("source") == "aws.scheduler":
        return "schedule"
    records = event.get("Records")
    if isinstance(records, list) and records and all(_is_sqs(record) for record in records):
        return "queue"
    raise UnknownEvent(f"Unknown event, expected a REST request, an SQS batch or a schedule: {sorted(event)[:10]}.")


def _is_sqs(record: object) -> bool:
    return isinstance(record, Mapping) and record.get("eventSource") == "aws:sqs"


def for_each_upload(
    event: Mapping[str, Any],
    handle: Callable[[Upload], None],
    *,
    bucket: str,
    unreadable: Callable[[str, str], None] | None = None,
) -> BatchAnswer:
    """Handle every upload in an SQS batch. A failed message does not affect the other messages.

    Args:
        event: SQS batch from Lambda's event source mapping.
        handle: called once per upload; an exception returns the message to its queue.
        bucket: bucket of the uploads; notifications about other buckets are acknowledged and ignored.
        unreadable: receives the id and body of messages that are not S3 notifications, which are then acknowledged.
            If None, such messages fail and become dead letters.

    Returns:
        The failed messages, which SQS redelivers and, after several receives, moves to the dead-letter queue.
    """
    failed = [record["messageId"] for record in event["Records"] if not _try_handle(record, handle, bucket, unreadable)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _try_handle(
    record: Mapping[str, Any],
    handle: Callable[[Upload], None],
    bucket: str,
    unreadable: Callable[[str, str], None] | None,
) -> bool:
    with log_context.bind(message_id=record["messageId"]):
        try:
            for upload in _read_uploads(record, bucket, unreadable):
                handle(upload)
        except Exception as error:
            code = error.code if isinstance(error, MiniMLError) else "internal"
            logger.exception("message_failed", extra={"code": code})
            return False
        return True


def _read_uploads(
    record: Mapping[str, Any], bucket: str, unreadable: Callable[[str, str], None] | None
) -> list[Upload]:
    try:
        return uploads_in(record["body"], bucket=bucket)
    except UnknownEvent:
        if unreadable is None:
            raise
        unreadable(record["messageId"], record["body"])
        return []


def uploads_in(body: str, *, bucket: str) -> list[Upload]:
    """Return the uploads in an S3 notification that were created in `bucket`.

    Ignores test events, deletions, folder markers and other buckets.

    Raises:
        UnknownEvent: the message is not an S3 notification.
    """
    try:
        notification = json.loads(body)
        records = notification.get("Records", [])
        return [_parse_upload(record) for record in records if _is_upload(record, bucket)]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise UnknownEvent("The message is not an S3 event notification.") from error


def _is_upload(record: Mapping[str, Any], bucket: str) -> bool:
    return (
        record["eventSource"] == "aws:s3"
        and record["eventName"].startswith("ObjectCreated:")
        and record["s3"]["bucket"]["name"] == bucket
        and not unquote_plus(record["s3"]["object"]["key"]).endswith("/")
    )


def _parse_upload(record: Mapping[str, Any]) -> Upload:
    described = record["s3"]["object"]
    return Upload(
        bucket=record["s3"]["bucket"]["name"],
        key=unquote_plus(described["key"]),  # decode only once: a file can be named `100%25.csv`
        version_id=described.get("versionId"),
        size=described.get("size"),
        uploaded_at=datetime.fromisoformat(record["eventTime"]),
    )


def object_created_body(upload: Upload) -> str:
    """Build the same notification that S3 sends for an upload."""
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
