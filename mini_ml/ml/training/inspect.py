"""Look at a file before a training: what a training would read in it, with the same code, but without a model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO, Final

from mini_ml.contracts import ColumnReport, DataWarning, InspectAnswer, InspectedColumn, InspectOptions, IssueView, Task
from mini_ml.errors import InvalidDataset, InvalidOption, InvalidTarget, Issue, LimitExceeded
from mini_ml.ml.cells import words
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.data_warnings import cut, limit_warnings
from mini_ml.ml.schema.infer import Inferred, infer
from mini_ml.ml.schema.number_choice import NumberChoice
from mini_ml.ml.training.column_reports import complete_reports
from mini_ml.ml.training.excerpt import read_excerpt
from mini_ml.ml.training.inspect_roles import Roles, choose_roles
from mini_ml.ml.training.split import split_rows
from mini_ml.ml.training.split_columns import read_split_columns
from mini_ml.ml.training.target_values import TargetValues, read_target_values
from mini_ml.ml.training.time_order import propose_time_column
from mini_ml.topology import Limits

_SEED: Final = 0
"""The seed of trainings, so that the warnings about a split are the same."""
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
    roles = choose_roles(table, options)
    found = _judge_columns(table, roles, limits)
    return InspectAnswer(
        rows=table.rows,
        complete=excerpt.complete,
        file=excerpt.file,
        columns=tuple(_add_samples(table, found, roles.dropped)),
        target=roles.target,
        task=found.task,
        warnings=limit_warnings(found.warnings),
        problems=tuple(map(IssueView.of, dict.fromkeys((*roles.problems, *found.problems)))),
    )


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """What was decided about the columns and the target."""

    columns: tuple[ColumnReport, ...]
    warnings: tuple[DataWarning, ...] = ()
    task: Task | None = None
    problems: tuple[Issue, ...] = ()


def _judge_columns(table: Table, roles: Roles, limits: Limits) -> _Judged:
    try:
        inferred = infer(table, target=roles.target, dropped=roles.dropped, time=roles.time, group=roles.group)
    except InvalidOption as error:  # the column of times has none
        judged = _judge_columns(table, replace(roles, time=None), limits)
        return replace(judged, problems=(*error.issues, *judged.problems))
    except InvalidDataset as error:  # no feature is left
        return _Judged(columns=tuple(_report_no_features(table, roles.target, error)), problems=error.issues)
    values, problems = _try_target(table, roles.target, inferred.target, limits)
    split_warnings, split_problems = _try_split(table, values, inferred, roles.group)
    frame = inferred.reader.parse(table)
    proposed = () if values is None or roles.time is not None else propose_time_column(inferred.reader, frame, values)
    return _Judged(
        columns=tuple(complete_reports(inferred.columns, frame, roles.target, values)),
        warnings=(*(values.warnings if values else ()), *split_warnings, *proposed, *inferred.warnings),
        task=values.task if values else None,
        problems=(*problems, *split_problems),
    )


def _report_no_features(table: Table, target: str, error: InvalidDataset) -> Iterator[ColumnReport]:
    reasons = {issue.column: issue.reason for issue in error.issues}
    for name in table.names:
        yield ColumnReport(name=name, left_out=None if name == target else reasons.get(short(name)))


def _try_target(
    table: Table, target: str, choice: NumberChoice, limits: Limits
) -> tuple[TargetValues | None, tuple[Issue, ...]]:
    """Return the target's values, or why they cannot be learned."""
    try:
        return read_target_values(table, target, choice, model_type="auto", limits=limits), ()
    except (InvalidTarget, LimitExceeded) as error:
        return None, error.issues


def _try_split(
    table: Table, values: TargetValues | None, inferred: Inferred, group: str | None
) -> tuple[tuple[DataWarning, ...], tuple[Issue, ...]]:
    """Return the warnings of a split by time or group, or why the rows cannot be split so."""
    if values is None or (inferred.time is None and group is None):
        return (), ()
    try:
        columns = read_split_columns(table, values.rows, time=inferred.time, group=group)
        return split_rows(values, seed=_SEED, columns=columns).warnings, ()
    except InvalidOption as error:
        return (), error.issues


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
