"""A client chooses how long it waits, up to the limit of the gateway; the stage chooses for the others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request

from mini_ml.adapters.http.reading.prefer import deadline, parse_preference
from mini_ml.topology import Stage

STAGE = Stage(name="slow", default_wait_seconds=10, wait_seconds=25)
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def request(*prefer: str, event: dict[str, Any] | None = None) -> Request:
    """Return a request with these Prefer headers, from a gateway if there is an event."""
    headers = [(b"prefer", value.encode()) for value in prefer]
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/train", "headers": headers}
    return Request(scope | ({"aws.event": event} if event else {}))


@pytest.mark.parametrize(
    ("prefer", "seconds", "applied"),
    [
        ([], 10, None),
        (["wait=5"], 5, "wait=5"),
        (["wait=0"], 0, "wait=0"),
        (['wait="7"'], 7, "wait=7"),
        (["wait=900"], 25, "wait=25"),
        (["respond-async"], 0, "respond-async"),
        (["respond-async, wait=10"], 0, "respond-async"),
        (["Wait = 3"], 3, "wait=3"),
        (["handling=lenient", "wait=4;x=y"], 4, "wait=4"),
        (["wait=2, wait=9"], 2, "wait=2"),
        (["wait=-1"], 10, None),
        (["wait=soon"], 10, None),
        (["wait=1.5"], 10, None),
        (["wait=99999999999999999999"], 10, None),
        (["wait"], 10, None),
        ([""], 10, None),
    ],
)
def test_the_prefer_header_is_parsed_as_in_the_rfc(prefer: list[str], seconds: float, applied: str | None) -> None:
    preference = parse_preference(request(*prefer), STAGE)

    assert (preference.wait_seconds, preference.applied) == (seconds, applied)


def test_without_a_gateway_the_wait_counts_from_the_arrival() -> None:
    received = request("wait=5")

    assert deadline(received, parse_preference(received, STAGE), now=NOW) == NOW + timedelta(seconds=5)


def test_behind_a_gateway_the_wait_counts_from_the_arrival_at_the_gateway() -> None:
    taken = NOW - timedelta(seconds=4)
    received = request(event={"requestContext": {"requestTimeEpoch": int(taken.timestamp() * 1000)}})

    assert deadline(received, parse_preference(received, STAGE), now=NOW) == taken + timedelta(seconds=10)


def test_a_gateway_whose_clock_is_ahead_does_not_lengthen_the_wait() -> None:
    ahead = NOW + timedelta(minutes=5)
    received = request(event={"requestContext": {"requestTimeEpoch": int(ahead.timestamp() * 1000)}})

    assert deadline(received, parse_preference(received, STAGE), now=NOW) == NOW + timedelta(seconds=10)
