"""Find columns by name, and suggest the nearest one if a column does not exist."""

from collections.abc import Iterator, Sequence

from mini_ml.errors import Issue, UnknownColumn
from mini_ml.ml.records.issues import Issues, list_names, short
from mini_ml.ml.records.table import Table
from mini_ml.suggest import suggest


def target_column(table: Table, name: str | None, *, dropped: Sequence[str] = ()) -> str:
    """Return the name of the target column: the given one, or the last column if none is given.

    Raises:
        UnknownColumn: no column has this name; the issues suggest the nearest name, and also list unknown columns
            among `dropped`.
    """
    if name is None:
        return table.names[-1]
    if name in table.header.doubled:
        times = "the name occurs more than once"
        raise UnknownColumn(
            f"Several columns are called “{short(name)}”, so it cannot be the target.",
            issues=[Issue(column=short(name), parameter="target_column", reason=times, hint="rename the columns")],
        )
    if name not in table.names:
        issues = Issues()
        issues.add(missing_column_issue(name, table.names, "target_column"))
        for other in dropped:
            if other not in table.names:
                issues.add(missing_column_issue(other, table.names, "columns_to_drop"))
        missing = f"The target column “{short(name)}” does not exist."
        raise UnknownColumn(missing + _explain_names(table), issues=issues.all())
    return name


def check_split_columns(table: Table, target: str, *, time: str | None, group: str | None) -> None:
    """Check that the columns that decide which rows are held out exist, and are not the target.

    Raises:
        UnknownColumn: the issues list each column that cannot be used, with the nearest name if it does not exist.
    """
    found = [("time_column", name) for name in (time,) if name is not None]
    found += [("group_column", name) for name in (group,) if name is not None]
    issues = [issue for parameter, name in found for issue in _check_split_column(table, target, name, parameter)]
    if issues:
        reasons = "; ".join(f"“{issue.column}” in {issue.parameter}: {issue.reason}" for issue in issues)
        raise UnknownColumn(f"The rows cannot be split by a column: {reasons}.", issues=issues)


def _check_split_column(table: Table, target: str, name: str, parameter: str) -> Iterator[Issue]:
    if name in table.header.doubled:
        times = "the name occurs more than once"
        yield Issue(column=short(name), parameter=parameter, reason=times, hint="rename the columns")
    elif name not in table.names:
        yield missing_column_issue(name, table.names, parameter)
    elif name == target:
        yield Issue(column=short(name), parameter=parameter, reason="it is the target", hint="use another column")


def _explain_names(table: Table) -> str:
    """Return why the columns may have other names than expected, as a sentence; empty if nothing is unusual."""
    if len(table.names) == 1:
        return " The file has a single column; separate columns by a delimiter: `,` `;` tab or `|`."
    if table.header.line is None:
        names = list_names(table.names)
        return f" The file has no header: its first line looks like data. Its columns are called {names}."
    return ""


def missing_column_issue(name: str, names: Sequence[str], parameter: str | None = None) -> Issue:
    """Return the issue of a column that does not exist, with the nearest existing name as a hint."""
    near = suggest(name, names)
    hint = f"did you mean “{short(near[0])}”?" if near else None
    return Issue(column=short(name), parameter=parameter, reason="no such column", hint=hint)
