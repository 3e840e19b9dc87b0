"""Decide the task, and read the target of every row that has one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from mini_ml import catalogue
from mini_ml.contracts import DataWarning, Label, Task
from mini_ml.errors import InvalidTarget, Issue, LimitExceeded
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
from mini_ml.ml.training.holdout import RowPositions
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class TargetValues:
    """The targets of a dataset."""

    rows: RowPositions
    """Positions of the rows that have a target, ascending."""
    values: NDArray[Any]
    """Class codes or numbers, one for each of these rows."""
    labels: tuple[Label, ...] | None
    """The classes by code; None for regression."""
    without_target: int
    """Number of rows without a target."""
    format: str | None = None
    """An example of how the numbers are read; None for labels and plain numbers."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the target."""

    @property
    def task(self) -> Task:
        """Return the task."""
        return "regression" if self.labels is None else "classification"


def read_target_values(
    table: Table, target: str, choice: NumberChoice, *, model_type: str, limits: Limits
) -> TargetValues:
    """Read the target.

    Args:
        table: the file.
        target: name of the target.
        choice: how the target's numbers are written, if it has some.
        model_type: decides the task; `auto` looks at the target.
        limits: gives the maximum number of classes.

    Raises:
        InvalidTarget: no row has a target, all rows have the same one, or the target does not suit the model type.
        LimitExceeded: the target has too many classes.
    """
    task, numbers = catalogue.task_of(model_type), read_numbers(table, target, choice.format)
    if task is None:
        task = "classification" if is_auto_classification(numbers) else "regression"
    if task == "regression":
        return _read_amounts(table, target, choice, numbers, model_type)
    if numbers.is_amount:
        raise _amount_target_error(target, model_type, len(numbers.values))
    return _read_labels(table, target, numbers, model_type, limits)


def _read_labels(table: Table, target: str, numbers: TargetNumbers, model_type: str, limits: Limits) -> TargetValues:
    found = classification_target(table, target)
    if len(found.labels) > limits.classes:
        _reject_many_classes(target, model_type, len(found.labels), limits)
    findings = [*_find_missing(found.missing), *_find_merged(found)]
    if not is_auto_classification(numbers):
        findings.append(Finding("numbers_as_labels", params={"instead": _name_regressor(model_type)}))
    return TargetValues(
        rows=found.rows,
        values=found.codes,
        labels=found.labels,
        without_target=found.without_target,
        warnings=tuple(build_warning(table, target, finding) for finding in findings),
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


def _read_amounts(
    table: Table, target: str, choice: NumberChoice, numbers: TargetNumbers, model_type: str
) -> TargetValues:
    try:
        found = regression_target(table, target, numbers)
    except InvalidTarget as error:
        # For a text target, suggest a classifier instead of listing nearly every line.
        if any(issue.line for issue in error.issues) and not numbers.is_numeric:
            raise _text_target_error(target, model_type) from error
        raise
    findings = [
        *choice.findings,
        *_find_missing(found.missing),
        *find_cells("other_form", found.others),
        *find_cells("bounds", found.bounds),
    ]
    return TargetValues(
        rows=found.rows,
        values=found.values,
        labels=None,
        without_target=found.without_target,
        format=found.format,
        warnings=tuple(build_warning(table, target, finding) for finding in findings),
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
