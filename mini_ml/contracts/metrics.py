"""How good a model is on the rows that it never saw."""

from pydantic import Field

from mini_ml.contracts.shape import Shape
from mini_ml.contracts.vocabulary import Label


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
