"""The poller handles a real queue as Lambda's event source mapping does."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from mini_ml.adapters.settings import CloudSettings
from mini_ml.local.poller import Poller, PollerSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass
class RecordingHandler:
    """A handler that records its events and returns a configured response."""

    answer: Callable[[dict[str, Any]], object] = lambda event: None
    events: list[dict[str, Any]] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)

    def __call__(self, event: dict[str, Any], context: object) -> object:
        self.events.append(event)
        self.contexts.append(context)
        return self.answer(event)

    def bodies(self) -> list[list[str]]:
        return [[record["body"] for record in event["Records"]] for event in self.events]


@pytest.fixture
def sqs(emulated: CloudSettings) -> Iterator["SQSClient"]:
    client = boto3.client("sqs")
    yield client
    client.close()


@pytest.fixture
def queue_url(sqs: "SQSClient") -> str:
    return sqs.create_queue(QueueName=f"queue-{uuid4().hex}", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]


def _poller(sqs: "SQSClient", queue_url: str, handler: RecordingHandler, **settings: Any) -> Poller:
    defaults = {"handler": "unused:here", "function_name": "trainer", "timeout_seconds": 30, "retry_seconds": 0}
    return Poller(
        settings=PollerSettings(queue_url=queue_url, **{**defaults, **settings}),
        sqs=sqs,
        handler=handler,
        give_up=lambda: None,
    )


def _send(sqs: "SQSClient", queue_url: str, *bodies: str) -> None:
    for body in bodies:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body)


def _count_messages(sqs: "SQSClient", queue_url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]  # type: ignore[arg-type]  # list is invariant
    return sum(int(count) for count in attributes.values())


def test_a_handled_message_is_deleted(sqs: "SQSClient", queue_url: str) -> None:
    _send(sqs, queue_url, "one")
    handler = RecordingHandler()

    _poller(sqs, queue_url, handler).step()

    assert handler.bodies() == [["one"]]
    assert _count_messages(sqs, queue_url) == 0


def test_the_event_and_the_context_are_those_of_lambda(sqs: "SQSClient", queue_url: str) -> None:
    _send(sqs, queue_url, "one")
    handler = RecordingHandler()

    _poller(sqs, queue_url, handler).step()

    record = handler.events[0]["Records"][0]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(queue_url.rpartition("/")[2])
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert handler.contexts[0].function_name == "trainer"
    assert 0 < handler.contexts[0].get_remaining_time_in_millis() <= 30_000


def test_only_the_failed_message_is_received_again(sqs: "SQSClient", queue_url: str) -> None:
    _send(sqs, queue_url, "good", "bad", "fine")
    handler = RecordingHandler(answer=_fail("bad"))
    poller = _poller(sqs, queue_url, handler, batch_size=10)

    poller.step()
    poller.step()

    assert sorted(handler.bodies()[0]) == ["bad", "fine", "good"]
    assert handler.bodies()[1] == ["bad"]


def test_an_exception_fails_the_whole_batch(sqs: "SQSClient", queue_url: str) -> None:
    _send(sqs, queue_url, "one", "two")
    handler = RecordingHandler(answer=_raise)
    poller = _poller(sqs, queue_url, handler, batch_size=10)

    poller.step()
    poller.step()

    assert [sorted(batch) for batch in handler.bodies()] == [["one", "two"], ["one", "two"]]


def test_a_message_that_always_fails_becomes_a_dead_letter(sqs: "SQSClient", queue_url: str) -> None:
    dead_letters = sqs.create_queue(QueueName=f"dead-{uuid4().hex}")["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(sqs, dead_letters), "maxReceiveCount": 2}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"RedrivePolicy": json.dumps(redrive)})
    _send(sqs, queue_url, "bad")
    poller = _poller(sqs, queue_url, RecordingHandler(answer=_fail("bad")))

    for _ in range(3):
        poller.step()

    assert (_count_messages(sqs, queue_url), _count_messages(sqs, dead_letters)) == (0, 1)


def test_the_schedule_invokes_at_start_and_then_after_its_interval(sqs: "SQSClient", queue_url: str) -> None:
    handler = RecordingHandler()
    poller = _poller(sqs, queue_url, handler, schedule_seconds=3600)

    poller.step()
    poller.step()

    assert [event["detail-type"] for event in handler.events] == ["Scheduled Event"]


def test_a_failing_schedule_does_not_block_messages(sqs: "SQSClient", queue_url: str) -> None:
    _send(sqs, queue_url, "one")
    handler = RecordingHandler(answer=lambda event: None if "Records" in event else _raise(event))

    _poller(sqs, queue_url, handler, schedule_seconds=3600).step()

    assert "detail-type" in handler.events[0]
    assert handler.events[1]["Records"][0]["body"] == "one"


def test_an_invocation_that_exceeds_its_timeout_ends_the_process(sqs: "SQSClient", queue_url: str) -> None:
    _send(sqs, queue_url, "slow")
    given_up = threading.Event()
    poller = _poller(sqs, queue_url, RecordingHandler(answer=lambda _: given_up.wait(30)), timeout_seconds=0.1)
    poller.give_up = given_up.set

    poller.step()

    assert given_up.is_set()


def test_a_poller_waits_for_a_missing_queue(sqs: "SQSClient", queue_url: str) -> None:
    missing = f"{queue_url}-later"
    handler = RecordingHandler()
    poller = _poller(sqs, missing, handler)
    handler.answer = lambda _: poller.stopping.set()
    thread = threading.Thread(target=poller.run)

    thread.start()
    sqs.create_queue(QueueName=missing.rpartition("/")[2])
    _send(sqs, missing, "one")
    thread.join(30)

    assert handler.bodies() == [["one"]]


def _fail(body: str) -> Callable[[dict[str, Any]], object]:
    def answer(event: dict[str, Any]) -> object:
        failed = [record["messageId"] for record in event["Records"] if record["body"] == body]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    return answer


def _raise(event: dict[str, Any]) -> object:
    raise RuntimeError("a bug in the handler")


def _arn(sqs: "SQSClient", queue_url: str) -> str:
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def test_the_time_at_which_a_message_was_sent_is_noted(sqs: "SQSClient", queue_url: str) -> None:
    poller = _poller(sqs, queue_url, RecordingHandler())
    noted: list[float] = []
    poller.note_received = noted.append
    before = time.time()

    _send(sqs, queue_url, "one")
    poller.step()

    [sent_at] = noted
    assert before - 1 <= sent_at <= time.time() + 1
