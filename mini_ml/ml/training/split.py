"""Split the rows that have a target into training and hold-out rows."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from mini_ml.contracts import DataWarning, Label, Task
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.training.folds import FoldScheme
from mini_ml.ml.training.holdout import RowPositions, remaining_rows
from mini_ml.ml.training.holdout_choice import choose_holdout
from mini_ml.ml.training.split_columns import SplitColumns
from mini_ml.ml.training.target_values import TargetValues

_ANY_ROWS = SplitColumns()


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
    training_times: Matrix | None = None
    """The time of each training row, NaN if it has none; None without `time_column`."""
    training_groups: Codes | None = None
    """The group of each training row; None without `group_column`."""
    holdout_groups: Codes | None = None
    """The group of each hold-out row; None without `group_column`."""
    notes: tuple[str, ...] = ()
    """How the hold-out rows were chosen, unless at random."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the hold-out rows."""

    @property
    def task(self) -> Task:
        """Return the task."""
        return "regression" if self.labels is None else "classification"

    @property
    def fold_scheme(self) -> FoldScheme:
        """Return what decides the folds of the training rows."""
        codes = None if self.labels is None else self.training_target
        return FoldScheme(rows=len(self.training), codes=codes, times=self.training_times, groups=self.training_groups)

    @property
    def spelled_labels(self) -> list[str] | None:
        """Return the labels as spelled in the dataset; None for regression."""
        return None if self.labels is None else [str(label) for label in self.labels]


def split_rows(target: TargetValues, *, seed: int, columns: SplitColumns = _ANY_ROWS) -> Split:
    """Choose the hold-out rows.

    Args:
        target: the targets of the rows that have one.
        seed: decides the hold-out rows, except by time.
        columns: the times and groups of these rows.

    Raises:
        InvalidOption: no rows can be held out by these times or groups.
    """
    choice = choose_holdout(target, columns, seed=seed)
    held = choice.rows
    kept = remaining_rows(len(target.rows), held)
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.values[kept],
        holdout_target=target.values[held],
        labels=target.labels,
        without_target=target.without_target,
        training_times=None if columns.times is None else columns.times[kept],
        training_groups=None if columns.groups is None else columns.groups[kept],
        holdout_groups=None if columns.groups is None else columns.groups[held],
        notes=choice.notes,
        warnings=(*columns.warnings, *choice.warnings),
    )
