"""The log as an event bus."""

import logging

import pytest

from mini_ml.adapters.event_buses.log import LogEventBus, LoggedEventBus
from mini_ml.adapters.memory.cloud import MemoryEventBus
from mini_ml.errors import EventNotSent
from tests.unit.event_buses.events import EVENT


def test_an_event_is_a_line_with_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        LogEventBus().send(EVENT.model_copy(update={"version": 7}))

    [line] = caplog.records
    fields = ("job_id", "kind", "model_name", "model_version", "code", "correlation_id", "event_id", "finished_at")
    assert line.message == "job.failed"
    assert [vars(line)[name] for name in fields] == [
        EVENT.job_id,
        "train",
        "iris",
        7,
        "unknown_column",
        "nightly-17",
        EVENT.event_id,
        "2026-11-27T02:30:02.250000Z",
    ]


def test_an_event_is_logged_once_the_other_bus_has_accepted_it(caplog: pytest.LogCaptureFixture) -> None:
    bus = MemoryEventBus()

    def be_away(method: str, key: str) -> None:
        raise EventNotSent("away")

    bus.before = be_away
    with caplog.at_level(logging.INFO), pytest.raises(EventNotSent):
        LoggedEventBus(bus).send(EVENT)

    assert caplog.records == []
