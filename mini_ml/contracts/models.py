"""Documents of the model registry: schema, manifest and alias."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, JsonValue

from mini_ml.contracts.alias_moves import AliasMove
from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.data_warnings import ColumnReport, DataWarning
from mini_ml.contracts.file_report import FileReport
from mini_ml.contracts.metrics import Metrics, Threshold
from mini_ml.contracts.vocabulary import ColumnKind, Label, Task

GROUP_COLUMN_REASON: Final = "group_column: rows with the same cell are held out together"
"""Why the column that says which rows belong together is left out of the model."""


class Column(FrozenModel):
    """A feature column that a model reads."""

    name: str
    kind: ColumnKind
    format: str | None = None
    """How a cell is read, by example: `1.234,56 → 1234.56`; None if cells are read as they are."""
    categories: tuple[str, ...] | None = None
    """Categories in the training data, most common first; None for other kinds."""
    minimum: float | None = None
    maximum: float | None = None
    missing: int = 0
    """Number of missing cells in the training rows."""


class LeftOut(FrozenModel):
    """A column of the dataset that the model does not read, and why."""

    name: str
    reason: str


class Schema(FrozenModel):
    """Target, labels and feature columns of a model."""

    target: str
    task: Task
    labels: tuple[Label, ...] | None
    """Class labels as spelled in the dataset, in the order of the probabilities; None for regression."""
    columns: tuple[Column, ...]
    left_out: tuple[LeftOut, ...] = ()
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    probabilities: bool = False
    """Whether the model can return probabilities."""
    reading_rules: int = 1
    """Version of the rules by which the model reads cells; a release reads models of its own rules only."""


class Dataset(FrozenModel):
    """The file that a model was trained on."""

    bucket: str
    key: str
    version_id: str
    sha256: str
    bytes: int
    rows: int
    """Number of rows in the file, without the header."""
    rows_without_target: int = 0
    training_rows: int
    holdout_rows: int
    uploaded_at: datetime


class Artifact(FrozenModel):
    """A saved model: one version of one object, and its digest."""

    key: str
    version_id: str
    size: int
    sha256: str
    unpacked_size: int | None = None
    """Uncompressed size in bytes, about as much as the model needs in memory; None if it equals `size`."""

    @property
    def memory_bytes(self) -> int:
        """Approximate memory of the loaded model, in bytes."""
        return self.size if self.unpacked_size is None else self.unpacked_size


class Candidate(FrozenModel):
    """One line of the leaderboard: a configuration that `auto` compared, or the ensemble of them."""

    model_type: str
    """A name from the catalogue, or `ensemble`."""
    model_params: dict[str, JsonValue] = Field(default_factory=dict)
    """Parameters that differ from the defaults."""
    encoding: str = "one_hot"
    """How it encodes categories."""
    metric: str
    score: float | None
    """The metric on the rows that each fold tests, by a model fitted on the others; None if it was not compared."""
    weight: float | None = None
    """Its share of the published model's prediction; None in manifests of releases without ensembles."""
    fit_seconds: float | None = None
    """Mean time of a fit on the rows of one fold."""
    size_bytes: int | None = None
    """Mean size of the model of one fold."""
    note: str | None = None


class EnsembleMember(FrozenModel):
    """One of the estimators whose predictions an ensemble averages."""

    model_type: str
    model_params: dict[str, JsonValue]
    """All parameters of the estimator, including defaults."""
    encoding: str = "one_hot"
    weight: float
    """Its share of the prediction; the shares add up to 1."""


class UnsealedManifest(FrozenModel):
    """The contents of a manifest before it is sealed."""

    model_name: str
    version: int
    job_id: str
    attempt: int
    created_at: datetime
    superseded: bool = False
    """Whether a newer upload of this model was published first; `latest` skips this version."""
    task: Task
    target: str
    model_schema: Annotated[Schema, Field(alias="schema", serialization_alias="schema")]
    model_type: str
    model_params: dict[str, JsonValue]
    """All parameters of the estimator, including defaults."""
    metrics: Metrics
    members: tuple[EnsembleMember, ...] = ()
    """What an ensemble consists of; empty for a single estimator."""
    candidates: tuple[Candidate, ...] = ()
    """The leaderboard of `auto`, best first."""
    threshold: Threshold | None = None
    """Two classes: the threshold that gives the best F1 out of fold; it is not used."""
    refitted: bool = False
    """Whether the published model was fitted on the hold-out rows too; `metrics` are of the model fitted without."""
    holdout_predictions: Artifact | None = None
    """Predictions of the measured model for the hold-out rows; None for models of releases that did not store them."""
    profile: Artifact | None = None
    """The figures of the report; None for models of releases without reports."""
    notes: tuple[str, ...] = ()
    file: FileReport | None = None
    """How the file was read; None for models of releases that did not say it."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the data that an analyst would want to know."""
    columns: tuple[ColumnReport, ...] = ()
    """What was decided about each column of the file, in its order."""
    dataset: Dataset
    artifact: Artifact
    plan: Artifact | None = None
    """Scoring plan, used for online scoring instead of the artifact; None if the estimator has none."""
    libraries: Mapping[str, str]
    """Versions of Python and of the libraries that saved the artifact."""
    seed: int

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Manifest(UnsealedManifest):
    """A published model version. Creating the manifest, a single conditional write, publishes the version."""

    seal: str


class Alias(FrozenModel):
    """A name that points to a version. A removed alias keeps its document with `version` None."""

    alias: str
    version: int | None
    updated_at: datetime
    move: AliasMove | None = None
    """The last move; None if a release without a journal made it."""
