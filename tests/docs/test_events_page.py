"""docs/events.md describes the events as the code sends them, and its example verifies a real delivery."""

import ast
import base64
import inspect
import json
import textwrap
import time
from collections.abc import Callable, Mapping

import pytest

from mini_ml.adapters.event_buses.webhook import WebhookEventBus
from mini_ml.contracts import JobEvent
from mini_ml.topology import EVENT_SOURCE, EVENT_TYPES
from tests.docs.pages import one_line, page
from tests.fixtures.webhook_receiver import Delivery, receiving
from tests.unit.event_buses.events import EVENT

PAGE = page("docs/events.md")
KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
Verify = Callable[[str, Mapping[str, str], bytes], None]


@pytest.fixture
def verify() -> Verify:
    """The function of the page."""
    [example] = PAGE.blocks("python")
    names: dict[str, Verify] = {}
    exec(example, names)  # noqa: S102  # the readers of the page run it too
    return names["verify"]


def deliver(*, clock: Callable[[], float] = time.time) -> Delivery:
    """Return an event as it arrives at a receiver."""
    with receiving() as receiver:
        WebhookEventBus(receiver.url, key=KEY, allow_private=True, timeout_seconds=60, clock=clock).send(EVENT)
    return receiver.deliveries[0]


def test_every_type_is_listed() -> None:
    introduction = PAGE.prose.partition("\n## ")[0]

    listed = [row.split("|")[1].strip() for row in introduction.splitlines() if row.startswith("| `")]

    assert listed == [f"`{name}`" for name in EVENT_TYPES]


def test_every_field_is_listed_with_its_meaning() -> None:
    [declared] = ast.parse(textwrap.dedent(inspect.getsource(JobEvent))).body
    assert isinstance(declared, ast.ClassDef)
    meanings = [one_line(ast.literal_eval(node.value)) for node in declared.body[1:] if isinstance(node, ast.Expr)]

    assert PAGE.rows("The document") == [
        [f"`{name}`", meaning] for name, meaning in zip(JobEvent.model_fields, meanings, strict=True)
    ]


def test_the_example_is_an_event() -> None:
    example, _ = PAGE.blocks("json")

    event = JobEvent.model_validate_json(example)

    assert json.loads(example) == event.model_dump(mode="json")


def test_the_rule_matches_a_source_and_types_that_exist() -> None:
    _, example = PAGE.blocks("json")

    pattern = json.loads(example)

    assert pattern["source"] == [EVENT_SOURCE]
    assert set(pattern["detail-type"]) <= set(EVENT_TYPES)
    assert set(pattern["detail"]) <= set(JobEvent.model_fields)


def test_the_function_of_the_page_accepts_a_delivery(verify: Verify) -> None:
    delivery = deliver()

    verify(SECRET, delivery.headers, delivery.body)


def test_the_function_of_the_page_refuses_another_body_another_secret_and_another_id(verify: Verify) -> None:
    delivery = deliver()
    other_secret = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    forgeries: list[tuple[str, Mapping[str, str], bytes]] = [
        (SECRET, delivery.headers, delivery.body.replace(b"iris", b"wine")),
        (other_secret, delivery.headers, delivery.body),
        (SECRET, {**delivery.headers, "webhook-id": "another"}, delivery.body),
        (SECRET, {**delivery.headers, "webhook-timestamp": str(int(time.time()) + 1)}, delivery.body),
    ]

    for forgery in forgeries:
        with pytest.raises(ValueError, match="signature is wrong"):
            verify(*forgery)


def test_the_function_of_the_page_refuses_a_recorded_request(verify: Verify) -> None:
    delivery = deliver(clock=lambda: time.time() - 301)

    with pytest.raises(ValueError, match="too old"):
        verify(SECRET, delivery.headers, delivery.body)
