"""Read JSON rows in the four formats of an MLflow scoring server."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from mini_ml.errors import InvalidRequest, Issue
from mini_ml.ml.cells.feature import Cell
from mini_ml.ml.records.issues import Issues, short

FORMS: Final = ("dataframe_split", "dataframe_records", "instances", "inputs")
_HINT: Final = f"send one of {', '.join(FORMS)}, as to an MLflow server"


@dataclass(frozen=True)
class Rows:
    """Rows to score, as columns; `names` is None if the values are in the order of the model's columns."""

    names: tuple[str, ...] | None
    columns: tuple[tuple[Cell, ...], ...]
    count: int


def rows_from_json(payload: JsonValue) -> Rows:
    """Read rows in one of the four formats.

    Raises:
        InvalidRequest: the payload has none of the formats or more than one, or some rows are invalid; the issues list
            all of them by parameter.
    """
    forms = [form for form in FORMS if form in payload] if isinstance(payload, dict) else []
    if not isinstance(payload, dict) or len(forms) != 1:
        raise _malformed("body", f"exactly one of the four formats is required; {len(forms)} are given")
    form = forms[0]
    value = payload[form]
    if form == "dataframe_split":
        return _split(value)
    if form == "inputs" and isinstance(value, dict):
        return _named_columns(value)
    rows = _list(form, value)
    if form == "dataframe_records" or all(isinstance(row, dict) for row in rows):
        return _records(form, rows)
    return _table(form, None, rows)


def _split(value: JsonValue) -> Rows:
    if not isinstance(value, dict):
        raise _malformed("dataframe_split", "an object with `columns` and `data` is required")
    rows = _list("dataframe_split.data", value.get("data"))
    names = value.get("columns")
    if names is None:
        return _table("dataframe_split.data", None, rows)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _malformed("dataframe_split.columns", "a list of column names is required")
    return _table("dataframe_split.data", [str(name) for name in names], rows)


def _records(form: str, rows: Sequence[JsonValue]) -> Rows:
    """Read rows as objects; a name that is absent in a row is a missing cell there."""
    records = [row for row in rows if isinstance(row, dict)]
    if len(records) < len(rows):
        raise _malformed(form, "every row must be an object")
    names = list(dict.fromkeys(name for record in records for name in record))
    return _table(form, names, [[record.get(name) for name in names] for record in records])


def _named_columns(value: Mapping[str, JsonValue]) -> Rows:
    columns = [column if isinstance(column, list) else [column] for column in value.values()]
    if len({len(column) for column in columns}) != 1:
        raise _malformed("inputs", "all columns must have the same length")
    return _table("inputs", list(value), [list(row) for row in zip(*columns, strict=True)])


def _table(form: str, names: Sequence[str] | None, rows: Sequence[JsonValue]) -> Rows:
    trimmed = None if names is None else tuple(name.strip() for name in names)
    _reject_duplicates(form, trimmed or ())
    listed = [row if isinstance(row, list) else [row] for row in rows]
    width = len(listed[0]) if trimmed is None else len(trimmed)
    issues = Issues()
    for place, row in enumerate(listed):
        if len(row) != width:
            issues.add(Issue(parameter=f"{form}[{place}]", reason=f"{len(row)} values, expected {width}"))
        for column, cell in enumerate(row[:width]):
            if isinstance(cell, dict | list):
                issues.add(_nested(f"{form}[{place}]", trimmed[column] if trimmed else None))
    if issues.total:
        raise InvalidRequest("Some rows cannot be read.", issues=issues.all())
    plain = [[cell for cell in row if not isinstance(cell, dict | list)] for row in listed]
    return Rows(trimmed, tuple(zip(*plain, strict=True)), len(rows))


def _nested(parameter: str, name: str | None) -> Issue:
    reason = "a value is neither text, number, boolean nor null"
    return Issue(parameter=parameter, column=short(name) if name else None, reason=reason)


def _list(parameter: str, value: JsonValue) -> list[JsonValue]:
    """Return the rows; there is at least one."""
    if not isinstance(value, list):
        raise _malformed(parameter, "a list of rows is required")
    if not value:
        raise _malformed(parameter, "no rows")
    return value


def _reject_duplicates(form: str, names: Sequence[str]) -> None:
    duplicates = [name for name, times in Counter(names).items() if times > 1]
    if duplicates:
        raise InvalidRequest(
            "Some column names are duplicate.",
            issues=[
                Issue(parameter=form, column=short(name), reason="the name occurs more than once")
                for name in duplicates
            ],
        )


def _malformed(parameter: str, reason: str) -> InvalidRequest:
    return InvalidRequest("The rows cannot be read.", issues=[Issue(parameter=parameter, reason=reason, hint=_HINT)])
