"""Jobs as they lie in S3 and as HTTP answers them."""

from datetime import datetime

from pydantic import Field, JsonValue

from mini_ml.contracts.metrics import Metrics
from mini_ml.contracts.problems import Failure, Problem
from mini_ml.contracts.shape import Shape
from mini_ml.contracts.vocabulary import OPEN_STATES, Kind, State


class TrainOptions(Shape):
    """What a training may be told."""

    target_column: str | None = None
    """None means the last column."""
    model_type: str = "auto"
    """A name from the catalogue, `auto`, `auto:classification` or `auto:regression`."""
    model_params: dict[str, JsonValue] = Field(default_factory=dict)
    columns_to_drop: tuple[str, ...] = ()


class PredictOptions(Shape):
    """What a batch prediction may be told."""

    version: str = "latest"
    """A version number, an alias or `latest`, as asked for; the job's `version` is what it resolved to."""
    columns_to_drop: tuple[str, ...] = ()
    only_predictions: bool = False
    """Leave the input's columns out of the output."""
    probabilities: bool = False


class Upload(Shape):
    """A reference to one version of one uploaded object."""

    bucket: str
    key: str
    version_id: str | None = None
    """None until the object has arrived."""
    size: int | None = None
    """Bytes."""
    uploaded_at: datetime | None = None


class Lease(Shape):
    """Who works on a job, and until when nobody else may."""

    holder: str
    expires_at: datetime


class Progress(Shape):
    """How far the running attempt has come."""

    rows_done: int = 0
    bytes_done: int = 0
    bytes_total: int = 0


class TrainResult(Shape):
    """Where a finished training's outcome lies."""

    version: int
    manifest_uri: str
    model_uri: str


class PredictResult(Shape):
    """Where a finished batch's outcome lies."""

    version: int
    rows: int
    output_key: str
    output_uri: str
    summary_uri: str
    predictions_key: str | None = None
    """Key of the predictions as JSON, when the job asked for them inline and they fit into an answer."""


class Job(Shape):
    """A job as it lies in S3; changed only by If-Match."""

    job_id: str
    kind: Kind
    state: State
    model_name: str | None = None
    """None only where the upload's key names no valid model."""
    version: int | None = None
    """Train: the published version. Predict: the one that its first lease resolved."""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    """Awaiting upload: from when on the sweep fails the job."""
    queued_at: datetime | None = None
    """When the job was last announced to its queue."""
    announcements: int = 0
    """How often the sweep has announced it again."""
    attempt: int = 0
    """Counted on over retries: each attempt has its own keys to write to."""
    attempts_before: int = 0
    """Attempts made before the last retry, which gave the job all its attempts again."""
    upload: Upload
    train: TrainOptions | None = None
    predict: PredictOptions | None = None
    """Both are None where the options of a bare upload could not be read; such a job has failed for good."""
    inline: bool = False
    """Whether the predictions are written as JSON too, for the answer of `POST /predict`."""
    progress: Progress = Progress()
    lease: Lease | None = None
    intent: int | None = None
    """The version number that the holder of the lease, or a predecessor, may already have published."""
    metrics: Metrics | None = None
    result: TrainResult | PredictResult | None = None
    setback: Failure | None = None
    """Why the last attempt that could tell gave the job back to its queue."""
    failure: Failure | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the job can still change."""
        return self.state in OPEN_STATES


class JobView(Shape):
    """A job as HTTP answers it."""

    job_id: str
    kind: Kind
    state: State
    model_name: str | None
    version: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int
    options: TrainOptions | PredictOptions
    progress: Progress
    metrics: Metrics | None
    result: TrainResult | PredictResult | None
    error: Problem | None
    links: dict[str, str]
