"""Parse the Prefer header (RFC 7240)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from mini_ml.topology import Stage

_WAIT = re.compile(r'"?(\d{1,9})"?')


@dataclass(frozen=True, kw_only=True)
class Preference:
    """How long a client wants to wait for the result of a job."""

    wait_seconds: float
    applied: str | None
    """Value of the `Preference-Applied` response header; None if the client sent no preference."""
    asynchronous: bool = False
    """Whether to respond without waiting at all."""


def parse_preference(request: Request, stage: Stage) -> Preference:
    """Parse `respond-async` and `wait=N`; other preferences are ignored, as the RFC requires.

    Args:
        request: the request with the header.
        stage: has the default and the maximum wait.
    """
    wanted = _tokens(request.headers.getlist("prefer"))
    if "respond-async" in wanted:
        return Preference(wait_seconds=0.0, applied="respond-async", asynchronous=True)
    wait = _WAIT.fullmatch(wanted.get("wait", ""))
    if wait is None:
        return Preference(wait_seconds=stage.default_wait_seconds, applied=None)
    seconds = min(float(wait[1]), stage.wait_seconds)
    return Preference(wait_seconds=seconds, applied=f"wait={seconds:g}")


def _tokens(headers: list[str]) -> dict[str, str]:
    """Return the preferences by name; the first of repeated ones wins."""
    found: dict[str, str] = {}
    for part in ",".join(headers).split(","):
        name, _, value = part.split(";")[0].partition("=")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def deadline(request: Request, preference: Preference, *, now: datetime) -> datetime:
    """Return the time at which to respond, counted from when the gateway received the request."""
    return _received_at(request, now) + timedelta(seconds=preference.wait_seconds)


def _received_at(request: Request, now: datetime) -> datetime:
    event = request.scope.get("aws.event") or {}
    epoch_ms = (event.get("requestContext") or {}).get("requestTimeEpoch")
    if not isinstance(epoch_ms, int):
        return now
    return min(now, datetime.fromtimestamp(epoch_ms / 1000, UTC))


PREFER_PARAMETER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`wait=N`: wait at most N seconds (default 25, on AWS 10); `respond-async`: do not wait (RFC 7240).",
    "schema": {"type": "string"},
}
"""OpenAPI description of the header."""
