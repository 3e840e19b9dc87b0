"""The registry: schema, manifest, alias, and what HTTP tells of a model."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from mini_ml.contracts.metrics import Metrics
from mini_ml.contracts.shape import Shape
from mini_ml.contracts.vocabulary import Label, Task

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
    unpacked_size: int | None = None
    """Bytes once decompressed, which is about what it takes in memory; None where none were compressed yet: `size`."""

    @property
    def memory_bytes(self) -> int:
        """About how much memory the loaded model takes."""
        return self.size if self.unpacked_size is None else self.unpacked_size


class Candidate(Shape):
    """One model type that `auto` tried, with its cross-validated score."""

    model_type: str
    metric: str
    score: float | None
    note: str | None = None


class UnsealedManifest(Shape):
    """All that a manifest says of a model version, before the seal over it is known."""

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
    plan: Artifact | None = None
    """The scoring plan that answers online in the artifact's stead; None where the estimator has none."""
    libraries: Mapping[str, str]
    """Versions of Python and of the libraries that the artifact was persisted with."""
    seed: int

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Manifest(UnsealedManifest):
    """A published model version; its one conditional write is the publication."""

    seal: str


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
