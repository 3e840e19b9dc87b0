"""Metrics of a model on the holdout rows."""

from pydantic import Field

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.vocabulary import Label


class ClassificationMetrics(FrozenModel):
    """Metrics on the holdout rows. A metric that cannot be computed is null, and `notes` says why."""

    accuracy: float | None
    balanced_accuracy: float | None
    f1_macro: float | None
    log_loss: float | None
    roc_auc: float | None
    confusion_matrix: tuple[tuple[int, ...], ...]
    """Rows are true labels and columns are predicted labels, both in the order of `labels`."""
    labels: tuple[Label, ...]
    holdout_rows: int
    notes: dict[str, str] = Field(default_factory=dict)
    """Reasons for metrics that are null, by metric name."""


class RegressionMetrics(FrozenModel):
    """Metrics on the holdout rows. A metric that cannot be computed is null, and `notes` says why."""

    r2: float | None
    mae: float | None
    rmse: float | None
    holdout_rows: int
    notes: dict[str, str] = Field(default_factory=dict)


Metrics = ClassificationMetrics | RegressionMetrics
