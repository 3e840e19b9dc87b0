"""Metrics of a model on the holdout rows."""

from pydantic import Field

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.vocabulary import Label


class Interval(FrozenModel):
    """Bounds that contain the true value of a metric with a confidence of 95 %."""

    low: float
    high: float


class Threshold(FrozenModel):
    """The probability of a label from which predicting it gives the best F1."""

    label: Label
    probability: float
    f1: float


class ClassificationMetrics(FrozenModel):
    """Metrics on the holdout rows. A metric that cannot be computed is null, and `notes` says why."""

    accuracy: float | None
    balanced_accuracy: float | None
    f1_macro: float | None
    log_loss: float | None
    roc_auc: float | None
    average_precision: float | None = None
    """Area under the precision-recall curve, averaged over the classes; for two classes, of the second one."""
    brier_score: float | None = None
    """Mean squared error of the probabilities, summed over the classes and halved if there are two."""
    confusion_matrix: tuple[tuple[int, ...], ...] | None = None
    """Rows are true labels and columns are predicted labels, both in the order of `labels`; null in lists of jobs."""
    labels: tuple[Label, ...]
    holdout_rows: int
    baseline: dict[str, float | None] = Field(default_factory=dict)
    """The same metrics of a model that always answers with the class frequencies of the training rows."""
    intervals: dict[str, Interval] = Field(default_factory=dict)
    """Bootstrap intervals by metric name; empty with fewer than 10 or more than 10,000 hold-out rows."""
    notes: dict[str, str] = Field(default_factory=dict)
    """Reasons for metrics that are null, by metric name."""


class RegressionMetrics(FrozenModel):
    """Metrics on the holdout rows. A metric that cannot be computed is null, and `notes` says why."""

    r2: float | None
    mae: float | None
    rmse: float | None
    median_absolute_error: float | None = None
    holdout_rows: int
    baseline: dict[str, float | None] = Field(default_factory=dict)
    """The same metrics of a model that always answers with the mean of the training rows."""
    intervals: dict[str, Interval] = Field(default_factory=dict)
    """Bootstrap intervals by metric name; empty with fewer than 10 or more than 10,000 hold-out rows."""
    notes: dict[str, str] = Field(default_factory=dict)


Metrics = ClassificationMetrics | RegressionMetrics
