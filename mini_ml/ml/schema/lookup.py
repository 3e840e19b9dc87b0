"""Find columns by name, and suggest the nearest one if a column does not exist."""

from collections.abc import Sequence

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
