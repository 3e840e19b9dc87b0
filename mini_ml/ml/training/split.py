"""Decide the task, read the target, and part its rows into those that train and those that measure."""

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
from mini_ml.ml.training.holdout import Rows, holdout_rows, others
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class Split:
    """The rows that have a target, parted; rows are positions in the dataset."""

    training: Rows
    holdout: Rows
    training_target: NDArray[Any]
    """Codes of the labels, or numbers."""
    holdout_target: NDArray[Any]
    labels: tuple[Label, ...] | None
    """The classes, by code; None for regression."""
    without_target: int
    notes: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """Return the task that the target makes."""
        return "regression" if self.labels is None else "classification"

    @property
    def spelled(self) -> list[str] | None:
        """Return the labels as the dataset spells them."""
        return None if self.labels is None else [str(label) for label in self.labels]


def split_rows(table: Table, reader: Reader, *, model_type: str, limits: Limits, seed: int) -> Split:
    """Read the target for a known model type and hold rows out.

    Raises:
        InvalidTarget: no row has a target, all have the same, or the model type predicts numbers and it is none.
        LimitExceeded: it has more classes than allowed.
    """
    task = catalogue.task_of(model_type)
    if task is None:
        task = "classification" if is_auto_classification(table, reader.target, reader.decimal) else "regression"
    if task == "regression":
        return _numbers(table, reader, model_type, seed)
    return _classes(table, reader, model_type, limits, seed)


def _classes(table: Table, reader: Reader, model_type: str, limits: Limits, seed: int) -> Split:
    target = classification_target(table, reader.target)
    if len(target.labels) > limits.classes:
        _refuse_many_classes(reader.target, model_type, len(target.labels), limits)
    held = holdout_rows(target.codes, len(target.rows), seed=seed)
    kept = others(len(target.rows), held)
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.codes[kept],
        holdout_target=target.codes[held],
        labels=target.labels,
        without_target=target.without_target,
        notes=_doubts(table, reader, model_type),
    )


def _numbers(table: Table, reader: Reader, model_type: str, seed: int) -> Split:
    try:
        target = regression_target(table, reader.target, reader.decimal)
    except InvalidTarget as error:
        # Lines matter only where most cells are numbers.
        if any(fault.line for fault in error.issues) and is_auto_classification(table, reader.target, reader.decimal):
            raise _text_target(reader.target, model_type) from error
        raise
    held = holdout_rows(None, len(target.rows), seed=seed)
    kept = others(len(target.rows), held)
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.values[kept],
        holdout_target=target.values[held],
        labels=None,
        without_target=target.without_target,
    )


def _text_target(target: str, model_type: str) -> InvalidTarget:
    """Say which model type would learn a text target."""
    instead = "auto" if model_type in catalogue.AUTO else catalogue.counterpart(model_type, "classification")
    reason = f"`{model_type}` predicts numbers, and the target holds text"
    return InvalidTarget(
        f"`{model_type}` predicts numbers, and the target “{short(target)}” holds text.",
        issues=[
            Issue(
                parameter="model_type",
                column=short(target),
                reason=reason,
                hint="use `auto`" if instead == "auto" else f"use `{instead}` or `auto`",
            )
        ],
    )


def _doubts(table: Table, reader: Reader, model_type: str) -> tuple[str, ...]:
    if is_auto_classification(table, reader.target, reader.decimal):
        return ()
    instead = "auto:regression" if model_type in catalogue.AUTO else catalogue.counterpart(model_type, "regression")
    return (f"The target looks like an amount and was learned as labels; `{instead}` would learn it as a number.",)


def _refuse_many_classes(target: str, model_type: str, classes: int, limits: Limits) -> None:
    instead = "auto:regression" if model_type in catalogue.AUTO else catalogue.counterpart(model_type, "regression")
    raise LimitExceeded(
        f"The target “{short(target)}” has {classes:,} different labels; the limit is {limits.classes:,}.",
        issues=[
            Issue(
                column=short(target),
                limit="classes",
                reason=f"{classes:,} different labels, and the limit is {limits.classes:,}",
                hint=f"if they are amounts, use `{instead}`; else group the rare ones",
            )
        ],
    )
