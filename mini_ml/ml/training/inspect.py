"""Look at a file before a training: what a training would read in it, with the same code, but no split and no model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

from mini_ml.contracts import ColumnReport, DataWarning, InspectAnswer, InspectedColumn, InspectOptions, IssueView, Task
from mini_ml.errors import InvalidDataset, InvalidTarget, Issue, LimitExceeded, UnknownColumn
from mini_ml.ml.cells import words
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.data_warnings import cut, limit_warnings
from mini_ml.ml.schema.infer import check_columns_to_drop, infer
from mini_ml.ml.schema.lookup import target_column
from mini_ml.ml.schema.number_choice import NumberChoice
from mini_ml.ml.training.column_reports import complete_reports
from mini_ml.ml.training.excerpt import read_excerpt
from mini_ml.ml.training.target_values import TargetValues, read_target_values
from mini_ml.topology import Limits

_MOST_SAMPLES: Final = 5
_READ_AS_NUMBERS: Final = ("numeric", "boolean", "datetime")


def inspect_file(source: BinaryIO, options: InspectOptions, limits: Limits) -> InspectAnswer:
    """Say what a training with `auto` would read in a file.

    What a training would be rejected for, except that the file cannot be read, is in the answer's `problems`.

    Args:
        source: the file, at its start; it can be packed with gzip.
        options: target and columns to drop, as for a training, and whether the file is only the start of one.
        limits: rows and bytes to look at, and the limits of a training.

    Raises:
        InvalidDataset: the file is not a CSV, or its header or rows are invalid.
        LimitExceeded: there are too many columns or characters in a cell, or the rows do not fit in memory.
    """
    excerpt = read_excerpt(source, limits, is_head=options.is_head)
    table = excerpt.table
    name, unknown_target = _choose_target(table, options.target_column)
    dropped, not_droppable = _choose_dropped(table, name, options.columns_to_drop)
    found = _judge_columns(table, name, dropped, limits)
    return InspectAnswer(
        rows=table.rows,
        complete=excerpt.complete,
        file=excerpt.file,
        columns=tuple(_add_samples(table, found, dropped)),
        target=name,
        task=found.task,
        warnings=limit_warnings(found.warnings),
        problems=tuple(map(IssueView.of, dict.fromkeys((*unknown_target, *not_droppable, *found.problems)))),
    )


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """What was decided about the columns and the target."""

    columns: tuple[ColumnReport, ...]
    warnings: tuple[DataWarning, ...] = ()
    task: Task | None = None
    problems: tuple[Issue, ...] = ()


def _choose_target(table: Table, wanted: str | None) -> tuple[str, tuple[Issue, ...]]:
    """Return the target, and why it is not the one that is wanted."""
    try:
        return target_column(table, wanted), ()
    except UnknownColumn as error:
        return table.names[-1], error.issues


def _choose_dropped(table: Table, target: str, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Issue, ...]]:
    """Return the columns that can be dropped, and why the others cannot."""
    try:
        check_columns_to_drop(table, target, wanted)
    except UnknownColumn as error:
        return tuple(name for name in wanted if name in table.names and name != target), error.issues
    return wanted, ()


def _judge_columns(table: Table, target: str, dropped: tuple[str, ...], limits: Limits) -> _Judged:
    try:
        inferred = infer(table, target=target, dropped=dropped)
    except InvalidDataset as error:  # no feature is left
        reasons = {issue.column: issue.reason for issue in error.issues}
        columns = [
            ColumnReport(name=name, left_out=None if name == target else reasons.get(short(name)))
            for name in table.names
        ]
        return _Judged(columns=tuple(columns), problems=error.issues)
    values, problems = _try_target(table, target, inferred.target, limits)
    frame = inferred.reader.parse(table)
    return _Judged(
        columns=tuple(complete_reports(inferred.columns, frame, target, values)),
        warnings=(*(values.warnings if values else ()), *inferred.warnings),
        task=values.task if values else None,
        problems=problems,
    )


def _try_target(
    table: Table, target: str, choice: NumberChoice, limits: Limits
) -> tuple[TargetValues | None, tuple[Issue, ...]]:
    """Return the target's values, or why they cannot be learned."""
    try:
        return read_target_values(table, target, choice, model_type="auto", limits=limits), ()
    except (InvalidTarget, LimitExceeded) as error:
        return None, error.issues


def _add_samples(table: Table, found: _Judged, dropped: tuple[str, ...]) -> Iterator[InspectedColumn]:
    """Yield the columns with their samples; columns that are dropped as asked are not read."""
    for column in found.columns:
        is_missing = _choose_missing(column, found.task)
        samples = () if column.name in dropped else _find_samples(table, column.name, is_missing)
        yield InspectedColumn(**dict(column), samples=samples)


def _choose_missing(column: ColumnReport, task: Task | None) -> Callable[[str], bool]:
    """Return what decides whether a trimmed cell of a column is missing."""
    is_target = column.kind is None and column.left_out is None
    if column.kind in _READ_AS_NUMBERS or (is_target and task == "regression"):
        return words.is_missing
    return words.is_missing_label if is_target else words.is_missing_category


def _find_samples(table: Table, column: str, is_missing: Callable[[str], bool]) -> tuple[str, ...]:
    texts = dict.fromkeys(text.strip() for text in table.spellings(column).texts)
    return tuple(cut(text) for text in islice((text for text in texts if not is_missing(text)), _MOST_SAMPLES))
