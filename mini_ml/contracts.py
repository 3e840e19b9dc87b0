"""The shapes that cross a boundary: what lies in S3 as JSON and what HTTP answers; no pandas, no boto3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Kind = Literal["train", "predict"]
State = Literal["awaiting_upload", "queued", "running", "succeeded", "failed"]
Task = Literal["classification", "regression"]
Label = str | int | float

OPEN_STATES: frozenset[State] = frozenset({"awaiting_upload", "queued", "running"})


class Shape(BaseModel):
    """Base of all shapes: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ---------------------------------------------------------------- jobs


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
    inline: bool = False
    """Write the predictions as JSON too, for the answer of `POST /predict`."""


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


class FaultShape(Shape):
    """One thing that is wrong; at least one of column, line and parameter says where, if anything can."""

    reason: str
    hint: str | None = None
    column: str | None = None
    line: int | None = None
    parameter: str | None = None


class Problem(Shape):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FaultShape, ...] = ()
    instance: str | None = None
    """Where a job failed: a reference to it, relative to the request."""


class Failure(Shape):
    """Why a job failed, as stored; HTTP adds the status and makes a Problem of it."""

    code: str
    detail: str
    errors: tuple[FaultShape, ...] = ()
    retryable: bool = False


class ClassificationMetrics(Shape):
    """Measured on the hold-out rows; one that cannot be computed is None and has a note."""

    accuracy: float | None
    balanced_accuracy: float | None
    f1_macro: float | None
    log_loss: float | None
    roc_auc: float | None
    confusion_matrix: tuple[tuple[int, ...], ...]
    """Rows are true labels, columns predicted ones, both in the order of `labels`."""
    labels: tuple[Label, ...]
    holdout_rows: int
    notes: dict[str, str] = Field(default_factory=dict)
    """Why a metric is None, by its name."""


class RegressionMetrics(Shape):
    """Measured on the hold-out rows; one that cannot be computed is None and has a note."""

    r2: float | None
    mae: float | None
    rmse: float | None
    holdout_rows: int
    notes: dict[str, str] = Field(default_factory=dict)


Metrics = ClassificationMetrics | RegressionMetrics


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
    upload: Upload
    train: TrainOptions | None = None
    predict: PredictOptions | None = None
    """Both are None where the options of a bare upload could not be read; such a job has failed for good."""
    progress: Progress = Progress()
    lease: Lease | None = None
    intent: int | None = None
    """The version number that the holder of the lease, or a predecessor, may already have published."""
    metrics: Metrics | None = None
    result: TrainResult | PredictResult | None = None
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


# ---------------------------------------------------------------- models

ColumnKind = Literal["numeric", "boolean", "categorical", "datetime", "text"]


class Column(Shape):
    """A feature column that a model reads."""

    name: str
    kind: ColumnKind
    format: str | None = None
    """Date format, as strptime spells it; None for other kinds."""
    categories: tuple[str, ...] | None = None
    """Categories known from training, commonest first; None for other kinds."""
    minimum: float | None = None
    maximum: float | None = None
    missing: int = 0
    """Missing cells among the training rows."""


class LeftOut(Shape):
    """A column of the dataset that the model does not read, and why."""

    name: str
    reason: str


class Schema(Shape):
    """How a model reads its rows."""

    target: str
    task: Task
    labels: tuple[Label, ...] | None
    """The classes as spelled in the dataset, in the order of the probabilities; None for regression."""
    columns: tuple[Column, ...]
    left_out: tuple[LeftOut, ...] = ()
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    probabilities: bool = False
    """Whether the model gives probabilities."""


class Dataset(Shape):
    """The file that a model was trained on."""

    bucket: str
    key: str
    version_id: str
    sha256: str
    bytes: int
    rows: int
    """Data rows in the file."""
    rows_without_target: int = 0
    training_rows: int
    holdout_rows: int
    uploaded_at: datetime


class Artifact(Shape):
    """The persisted model: exactly this version of exactly this object, with this digest."""

    key: str
    version_id: str
    size: int
    sha256: str


class Candidate(Shape):
    """One model type that `auto` tried, with its cross-validated score."""

    model_type: str
    metric: str
    score: float | None
    note: str | None = None


class Manifest(Shape):
    """A published model version; its one conditional write is the publication."""

    model_name: str
    version: int
    job_id: str
    attempt: int
    created_at: datetime
    superseded: bool = False
    """A newer upload of this model was already published, so `latest` passes this version over."""
    task: Task
    target: str
    model_schema: Annotated[Schema, Field(alias="schema", serialization_alias="schema")]
    model_type: str
    model_params: dict[str, JsonValue]
    """All parameters of the estimator, defaults included."""
    metrics: Metrics
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()
    dataset: Dataset
    artifact: Artifact
    libraries: Mapping[str, str]
    """Versions of Python and of the libraries that the artifact was persisted with."""
    seed: int
    seal: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Alias(Shape):
    """A movable name of a version; `version` None is a tombstone."""

    alias: str
    version: int | None
    updated_at: datetime


class ModelView(Shape):
    """A model of the registry, over HTTP."""

    model_name: str
    latest: int | None
    versions: int
    aliases: dict[str, int]
    links: dict[str, str]


class BatchSummary(Shape):
    """What a batch found in its rows, by column."""

    job_id: str
    model_name: str
    version: int
    rows: int
    missing: dict[str, int]
    """Cells imputed, by column."""
    coerced: dict[str, int]
    """Cells that did not parse as their column's kind and were taken as missing, by column."""
    unseen: dict[str, dict[str, int]]
    """Categories that training never saw, by column, the commonest with their counts."""
    notes: tuple[str, ...] = ()


JsonObject = dict[str, Any]
