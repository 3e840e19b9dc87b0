"""Read the columns that decide which rows are held out together: `time_column` and `group_column`."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mini_ml.contracts import DataWarning, WarningExample
from mini_ml.errors import InvalidOption, Issue
from mini_ml.ml.cells.columns import build_token_column, read_number_column
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.notices import Notices
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.data_warnings import cut, write_warning
from mini_ml.ml.training.holdout import RowPositions
from mini_ml.ml.training.newest import newest_of_groups


@dataclass(frozen=True, kw_only=True)
class SplitColumns:
    """The times and groups of the rows that have a target; None for a column that is not asked for."""

    time: Feature | None = None
    """How the times are written."""
    times: Matrix | None = None
    """Shape (rows,): seconds since 1970 or numbers; NaN if a row has no time that can be read."""
    group: str | None = None
    """Name of the column of groups."""
    groups: Codes | None = None
    """Shape (rows,): the group of each row; a row with an empty cell is a group of its own."""
    warnings: tuple[DataWarning, ...] = ()


def read_split_columns(table: Table, rows: RowPositions, *, time: Feature | None, group: str | None) -> SplitColumns:
    """Read the times and the groups of the rows that have a target.

    Args:
        table: the file.
        rows: positions of the rows that have a target.
        time: the column of times, and how it is read; None if rows are not split by time.
        group: name of the column of groups; None if rows are not split by group.

    Raises:
        InvalidOption: the rows have fewer than two times or groups.
    """
    times, notices = (None, Notices()) if time is None else _read_times(table, rows, time)
    groups, empty = (None, 0) if group is None else _read_groups(table, rows, group)
    warnings: list[DataWarning] = []
    if time is not None and times is not None:
        warnings.extend(_warn_of_times(time.name, times, groups, notices))
    if group is not None and empty:
        warnings.append(write_warning("rows_without_group", column=group, count=empty))
    return SplitColumns(time=time, times=times, group=group, groups=groups, warnings=tuple(warnings))


def _read_times(table: Table, rows: RowPositions, time: Feature) -> tuple[Matrix, Notices]:
    position = table.names.index(time.name)
    notices = Notices()
    parts = []
    for block in table.blocks:
        column = read_number_column(block, position, time)
        parts.append(column.values)
        notices.update(column.notices)
    times = np.concatenate(parts)[rows]
    if len(np.unique(times[~np.isnan(times)])) < 2:
        raise _build_error("time_column", time.name, "times", "the rows with a target have fewer than two times")
    return times, notices


def _warn_of_times(name: str, times: Matrix, groups: Codes | None, notices: Notices) -> Iterator[DataWarning]:
    """Yield that some rows have no time, nor has their group; the examples are cells that cannot be read."""
    known = times if groups is None else newest_of_groups(times, groups)
    count = int(np.count_nonzero(np.isnan(known)))
    if count:
        found = [notice.examples for _, code, notice in notices if code == "unreadable_cells"]
        examples = [WarningExample(line=one.line, value=cut(one.value)) for one in (found[0] if found else [])]
        yield write_warning("rows_without_time", column=name, count=count, examples=examples)


def _read_groups(table: Table, rows: RowPositions, group: str) -> tuple[Codes, int]:
    """Return the group of each row, and the number of rows with an empty cell."""
    spellings = table.spellings(group)
    groups = build_token_column(list(spellings.texts), ".").codes[spellings.codes][rows]
    is_empty = groups < 0
    empty = int(np.count_nonzero(is_empty))
    groups[is_empty] = len(spellings.texts) + np.arange(empty)
    if len(np.unique(groups)) < 2:
        raise _build_error("group_column", group, "groups", "the rows with a target are one group")
    return groups, empty


def _build_error(parameter: str, name: str, what: str, reason: str) -> InvalidOption:
    return InvalidOption(
        f"The column “{short(name)}” cannot split the rows by {what}: {reason}.",
        issues=[
            Issue(
                parameter=parameter,
                column=short(name),
                reason=reason,
                hint=f"use a column with at least two {what}, or leave {parameter} out",
            )
        ],
    )
