"""Match the columns of rows to score with those that the model reads."""

from collections.abc import Sequence
from typing import Final

from mini_ml.errors import InvalidRequest, Issue, SchemaMismatch
from mini_ml.ml.cells.feature import Cell
from mini_ml.ml.cells.rows import Rows
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.known_names import KnownNames
from mini_ml.ml.schema.lookup import missing_column_issue

_SHOWN_NAMES: Final = 5


def known_names(model: FittedModel) -> KnownNames:
    """Return what the model knows about the files that it scores."""
    reader = model.reader
    columns = len(reader.features) + len(reader.left_out) + 1
    return KnownNames(reader.names, reader.file, columns, reader.target)


def reject_absent_header(known: KnownNames, header: Header) -> None:
    """Raise SchemaMismatch for a file without names, unless the model was trained on one with as many columns."""
    if header.line is not None or header.is_known:
        return
    shown = ", ".join(map(short, known.features[:_SHOWN_NAMES]))
    hint = f"begin with a line such as {shown}"
    if known.file.header_line is None:
        hint = f"begin with a row of {known.columns} cells, or of {known.columns - 1} without the target, or {hint}"
    raise SchemaMismatch(
        "The file has no header: its first line looks like data.",
        issues=[Issue(reason="the first line has no column names", line=1, hint=hint)],
    )


def find_columns(model: FittedModel, names: Sequence[str], dropped: Sequence[str], tally: Tally) -> dict[str, int]:
    """Return the position of each feature among the names, by feature name.

    Raises:
        SchemaMismatch: some features are absent or dropped.
    """
    places = {name: place for place, name in enumerate(names)}
    issues = Issues()
    for name in model.reader.names:
        if name in dropped:
            issues.add(Issue(column=short(name), parameter="columns_to_drop", reason="the model needs this column"))
        elif name not in places:
            spare = [other for other in names if other not in model.reader.names]
            issues.add(missing_column_issue(name, spare))
    if issues.total:
        needed = "A column" if issues.total == 1 else f"{issues.total} columns"
        verb = "is" if issues.total == 1 else "are"
        raise SchemaMismatch(f"{needed} that the model needs {verb} missing.", issues=issues.all())
    tally.unknown_columns.extend(name for name in dropped if name not in places)
    return {name: places[name] for name in model.reader.names}


def group_by_feature(model: FittedModel, rows: Rows) -> dict[str, Sequence[Cell]]:
    """Return the values of each feature column of JSON rows, by name.

    Raises:
        SchemaMismatch: feature columns are absent, from all rows or from some.
        InvalidRequest: rows without column names do not have as many values as the model has columns.
    """
    names = model.reader.names
    if rows.names is not None:
        positions = find_columns(model, rows.names, (), Tally())
        _reject_absent_values(model, rows)
        return {name: rows.columns[positions[name]] for name in names}
    if len(rows.columns) != len(names):
        raise InvalidRequest(
            f"A row has {len(rows.columns)} values, but the model has {len(names)} columns.",
            issues=[
                Issue(
                    parameter="body",
                    reason=f"{len(names)} values per row are required",
                    hint=", ".join(map(short, names[:20])),
                )
            ],
        )
    return dict(zip(names, rows.columns, strict=True))


def _reject_absent_values(model: FittedModel, rows: Rows) -> None:
    """Raise SchemaMismatch for rows that lack a column which the model needs, although other rows have it."""
    issues = Issues()
    for name in model.reader.names:
        for place in rows.absent.get(name, ()):
            issues.add(Issue(parameter=place, column=short(name), reason="the row has no value for this column"))
    if issues.total:
        raise SchemaMismatch("Some rows lack a column that the model needs.", issues=issues.all())
