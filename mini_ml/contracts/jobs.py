"""Jobs as stored in S3."""

from datetime import datetime

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.metrics import Metrics
from mini_ml.contracts.options import PredictOptions, TrainOptions
from mini_ml.contracts.problems import Failure
from mini_ml.contracts.vocabulary import OPEN_STATES, Kind, State


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


class Progress(FrozenModel):
    """Progress of the current attempt."""

    rows_done: int = 0
    bytes_done: int = 0
    bytes_total: int = 0


class TrainResult(FrozenModel):
    """Location of the published model version."""

    version: int
    manifest_uri: str
    model_uri: str


class PredictResult(FrozenModel):
    """Location of the output of a batch prediction."""

    version: int
    rows: int
    output_key: str
    output_uri: str
    summary_uri: str
    predictions_key: str | None = None
    """Key of the predictions as JSON, if the job requested them inline and they fit into a response."""


class Job(FrozenModel):
    """A job as stored in S3. All updates are conditional (If-Match)."""

    job_id: str
    kind: Kind
    state: State
    model_name: str | None = None
    """None only if the upload's key does not contain a valid model name."""
    version: int | None = None
    """Train: the published version. Predict: the version resolved under the first lease."""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    """Time from which the sweep fails a job that is still awaiting its upload."""
    queued_at: datetime | None = None
    """When a message for the job was last sent to its queue."""
    announcements: int = 0
    """How often the sweep has sent the message again."""
    attempt: int = 0
    """Number of the current attempt. Retries continue counting, so that each attempt writes to its own keys."""
    attempts_before: int = 0
    """Attempts before the last retry; they do not count towards the maximum."""
    upload: Upload
    train: TrainOptions | None = None
    predict: PredictOptions | None = None
    """Both are None if the options of an S3 upload are invalid; such a job cannot be retried."""
    inline: bool = False
    """Whether to also write the predictions as JSON, for the response of `POST /predict`."""
    progress: Progress = Progress()
    lease: Lease | None = None
    intent: int | None = None
    """Version number that the current or a previous lease holder may already have published."""
    metrics: Metrics | None = None
    result: TrainResult | PredictResult | None = None
    setback: Failure | None = None
    """Error of the last attempt that returned the job to its queue."""
    failure: Failure | None = None

    @property
    def is_open(self) -> bool:
        """Whether the job is not finished yet."""
        return self.state in OPEN_STATES
