"""The stored state of the sweep: where it continues, and the note that one runs, so that no other one starts."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from mini_ml import errors, keys
from mini_ml.contracts import SweepState
from mini_ml.ports import Cloud


@dataclass(frozen=True, kw_only=True)
class SweepRun:
    """A sweep that runs."""

    state: SweepState
    """Where it continues."""
    etag: str
    """ETag of the stored state with the note that it runs."""


def begin(cloud: Cloud, now: datetime) -> SweepRun | None:
    """Note in the stored state that a sweep runs, and return it, or None if another one does.

    A note that is older than the timeout of the function is that of a sweep that was killed.
    """
    try:
        stored = cloud.artifacts.get(keys.SWEEP_STATE)
    except errors.ObjectMissing:
        return _note(cloud, SweepState(), now, etag=None)
    state = SweepState.model_validate_json(stored.body, extra="ignore")
    since, timeout = state.running_since, timedelta(seconds=cloud.stage.sweeper_timeout_seconds)
    if since is not None and since <= now < since + timeout:
        return None
    return _note(cloud, SweepState(**{**dict(state), "running_since": None}), now, etag=stored.head.etag)


def end(cloud: Cloud, run: SweepRun, state: SweepState) -> None:
    """Store where the next sweep continues, unless this one took so long that another has started."""
    with suppress(errors.StaleWrite):
        cloud.artifacts.replace(keys.SWEEP_STATE, state.model_dump_json().encode(), etag=run.etag)


def _note(cloud: Cloud, state: SweepState, now: datetime, *, etag: str | None) -> SweepRun | None:
    body = SweepState(**{**dict(state), "running_since": now}).model_dump_json().encode()
    try:
        if etag is None:
            head = cloud.artifacts.put_new(keys.SWEEP_STATE, body)
        else:
            head = cloud.artifacts.replace(keys.SWEEP_STATE, body, etag=etag)
    except (errors.AlreadyExists, errors.StaleWrite):
        return None  # also after an own write whose answer was lost; the next sweep comes soon
    return SweepRun(state=state, etag=head.etag)
