"""Log lines about jobs: one for each change of state, with the ids that a reader searches for."""

import logging
from collections.abc import Mapping
from typing import Final

from mini_ml import log_context
from mini_ml.contracts import State
from mini_ml.jobs.job import Job

logger = logging.getLogger(__name__)

_EVENTS: Final[Mapping[State, str]] = {
    "awaiting_upload": "job_awaits_upload",
    "queued": "job_queued",
    "running": "job_started",
    "succeeded": "job_succeeded",
    "failed": "job_failed",
}


def log_created(job: Job) -> None:
    """Log a job that was written for the first time."""
    _log("job_created", job)
    if job.failure is not None:
        _log_state(job)


def log_change(before: Job, after: Job) -> None:
    """Log that a job was written in another state, or in the same one by another attempt or announcement."""
    if _progress_of(before) != _progress_of(after):
        _log_state(after)


def add_job_fields(job: Job) -> None:
    """Add the ids of a job to all further lines of the request or message that is about it."""
    log_context.add(**_fields(job))


def add_requested_job(job: Job) -> None:
    """Add the ids of a job to all further lines of a request about it, which keep the request's own correlation id."""
    log_context.add(**{name: value for name, value in _fields(job).items() if name != "correlation_id"})


def _log_state(job: Job) -> None:
    reason = job.failure or (job.setback if job.state == "queued" else None)
    _log(_EVENTS[job.state], job, code=None if reason is None else reason.code)


def _log(event: str, job: Job, *, code: str | None = None) -> None:
    level = logging.INFO if code is None else logging.WARNING
    logger.log(level, event, extra={**_fields(job), "attempt": job.attempt, "code": code})


def _fields(job: Job) -> dict[str, object]:
    """Return the ids of a job; None for those that it does not have."""
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "model_name": job.model_name,
        "model_version": job.version,
        "correlation_id": job.correlation_id,
    }


def _progress_of(job: Job) -> tuple[State, int, int]:
    return job.state, job.attempt, job.announcements
