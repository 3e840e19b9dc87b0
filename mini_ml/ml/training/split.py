"""Split the rows that have a target into training and hold-out rows."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from mini_ml.contracts import Label, Task
from mini_ml.ml.training.holdout import RowPositions, holdout_rows, remaining_rows
from mini_ml.ml.training.target_values import TargetValues


@dataclass(frozen=True, kw_only=True)
class Split:
    """Training and hold-out rows, as positions in the dataset, and their targets."""

    training: RowPositions
    holdout: RowPositions
    training_target: NDArray[Any]
    """Class codes or numbers, one for each training row."""
    holdout_target: NDArray[Any]
    """Class codes or numbers, one for each hold-out row."""
    labels: tuple[Label, ...] | None
    """The classes by code; None for regression."""
    without_target: int
    """Number of rows without a target."""

    @property
    def task(self) -> Task:
        """Return the task."""
        return "regression" if self.labels is None else "classification"

    @property
    def spelled_labels(self) -> list[str] | None:
        """Return the labels as spelled in the dataset; None for regression."""
        return None if self.labels is None else [str(label) for label in self.labels]


def split_rows(target: TargetValues, *, seed: int) -> Split:
    """Choose the hold-out rows.

    Args:
        target: the targets of the rows that have one.
        seed: decides the hold-out rows.
    """
    codes = None if target.labels is None else target.values
    held = holdout_rows(codes, len(target.rows), seed=seed)
    kept = remaining_rows(len(target.rows), held)
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.values[kept],
        holdout_target=target.values[held],
        labels=target.labels,
        without_target=target.without_target,
    )
