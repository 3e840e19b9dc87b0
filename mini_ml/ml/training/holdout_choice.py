"""Choose the hold-out rows: at random, or as `time_column` and `group_column` ask for.

A class always keeps a training row, since a class without one cannot be learned, and the published model must know all
labels of the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.contracts import DataWarning
from mini_ml.errors import InvalidOption, Issue
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.records.issues import short
from mini_ml.ml.schema.data_warnings import cut, write_warning
from mini_ml.ml.schema.examples import spell_moment
from mini_ml.ml.training.group_choice import GroupedRows, choose_groups
from mini_ml.ml.training.holdout import HOLDOUT_FRACTION, RowPositions, holdout_rows, holdout_size
from mini_ml.ml.training.newest import block_starts, newest_of_groups
from mini_ml.ml.training.split_columns import SplitColumns
from mini_ml.ml.training.target_values import TargetValues

_LARGE: Final = 2 * HOLDOUT_FRACTION
_MOST_LABELS: Final = 3


@dataclass(frozen=True, kw_only=True)
class HoldoutChoice:
    """The hold-out rows, as positions among the rows that have a target, and how they were chosen."""

    rows: RowPositions
    notes: tuple[str, ...] = ()
    warnings: tuple[DataWarning, ...] = ()


def choose_holdout(target: TargetValues, columns: SplitColumns, *, seed: int) -> HoldoutChoice:
    """Choose the hold-out rows.

    Args:
        target: the targets of the rows that have one.
        columns: the times and groups of these rows.
        seed: decides the choice, except by time.

    Raises:
        InvalidOption: no rows can be held out by these times or groups.
    """
    if columns.time is not None and columns.times is not None:
        return _choose_newest(target, columns, columns.time, columns.times)
    if columns.group is not None and columns.groups is not None:
        return _choose_groups(target, columns.group, columns.groups, seed)
    codes = None if target.labels is None else target.values
    return HoldoutChoice(rows=holdout_rows(codes, len(target.rows), seed=seed))


def _choose_newest(target: TargetValues, columns: SplitColumns, time: Feature, times: Matrix) -> HoldoutChoice:
    """Hold out the newest rows, or the groups whose newest row is newest."""
    times = times if columns.groups is None else newest_of_groups(times, columns.groups)
    known = int(np.count_nonzero(~np.isnan(times)))
    size = holdout_size(known)
    if not size:
        return HoldoutChoice(rows=np.empty(0, dtype=np.intp))
    starts = block_starts(times, [known - size])
    if not starts:
        raise _build_same_newest_error(time.name, columns.group)
    newest = np.flatnonzero(times >= starts[0])
    moved = _find_new_labels(target, newest, columns.groups)
    rows = np.setdiff1d(newest, moved)
    return HoldoutChoice(
        rows=rows,
        notes=(_describe_newest(columns, time, starts[0], len(rows)),) if len(rows) else (),
        warnings=(
            *_warn_of_new_labels(target, time.name, moved),
            *_warn_of_size(time.name, "time", len(rows), known),
        ),
    )


def _find_new_labels(target: TargetValues, newest: RowPositions, groups: Codes | None) -> RowPositions:
    """Return which of the newest rows have a class that no other row has; with groups, all rows of their groups."""
    if target.labels is None:
        return newest[:0]
    older = np.delete(target.values, newest)
    moved = newest[~np.isin(target.values[newest], older)]
    return moved if groups is None else newest[np.isin(groups[newest], groups[moved])]


def _warn_of_new_labels(target: TargetValues, time: str, moved: RowPositions) -> Iterator[DataWarning]:
    if target.labels is not None and len(moved):
        others = np.delete(target.values, moved)
        new = [target.labels[code] for code in np.unique(target.values[moved]).tolist() if code not in others]
        labels = ", ".join(f"“{cut(str(label))}”" for label in new[:_MOST_LABELS])
        yield write_warning("labels_of_newest_rows", column=time, count=len(moved), params={"labels": labels})


def _describe_newest(columns: SplitColumns, time: Feature, start: float, held: int) -> str:
    moment = f"{start:.12g}" if time.dates is None else spell_moment(start, time.dates)
    if columns.group is None:
        return f"The {held:,} hold-out rows are the newest: “{short(time.name)}” is {moment} or later."
    groups = f"the groups of “{short(columns.group)}” whose newest rows are newest"
    return f"The {held:,} hold-out rows are {groups}: “{short(time.name)}” is {moment} or later."


def _build_same_newest_error(time: str, group: str | None) -> InvalidOption:
    reason = "the newest rows of all groups have the same time"
    return InvalidOption(
        f"The column “{short(time)}” cannot order the groups of “{short(group or '')}”: {reason}.",
        issues=[
            Issue(
                parameter="time_column",
                column=short(time),
                reason=reason,
                hint="use time_column or group_column, not both",
            )
        ],
    )


def _choose_groups(target: TargetValues, group: str, groups: Codes, seed: int) -> HoldoutChoice:
    """Hold out whole groups."""
    if not holdout_size(len(target.rows)):
        return HoldoutChoice(rows=np.empty(0, dtype=np.intp))
    grouped = GroupedRows.of(groups, None if target.labels is None else target.values)
    chosen = choose_groups(grouped, fraction=HOLDOUT_FRACTION, seed=seed)
    if not chosen:
        raise _build_own_labels_error(group)
    rows = grouped.rows_of(chosen)
    named = f"{len(chosen):,} of the {len(grouped.counts):,} groups of “{short(group)}”"
    return HoldoutChoice(
        rows=rows,
        notes=(f"The {len(rows):,} hold-out rows are {named}.",),
        warnings=tuple(_warn_of_size(group, "group", len(rows), len(target.rows))),
    )


def _build_own_labels_error(group: str) -> InvalidOption:
    reason = "each group has a label that no other group has, so no group can be held out"
    return InvalidOption(
        f"The rows cannot be split by the groups of “{short(group)}”: {reason}.",
        issues=[
            Issue(
                parameter="group_column",
                column=short(group),
                reason=reason,
                hint="use a column whose groups share labels, or leave group_column out",
            )
        ],
    )


def _warn_of_size(column: str, what: str, held: int, rows: int) -> Iterator[DataWarning]:
    """Yield that far more rows than usual are held out, because some of them must stay together."""
    if held > _LARGE * rows:
        percent = round(100 * held / rows)
        yield write_warning("large_holdout", column=column, count=held, params={"percent": percent, "what": what})
