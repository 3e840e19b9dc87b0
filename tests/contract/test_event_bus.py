"""The contract of every EventBus, in memory, by webhook and on EventBridge, and how EventBridge fails."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from botocore.stub import Stubber

from mini_ml.adapters.aws.clients import build_cloud, sqs_client
from mini_ml.adapters.aws.event_bridge import EventBridgeBus
from mini_ml.adapters.aws.session import session
from mini_ml.adapters.event_buses.webhook import WebhookEventBus
from mini_ml.adapters.memory.cloud import MemoryEventBus
from mini_ml.adapters.settings import CloudSettings
from mini_ml.contracts import JobEvent
from mini_ml.errors import EventNotSent, EventRejected
from mini_ml.local.listening import free_ports
from mini_ml.ports import EventBus
from mini_ml.topology import EVENT_TYPES
from tests.fixtures.emulated import point_at
from tests.fixtures.waiting import eventually
from tests.fixtures.webhook_receiver import receiving
from tests.unit.event_buses.events import EVENT


@dataclass(frozen=True)
class Line:
    """A bus, and what arrives at its other end."""

    bus: EventBus
    receive: Callable[[int], list[JobEvent]]
    """Waits until a number of events have arrived, and returns those that have."""


@dataclass(frozen=True)
class EventQueue:
    """A queue that a rule on the default event bus sends events to, as the example of docs/events.md does."""

    settings: CloudSettings

    def subscribe(self, pattern: dict[str, Any]) -> Callable[[int], list[dict[str, Any]]]:
        """Create the queue and the rule, and return a function that receives a number of messages from the queue."""
        sqs, events, name = sqs_client(self.settings), session().client("events"), f"events-{uuid4().hex}"
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])

        received: list[dict[str, Any]] = []

        def receive(number: int) -> list[dict[str, Any]]:
            def take() -> list[dict[str, Any]] | None:
                for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                    received.append(json.loads(message["Body"]))
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return received if len(received) >= number else None

            return eventually(take)

        return receive


@pytest.fixture(params=["memory", "webhook", "eventbridge"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    if request.param == "memory":
        memory = MemoryEventBus()
        yield Line(memory, lambda number: memory.events)
    elif request.param == "webhook":
        with receiving() as receiver:
            bus = WebhookEventBus(receiver.url, key=bytes(32), allow_private=True, timeout_seconds=60)
            yield Line(bus, lambda number: receiver.events)
    else:
        settings: CloudSettings = request.getfixturevalue("emulated")
        receive = EventQueue(settings).subscribe({"source": ["mini-ml"]})
        bridge = build_cloud(settings.model_copy(update={"events": "eventbridge"})).events
        yield Line(bridge, lambda number: [JobEvent.model_validate(envelope["detail"]) for envelope in receive(number)])


def test_an_event_arrives_as_it_was_sent(line: Line) -> None:
    line.bus.send(EVENT)

    assert line.receive(1) == [EVENT]


def test_an_event_that_is_sent_twice_arrives_twice_under_one_id(line: Line) -> None:
    line.bus.send(EVENT)
    line.bus.send(EVENT)

    assert [event.event_id for event in line.receive(2)] == [EVENT.event_id] * 2


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_a_rule_matches_the_source_and_the_type_of_an_event(emulated: CloudSettings, type_: str) -> None:
    marked = EVENT.model_copy(update={"type": type_, "job_id": uuid4().hex})
    pattern = {"source": ["mini-ml"], "detail-type": [type_], "detail": {"job_id": [marked.job_id]}}
    receive = EventQueue(emulated).subscribe(pattern)

    EventBridgeBus(lambda: session().client("events")).send(marked)

    [envelope] = receive(1)
    assert (envelope["source"], envelope["detail-type"]) == ("mini-ml", type_)
    assert JobEvent.model_validate(envelope["detail"]) == marked


def test_an_event_carries_the_time_at_which_the_job_ended(emulated: CloudSettings) -> None:
    client = session().client("events")
    with Stubber(client) as stub:
        stub.add_response(
            "put_events",
            {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]},
            {
                "Entries": [
                    {
                        "Source": "mini-ml",
                        "DetailType": "job.failed",
                        "Detail": EVENT.model_dump_json(),
                        "Time": EVENT.finished_at,
                    }
                ]
            },
        )
        EventBridgeBus(lambda: client).send(EVENT)

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InternalFailure", EventNotSent),
        ("ThrottlingException", EventNotSent),
        ("NotAuthorizedForDetailTypeException", EventNotSent),
        ("MalformedDetail", EventRejected),
        ("InvalidArgument", EventRejected),
    ],
)
def test_an_entry_that_failed_is_an_error_although_the_call_succeeded(
    emulated: CloudSettings, code: str, error: type[Exception]
) -> None:
    client = session().client("events")
    with Stubber(client) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code, "ErrorMessage": "no"}]})

        with pytest.raises(error, match=code):
            EventBridgeBus(lambda: client).send(EVENT)


def test_the_client_is_built_once_and_not_before_the_first_event(emulated: CloudSettings) -> None:
    built: list[str] = []

    def build() -> Any:
        built.append("events")
        return session().client("events")

    bus = EventBridgeBus(build)
    assert built == []

    bus.send(EVENT)
    bus.send(EVENT)

    assert built == ["events"]


def test_missing_permissions_leave_the_event_to_the_sweep(emulated: CloudSettings) -> None:
    client = session().client("events")
    with Stubber(client) as stub:
        stub.add_client_error("put_events", "AccessDeniedException", http_status_code=400)

        with pytest.raises(EventNotSent, match="AccessDeniedException"):
            EventBridgeBus(lambda: client).send(EVENT)


def test_an_event_bridge_that_does_not_answer_leaves_the_event_to_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    [nobody] = free_ports(1)
    settings = point_at(f"http://127.0.0.1:{nobody}", monkeypatch)
    bus = build_cloud(settings.model_copy(update={"events": "eventbridge"})).events

    with pytest.raises(EventNotSent, match="did not respond"):
        bus.send(EVENT)
