"""The Prefer header (RFC 7240): how long a client wants to wait, and what of it was honoured."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

_WAIT = re.compile(r'"?(\d{1,9})"?')


@dataclass(frozen=True, kw_only=True)
class Preference:
    """How long the answer may take."""

    wait_seconds: float
    applied: str | None
    """What to answer as Preference-Applied; None when nothing was asked for."""
    asynchronous: bool = False
    """Do not even look whether the work is done already."""


def preference_of(request: Request, *, most_seconds: float) -> Preference:
    """Read `respond-async` and `wait=N`; what is not understood is ignored, as the RFC asks."""
    wanted = _tokens(request.headers.getlist("prefer"))
    if "respond-async" in wanted:
        return Preference(wait_seconds=0.0, applied="respond-async", asynchronous=True)
    wait = _WAIT.fullmatch(wanted.get("wait", ""))
    if wait is None:
        return Preference(wait_seconds=most_seconds, applied=None)
    seconds = min(float(wait[1]), most_seconds)
    return Preference(wait_seconds=seconds, applied=f"wait={seconds:g}")


def _tokens(headers: list[str]) -> dict[str, str]:
    """Return the preferences by name; of one that is repeated the first counts."""
    found: dict[str, str] = {}
    for part in ",".join(headers).split(","):
        name, _, value = part.split(";")[0].partition("=")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def deadline(request: Request, preference: Preference, *, now: datetime) -> datetime:
    """Return the time at which the answer is due, counted from when the gateway took the request."""
    return _asked_at(request, now) + timedelta(seconds=preference.wait_seconds)


def _asked_at(request: Request, now: datetime) -> datetime:
    event = request.scope.get("aws.event") or {}
    epoch_ms = (event.get("requestContext") or {}).get("requestTimeEpoch")
    if not isinstance(epoch_ms, int):
        return now
    return min(now, datetime.fromtimestamp(epoch_ms / 1000, UTC))


PREFER_PARAMETER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`wait=N`: wait at most N seconds, 25 unless told; `respond-async`: do not wait (RFC 7240).",
    "schema": {"type": "string"},
}
"""How the OpenAPI document shows the header."""
