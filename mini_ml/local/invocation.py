"""Build the events and the context of a Lambda invocation, and read the batch item failures of its response."""

import base64
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_LONGEST_DELAY_SECONDS: Final = 60
_MOST_DOUBLINGS: Final = 30

Handler = Callable[[dict[str, Any], object], Any]


@dataclass(frozen=True, kw_only=True)
class Context:
    """Context object, passed to a handler as its second argument."""

    function_name: str
    region: str
    account: str
    deadline: float
    """Time at which the invocation times out, on `clock`."""
    clock: Callable[[], float]
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "2048"
    identity: None = None
    client_context: None = None

    @property
    def invoked_function_arn(self) -> str:
        """ARN of the invoked function."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Log group of the function on AWS."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """Log stream within the log group."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left until the invocation times out."""
        return max(0, int((self.deadline - self.clock()) * 1000))


def build_sqs_event(messages: Iterable["MessageTypeDef"], *, queue_arn: str) -> dict[str, Any]:
    """Build the event for a batch of SQS messages."""
    return {"Records": [_build_record(message, queue_arn) for message in messages]}


def build_scheduled_event(*, rule: str, region: str, account: str, now: datetime) -> dict[str, Any]:
    """Build the event of an EventBridge schedule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [f"arn:aws:events:{region}:{account}:rule/{rule}"],
        "detail": {},
    }


def read_failed_ids(answer: object, sent: Iterable[str]) -> frozenset[str]:
    """Return the ids of the failed messages, by the rules of `ReportBatchItemFailures`.

    No response and an empty list mean that all messages succeeded. A malformed response, or one that names a message
    outside the batch, fails the whole batch.

    Args:
        answer: return value of the handler.
        sent: ids of the messages in the batch.
    """
    everything = frozenset(sent)
    if answer is None or answer == {}:
        return frozenset()
    if not isinstance(answer, Mapping):
        return everything
    failures = answer.get("batchItemFailures")
    if failures is None:
        return frozenset()
    if not isinstance(failures, list):
        return everything
    named = [item.get("itemIdentifier") if isinstance(item, Mapping) else None for item in failures]
    return frozenset(name for name in named if name) if set(named) <= everything else everything


def retry_delay(receives: int, *, first_seconds: float) -> int:
    """Return the seconds until a failed message is received again: doubled with each receive, at most 60.

    The number of doublings is limited too, because a dead letter that cannot be stored is received without end.

    Args:
        receives: how often the message was received so far.
        first_seconds: delay after the first receive.
    """
    doublings = min(receives - 1, _MOST_DOUBLINGS)
    return int(min(_LONGEST_DELAY_SECONDS, first_seconds * 2**doublings))


def _build_record(message: "MessageTypeDef", queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {
            name: _build_attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _build_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {"dataType": value["DataType"], "stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        shaped["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shaped["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return shaped
