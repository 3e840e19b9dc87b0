"""Choose the columns of an inspection that are not plain features, and say why those asked for cannot be."""

from dataclasses import dataclass

from mini_ml.contracts import InspectOptions
from mini_ml.errors import Issue, UnknownColumn
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.infer import check_columns_to_drop
from mini_ml.ml.schema.lookup import check_split_columns, target_column

_Issues = tuple[Issue, ...]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Columns of a file by what a training does with them, and why others that were asked for cannot be used so."""

    target: str
    dropped: tuple[str, ...]
    time: str | None
    group: str | None
    problems: _Issues


def choose_roles(table: Table, options: InspectOptions) -> Roles:
    """Return the columns that were asked for; the last column is the target if another cannot be."""
    target, unknown_target = _choose_target(table, options.target_column)
    dropped, not_droppable = _choose_dropped(table, target, options.columns_to_drop)
    time, no_time = _choose_time(table, target, options.time_column)
    group, no_group = _choose_group(table, target, options.group_column, time)
    problems = (*unknown_target, *not_droppable, *no_time, *no_group)
    return Roles(target=target, dropped=dropped, time=time, group=group, problems=problems)


def _choose_target(table: Table, wanted: str | None) -> tuple[str, _Issues]:
    try:
        return target_column(table, wanted), ()
    except UnknownColumn as error:
        return table.names[-1], error.issues


def _choose_dropped(table: Table, target: str, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], _Issues]:
    try:
        check_columns_to_drop(table, target, wanted)
    except UnknownColumn as error:
        return tuple(name for name in wanted if name in table.names and name != target), error.issues
    return wanted, ()


def _choose_time(table: Table, target: str, wanted: str | None) -> tuple[str | None, _Issues]:
    try:
        check_split_columns(table, target, time=wanted, group=None)
    except UnknownColumn as error:
        return None, error.issues
    return wanted, ()


def _choose_group(table: Table, target: str, wanted: str | None, time: str | None) -> tuple[str | None, _Issues]:
    if wanted is not None and wanted == time:
        hint = "name another column, or leave one of the two out"
        reason = "it is also the time column"
        return None, (Issue(parameter="group_column", column=short(wanted), reason=reason, hint=hint),)
    try:
        check_split_columns(table, target, time=None, group=wanted)
    except UnknownColumn as error:
        return None, error.issues
    return wanted, ()
