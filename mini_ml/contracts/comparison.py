"""The comparison of two versions of a model, and the moves of an alias."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.metrics import Interval
from mini_ml.contracts.vocabulary import Task

Verdict = Literal["better", "worse", "no_difference", "too_few_rows", "not_comparable"]
"""What is known about the second version against the first."""


class ComparedVersion(FrozenModel):
    """One side of a comparison."""

    version: int
    created_at: datetime
    task: Task
    target: str
    model_type: str
    model_params: dict[str, JsonValue]
    """Parameters of the estimator, or of the members of an ensemble by their position."""
    refitted: bool
    file: str
    """Name of the file that was uploaded."""
    rows: int
    training_rows: int
    holdout_rows: int
    columns: dict[str, str]
    """Kinds of the feature columns by name."""
    metrics: dict[str, float | None]
    """Metrics on the version's own hold-out rows, which differ between versions."""
    intervals: dict[str, Interval] = Field(default_factory=dict)


class MetricDifference(FrozenModel):
    """A metric of both versions on the hold-out rows that they share."""

    metric: str
    values: tuple[float, float]
    difference: float
    """Second minus first."""
    interval: Interval
    """Paired bootstrap interval of the difference, with a confidence of 95 %."""
    greater_is_better: bool


class Comparison(FrozenModel):
    """Two versions side by side, and whether the difference between them is more than chance."""

    model_name: str
    versions: tuple[ComparedVersion, ComparedVersion]
    common_rows: int
    """Rows that both versions held out, with the same features and target."""
    differences: tuple[MetricDifference, ...] = ()
    """The first one decides the verdict."""
    verdict: Verdict
    reason: str
    """The verdict in a sentence."""


class AliasMove(FrozenModel):
    """One move of an alias."""

    number: int
    """Counts the moves of the alias, from 1."""
    moved_at: datetime
    moved_by: str
    """Name of the credential; `unrestricted` without authentication."""
    from_version: int | None
    to_version: int | None
    """None if the alias was removed."""
    reason: str | None = None
