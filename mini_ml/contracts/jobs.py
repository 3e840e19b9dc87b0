"""Jobs as stored in S3."""

from datetime import datetime
from typing import Literal

from mini_ml.contracts.base import FrozenModel


class Upload(FrozenModel):
    """A reference to one version of an uploaded object."""

    bucket: str
    key: str
    version_id: str | None = None
    """None until the object has arrived."""
    size: int | None = None
    """Bytes."""
    uploaded_at: datetime | None = None


class Lease(FrozenModel):
    """The worker that holds a job, and when its lease expires."""

    holder: str
    expires_at: datetime


Stage = Literal["reading", "comparing", "fitting", "evaluating", "refitting", "profiling", "storing"]
"""What a training does at the moment."""


class TrainingProgress(FrozenModel):
    """How far a training is."""

    stage: Stage
    candidates_done: int = 0
    candidates: int = 0
    """How many candidates `auto` compares; 0 for a named model type."""
    metric: str | None = None
    """Metric of `best_score`, as in the leaderboard."""
    best_score: float | None = None
    """Best score of a candidate so far."""


class Progress(FrozenModel):
    """Progress of the current attempt."""

    rows_done: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    training: TrainingProgress | None = None
    """How far a training is; None for predictions, before the work begins and once it has succeeded."""


class TrainResult(FrozenModel):
    """Location of the published model version."""

    version: int
    manifest_uri: str
    model_uri: str
    rejects_key: str | None = None
    """Key of the list of the rows that could not be read and were left out; None if there are none."""
    rejects_uri: str | None = None


class PredictResult(FrozenModel):
    """Location of the output of a batch prediction."""

    version: int
    rows: int
    output_key: str
    output_uri: str
    summary_uri: str
    predictions_key: str | None = None
    """Key of the predictions as JSON, if the job requested them inline and they fit into a response."""
    rejects_key: str | None = None
    """Key of the list of the rows that could not be read and have no prediction; None if there are none."""
    rejects_uri: str | None = None
