"""The comparison of two versions of a model."""

import math
from datetime import datetime
from typing import Final, Literal

from pydantic import Field, JsonValue

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.metrics import Interval
from mini_ml.contracts.models import EnsembleMember
from mini_ml.contracts.vocabulary import Task

ComparisonVerdict = Literal["better", "worse", "no_difference", "too_few_rows", "not_comparable"]
"""What is known about the second version against the first."""
Obstacle = Literal["task", "target", "labels", "predictions", "numbers"]
"""Why versions cannot be compared: what differs, or what is missing or cannot be computed with."""
ComparisonNoteCode = Literal[
    "metrics_disagree", "fitted_rows", "other_rows", "other_target", "sampled_rows", "grouped_rows", "refitted"
]


_ROUNDING: Final = 1e-6


class ComparedVersion(FrozenModel):
    """One side of a comparison."""

    version: int
    created_at: datetime
    task: Task
    target: str
    model_type: str
    model_params: dict[str, JsonValue]
    """Parameters of the estimator, including defaults; empty for an ensemble."""
    members: tuple[EnsembleMember, ...] = ()
    """What an ensemble consists of; empty for a single estimator."""
    refitted: bool
    """Whether the published model was fitted on the hold-out rows too, after it was measured."""
    file: str
    """Name of the file that was uploaded."""
    sha256: str
    """Digest of the file."""
    rows: int
    training_rows: int
    holdout_rows: int
    columns: dict[str, str]
    """Kinds of the feature columns by name."""
    metrics: dict[str, float | None]
    """Metrics on the version's own hold-out rows, which can differ between versions."""
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

    @property
    def verdict(self) -> Literal["better", "worse", "no_difference"]:
        """Return what this metric says about the second version.

        There is no difference while the interval contains 0, nor if it is within the rounding of the predictions.
        """
        if self.interval.low <= 0 <= self.interval.high or math.isclose(*self.values, rel_tol=_ROUNDING):
            return "no_difference"
        return "better" if (self.difference > 0) == self.greater_is_better else "worse"


class ComparisonNote(FrozenModel):
    """What to know about a comparison before trusting it."""

    code: ComparisonNoteCode
    message: str
    params: dict[str, JsonValue] = Field(default_factory=dict)
    """The values in the message."""


class VersionComparison(FrozenModel):
    """Two versions side by side, and whether the difference between them is more than chance."""

    model_name: str
    versions: tuple[ComparedVersion, ComparedVersion]
    common_rows: int
    """Rows that both versions held out, with the same cells and the same target; of a sample if a note says so."""
    distinct_rows: int
    """Common rows that differ from each other in a cell other than the target; copies of a row count once."""
    differences: tuple[MetricDifference, ...] = ()
    """The first one decides the verdict. Empty without a verdict."""
    verdict: ComparisonVerdict
    obstacle: Obstacle | None = None
    """Why the versions are not comparable."""
    reason: str
    """The verdict in a sentence."""
    notes: tuple[ComparisonNote, ...] = ()
