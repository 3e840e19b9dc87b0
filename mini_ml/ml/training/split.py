"""Decide the task, read the target, and split its rows into training and hold-out rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from mini_ml import catalogue
from mini_ml.contracts import DataWarning, Label, Task
from mini_ml.errors import InvalidTarget, Issue, LimitExceeded
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.notices import MOST_EXAMPLES
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.data_warnings import build_warning, cut
from mini_ml.ml.schema.findings import Finding, find_cells
from mini_ml.ml.schema.number_choice import NumberChoice
from mini_ml.ml.schema.target import (
    ClassTarget,
    TargetNumbers,
    classification_target,
    is_auto_classification,
    read_numbers,
    regression_target,
)
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
    target_format: str | None = None
    """An example of how the target's numbers are read; None for labels and plain numbers."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the target."""

    @property
    def task(self) -> Task:
        """Return the task."""
        return "regression" if self.labels is None else "classification"

    @property
    def spelled_labels(self) -> list[str] | None:
        """Return the labels as spelled in the dataset; None for regression."""
        return None if self.labels is None else [str(label) for label in self.labels]


def split_rows(
    table: Table, reader: Reader, target: NumberChoice, *, model_type: str, limits: Limits, seed: int
) -> Split:
    """Read the target and choose the hold-out rows.

    Args:
        table: the file.
        reader: names the target.
        target: how the target's numbers are written, if it has some.
        model_type: decides the task; `auto` looks at the target.
        limits: gives the maximum number of classes.
        seed: decides the hold-out rows.

    Raises:
        InvalidTarget: no row has a target, all rows have the same one, or the target does not suit the model type.
        LimitExceeded: the target has too many classes.
    """
    task, numbers = catalogue.task_of(model_type), read_numbers(table, reader.target, target.format)
    if task is None:
        task = "classification" if is_auto_classification(numbers) else "regression"
    if task == "regression":
        return _split_regression(table, reader, target, numbers, model_type, seed)
    if numbers.is_amount:
        raise _amount_target_error(reader.target, model_type, len(numbers.values))
    return _split_classification(table, reader, numbers, model_type, limits, seed)


def _split_classification(
    table: Table, reader: Reader, numbers: TargetNumbers, model_type: str, limits: Limits, seed: int
) -> Split:
    target = classification_target(table, reader.target)
    if len(target.labels) > limits.classes:
        _reject_many_classes(reader.target, model_type, len(target.labels), limits)
    held = holdout_rows(target.codes, len(target.rows), seed=seed)
    kept = remaining_rows(len(target.rows), held)
    findings = [*_find_missing(target.missing), *_find_merged(target)]
    if not is_auto_classification(numbers):
        findings.append(Finding("numbers_as_labels", params={"instead": _name_regressor(model_type)}))
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.codes[kept],
        holdout_target=target.codes[held],
        labels=target.labels,
        without_target=target.without_target,
        warnings=tuple(build_warning(table, reader.target, finding) for finding in findings),
    )


def _find_missing(missing: Mapping[str, int]) -> Iterator[Finding]:
    """Yield that rows have no target, and the words that say so."""
    if missing:
        texts = tuple(text for text in missing if text)
        yield Finding("rows_without_target", sum(missing.values()), texts[:MOST_EXAMPLES])


def _find_merged(target: ClassTarget) -> Iterator[Finding]:
    if target.merged:
        labels = ", ".join(f"“{cut(text)}”" for text in list(target.merged)[:MOST_EXAMPLES])
        yield from find_cells("labels_merged", target.merged, labels=labels)


def _split_regression(
    table: Table, reader: Reader, choice: NumberChoice, numbers: TargetNumbers, model_type: str, seed: int
) -> Split:
    try:
        target = regression_target(table, reader.target, numbers)
    except InvalidTarget as error:
        # For a text target, suggest a classifier instead of listing nearly every line.
        if any(issue.line for issue in error.issues) and not numbers.is_numeric:
            raise _text_target_error(reader.target, model_type) from error
        raise
    held = holdout_rows(None, len(target.rows), seed=seed)
    kept = remaining_rows(len(target.rows), held)
    findings = [
        *choice.findings,
        *_find_missing(target.missing),
        *find_cells("other_form", target.others),
        *find_cells("bounds", target.bounds),
    ]
    return Split(
        training=target.rows[kept],
        holdout=target.rows[held],
        training_target=target.values[kept],
        holdout_target=target.values[held],
        labels=None,
        without_target=target.without_target,
        target_format=target.format,
        warnings=tuple(build_warning(table, reader.target, finding) for finding in findings),
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


def _amount_target_error(target: str, model_type: str, values: int) -> InvalidTarget:
    """Build an error that suggests a regressor for a target with fractions and many values."""
    instead = _name_regressor(model_type)
    reason = f"`{model_type}` predicts labels, but the target has {values:,} different numbers with fractions"
    return InvalidTarget(
        f"`{model_type}` predicts labels, but the target “{short(target)}” is a number.",
        issues=[Issue(parameter="model_type", column=short(target), reason=reason, hint=f"use `{instead}`")],
    )


def _name_regressor(model_type: str) -> str:
    return "auto:regression" if model_type in catalogue.AUTO else catalogue.counterpart(model_type, "regression")


def _reject_many_classes(target: str, model_type: str, classes: int, limits: Limits) -> None:
    instead = _name_regressor(model_type)
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
