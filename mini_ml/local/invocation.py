"""One invocation of a Lambda handler: the events as AWS shapes them, the context, and how an answer is read."""

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
    """The second argument of a handler."""

    function_name: str
    region: str
    account: str
    deadline: float
    """When the invocation is ended, on the clock of `clock`."""
    clock: Callable[[], float]
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "2048"
    identity: None = None
    client_context: None = None

    @property
    def invoked_function_arn(self) -> str:
        """ARN under which the function was called."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where the function's log would go."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """The stream of this environment within the log group."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the invocation is ended."""
        return max(0, int((self.deadline - self.clock()) * 1000))


def sqs_event(messages: Iterable["MessageTypeDef"], *, queue_arn: str) -> dict[str, Any]:
    """Return the event of an SQS batch."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def scheduled_event(*, rule: str, region: str, account: str, now: datetime) -> dict[str, Any]:
    """Return the event of an EventBridge schedule."""
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


def failed_ids(answer: object, sent: Iterable[str]) -> frozenset[str]:
    """Return the ids of the messages that come back, by the rules of `ReportBatchItemFailures`.

    No answer and an empty list mean that all succeeded; an answer that makes no sense, or names a message that was
    not in the batch, fails the batch whole.
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


def return_delay(receives: int, *, first_seconds: float) -> int:
    """Return the whole seconds until a failed message comes back: twice as long each time, a minute at most.

    A dead letter that nobody can read comes back without end.
    """
    doublings = min(receives - 1, _MOST_DOUBLINGS)
    return int(min(_LONGEST_DELAY_SECONDS, first_seconds * 2**doublings))


def _record(message: "MessageTypeDef", queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {"dataType": value["DataType"], "stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        shaped["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shaped["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return shaped
