"""Decide the task, read the target, and split its rows into training and hold-out rows."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from mini_ml import catalogue
from mini_ml.contracts import Label, Task
from mini_ml.errors import InvalidTarget, Issue, LimitExceeded
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.target import classification_target, is_auto_classification, regression_target
from mini_ml.ml.training.holdout import RowPositions, holdout_rows, remaining_rows
from mini_ml.topology import Limits


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
    notes: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """Return the task."""
        return "regression" if self.labels is None else "classification"

    @property
    def spelled_labels(self) -> list[str] | None:
        """Return the labels as spelled in the dataset; None for regression."""
        return None if self.labels is None else [str(label) for label in self.labels]


def split_rows(table: Table, reader: Reader, *, model_type: str, limits: Limits, seed: int) -> Split:
    """Read the target and choose the hold-out rows.

    Raises:
        InvalidTarget: no row has a target, all rows have the same one, or the model type predicts numbers and the
            target is not numeric.
        LimitExceeded: the target has too many classes.
    """
    task = catalogue.task_of(model_type)
    if task is None:
        task = "classification" if is_auto_classification(table, reader.target, reader.decimal) else "regression"
    if task == "regression":
        return _split_regression(table, reader, model_type, seed)
    return _split_classification(table, reader, model_type, limits, seed)


def _split_classification(table: Table, reader: Reader, model_type: str, limits: Limits, seed: int) -> Split:
    target = classification_target(table, reader.target)
    if len(target.labels) > limits.classes:
        _reject_many_classes(reader.target, model_type, len(target.labels), limits)
    held = holdout_rows(target.codes, len(target.rows), seed=seed)
    kept = remaining_rows(len(target.rows), held)
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.codes[kept],
        holdout_target=target.codes[held],
        labels=target.labels,
        without_target=target.without_target,
        notes=_note_numeric_target(table, reader, model_type),
    )


def _split_regression(table: Table, reader: Reader, model_type: str, seed: int) -> Split:
    try:
        target = regression_target(table, reader.target, reader.decimal)
    except InvalidTarget as error:
        # For a text target, suggest a classifier instead of listing nearly every line.
        if any(issue.line for issue in error.issues) and is_auto_classification(table, reader.target, reader.decimal):
            raise _text_target_error(reader.target, model_type) from error
        raise
    held = holdout_rows(None, len(target.rows), seed=seed)
    kept = remaining_rows(len(target.rows), held)
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.values[kept],
        holdout_target=target.values[held],
        labels=None,
        without_target=target.without_target,
    )


def _text_target_error(target: str, model_type: str) -> InvalidTarget:
    """Build an error that suggests a model type for a text target."""
    instead = "auto" if model_type in catalogue.AUTO else catalogue.counterpart(model_type, "classification")
    reason = f"`{model_type}` predicts numbers, but the target contains text"
    return InvalidTarget(
        f"`{model_type}` predicts numbers, but the target “{short(target)}” contains text.",
        issues=[
            Issue(
                parameter="model_type",
                column=short(target),
                reason=reason,
                hint="use `auto`" if instead == "auto" else f"use `{instead}` or `auto`",
            )
        ],
    )


def _note_numeric_target(table: Table, reader: Reader, model_type: str) -> tuple[str, ...]:
    if is_auto_classification(table, reader.target, reader.decimal):
        return ()
    instead = "auto:regression" if model_type in catalogue.AUTO else catalogue.counterpart(model_type, "regression")
    return (f"The target looks numeric but was learned as labels; use `{instead}` to learn it as a number.",)


def _reject_many_classes(target: str, model_type: str, classes: int, limits: Limits) -> None:
    instead = "auto:regression" if model_type in catalogue.AUTO else catalogue.counterpart(model_type, "regression")
    raise LimitExceeded(
        f"The target “{short(target)}” has {classes:,} different labels; the limit is {limits.classes:,}.",
        issues=[
            Issue(
                column=short(target),
                limit="classes",
                reason=f"{classes:,} different labels, and the limit is {limits.classes:,}",
                hint=f"if the labels are amounts, use `{instead}`; otherwise merge rare labels",
            )
        ],
    )
