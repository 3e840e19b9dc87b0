"""A bus that failed is left alone for a few seconds."""

import logging
from functools import partial

import pytest

from mini_ml.adapters.event_buses.pausing import PAUSE_SECONDS, PausingEventBus
from mini_ml.adapters.memory.cloud import MemoryEventBus
from mini_ml.adapters.memory.object_store import no_hook
from mini_ml.errors import EventNotSent, EventRejected
from mini_ml.topology import STAGES
from tests.unit.event_buses.events import EVENT
from tests.unit.workflows.story import Clock


def _pausing(bus: MemoryEventBus, clock: Clock) -> PausingEventBus:
    return PausingEventBus(bus, clock=lambda: clock().timestamp())


def _fail(error: Exception, method: str, key: str) -> None:
    raise error


def test_after_a_failure_the_bus_is_not_asked_for_a_few_seconds(caplog: pytest.LogCaptureFixture) -> None:
    bus, clock, tries = MemoryEventBus(), Clock(), list[str]()

    def be_away(method: str, key: str) -> None:
        tries.append(key)
        raise EventNotSent("The webhook answered 503.")

    bus.before = be_away
    pausing = _pausing(bus, clock)
    with caplog.at_level(logging.WARNING):
        for _ in range(100):
            with pytest.raises(EventNotSent):
                pausing.send(EVENT)

    assert tries == [EVENT.job_id]
    assert [(record.message, vars(record)["reason"]) for record in caplog.records] == [
        ("event_bus_unavailable", "The webhook answered 503.")
    ]


def test_the_bus_is_asked_again_afterwards() -> None:
    bus, clock = MemoryEventBus(), Clock()
    pausing = _pausing(bus, clock)
    bus.before = partial(_fail, EventNotSent("The webhook answered 503."))
    with pytest.raises(EventNotSent):
        pausing.send(EVENT)

    bus.before = no_hook
    clock.forward(PAUSE_SECONDS)
    pausing.send(EVENT)

    assert bus.events == [EVENT]


def test_a_rejected_event_does_not_keep_others_back() -> None:
    bus, clock = MemoryEventBus(), Clock()
    pausing = _pausing(bus, clock)
    bus.before = partial(_fail, EventRejected("The webhook answered 400."))
    with pytest.raises(EventRejected):
        pausing.send(EVENT)

    bus.before = no_hook
    pausing.send(EVENT)

    assert bus.events == [EVENT]


@pytest.mark.parametrize("name", ["local", "dev", "prod"])
def test_a_pause_is_over_at_the_next_sweep(name: str) -> None:
    assert STAGES[name].sweep_every_seconds > PAUSE_SECONDS
