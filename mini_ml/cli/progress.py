"""Say in words how far a job is."""

from collections.abc import Iterator
from typing import Final

from mini_ml.cli.measures import format_number, name_metric
from mini_ml.contracts import JobView, Stage, State, TrainingProgress

_STAGES: Final[dict[Stage, str]] = {
    "reading": "reading the file",
    "comparing": "comparing candidates",
    "fitting": "fitting the model",
    "evaluating": "measuring the model on the hold-out rows",
    "refitting": "fitting the model on all rows",
    "profiling": "computing the figures of the report",
    "storing": "storing the model",
}
_WAITING: Final[dict[State, str]] = {"awaiting_upload": "waiting for the file", "queued": "waiting for a worker"}


def describe_progress(job: JobView) -> str:
    """Return what a job waits for or does, or how many of its rows have been read."""
    if job.state in _WAITING:
        return _WAITING[job.state]
    if job.progress.training is not None:
        return ", ".join(_describe_training(job.progress.training))
    is_starting = job.state == "running" and not job.progress.rows_done
    return "starting" if is_starting else f"{job.progress.rows_done:,} rows"


def _describe_training(training: TrainingProgress) -> Iterator[str]:
    is_counted = training.stage == "comparing" and training.candidates > 0
    count = f": {training.candidates_done} of {training.candidates}" if is_counted else ""
    yield _STAGES[training.stage] + count
    if training.best_score is not None and training.metric is not None:
        yield f"best {name_metric(training.metric)} {format_number(training.best_score)}"
