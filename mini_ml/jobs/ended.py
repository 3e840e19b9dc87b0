"""Counts jobs that ended, by what became of them."""

from collections.abc import Iterator
from typing import Final

from mini_ml import errors
from mini_ml.jobs.job import Job
from mini_ml.ports import Metrics
from mini_ml.topology.metrics import FAILURES, JOBS, JobOutcome

_OF_THE_PLATFORM: Final = (
    errors.Internal,
    errors.Unavailable,
    errors.WorkerLost,
    errors.TimedOut,
    errors.OutOfMemory,
    errors.OutOfSpace,
    errors.UploadAccessDenied,
)
"""Errors that the platform is blamed for: it can read every upload with the bucket's encryption, and a job that it
accepts fits into the time and memory of its function."""


def _codes(error: type[errors.MiniMLError]) -> Iterator[str]:
    yield error.code
    for narrower in error.__subclasses__():
        yield from _codes(narrower)


CODES_OF_THE_PLATFORM: Final = frozenset(code for error in _OF_THE_PLATFORM for code in _codes(error))
"""Codes of the jobs that are counted as failed by the platform."""


def count_ended(metrics: Metrics, job: Job) -> None:
    """Count a job that has just ended. The failure is counted first, because the outcome is written at once."""
    if job.failure is not None:
        metrics.count(FAILURES, code=job.failure.code)
    metrics.count(JOBS, kind=job.kind, outcome=outcome_of(job))


def outcome_of(job: Job) -> JobOutcome:
    """Return how a job ended. A job is rejected for its file or its options, and fails by the platform."""
    if job.failure is None:
        return "succeeded"
    if job.failure.code == errors.JobCancelled.code:
        return "cancelled"
    return "failed" if job.failure.code in CODES_OF_THE_PLATFORM else "rejected"
