"""Read JSON rows in the four formats of an MLflow scoring server."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import JsonValue

from mini_ml.column_names import clean_name
from mini_ml.errors import InvalidRequest, Issue
from mini_ml.ml.cells.feature import Cell
from mini_ml.ml.records.issues import Issues, short

FORMATS: Final = ("dataframe_split", "dataframe_records", "instances", "inputs")
_HINT: Final = f"send one of {', '.join(FORMATS)}, as to an MLflow server"


@dataclass(frozen=True)
class Rows:
    """Rows to score, as columns; `names` is None if the values are in the order of the model's columns."""

    names: tuple[str, ...] | None
    columns: tuple[tuple[Cell, ...], ...]
    count: int
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The rows, by parameter, that lack a name which other rows have; by name."""


def rows_from_json(payload: JsonValue) -> Rows:
    """Read rows in one of the four formats.

    Raises:
        InvalidRequest: the payload has none of the formats or more than one, or some rows are invalid; the issues list
            all of them by parameter.
    """
    formats = [format_name for format_name in FORMATS if format_name in payload] if isinstance(payload, dict) else []
    if not isinstance(payload, dict) or len(formats) != 1:
        raise _malformed("body", f"exactly one of the four formats is required; {len(formats)} are given")
    format_name = formats[0]
    value = payload[format_name]
    if format_name == "dataframe_split":
        return _read_split(value)
    if format_name == "inputs" and isinstance(value, dict):
        return _read_columns(value)
    rows = _require_rows(format_name, value)
    if format_name == "dataframe_records" or all(isinstance(row, dict) for row in rows):
        return _read_records(format_name, rows)
    return _build_rows(format_name, None, rows)


def _read_split(value: JsonValue) -> Rows:
    if not isinstance(value, dict):
        raise _malformed("dataframe_split", "an object with `columns` and `data` is required")
    rows = _require_rows("dataframe_split.data", value.get("data"))
    names = value.get("columns")
    if names is None:
        return _build_rows("dataframe_split.data", None, rows)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _malformed("dataframe_split.columns", "a list of column names is required")
    return _build_rows("dataframe_split.data", [str(name) for name in names], rows)


def _read_records(format_name: str, values: Sequence[JsonValue]) -> Rows:
    """Read rows as objects; a row may lack names that the model does not need."""
    records = [row for row in values if isinstance(row, dict)]
    if len(records) < len(values):
        raise _malformed(format_name, "every row must be an object")
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = _build_rows(format_name, names, [[record.get(name) for name in names] for record in records])
    if all(len(record) == len(names) for record in records):
        return rows
    absent = {
        clean_name(name): tuple(f"{format_name}[{place}]" for place, record in enumerate(records) if name not in record)
        for name in names
    }
    return replace(rows, absent={name: places for name, places in absent.items() if places})


def _read_columns(value: Mapping[str, JsonValue]) -> Rows:
    columns = [column if isinstance(column, list) else [column] for column in value.values()]
    if len({len(column) for column in columns}) != 1:
        raise _malformed("inputs", "all columns must have the same length")
    return _build_rows("inputs", list(value), [list(row) for row in zip(*columns, strict=True)])


def _build_rows(format_name: str, names: Sequence[str] | None, rows: Sequence[JsonValue]) -> Rows:
    trimmed = None if names is None else tuple(map(clean_name, names))
    _reject_duplicates(format_name, trimmed or ())
    listed = [row if isinstance(row, list) else [row] for row in rows]
    width = len(listed[0]) if trimmed is None else len(trimmed)
    issues = Issues()
    for place, row in enumerate(listed):
        if len(row) != width:
            issues.add(Issue(parameter=f"{format_name}[{place}]", reason=f"{len(row)} values, expected {width}"))
        for column, cell in enumerate(row[:width]):
            if isinstance(cell, dict | list):
                issues.add(_nested_issue(f"{format_name}[{place}]", trimmed[column] if trimmed else None))
    if issues.total:
        raise InvalidRequest("Some rows cannot be read.", issues=issues.all())
    plain = [[cell for cell in row if not isinstance(cell, dict | list)] for row in listed]
    return Rows(trimmed, tuple(zip(*plain, strict=True)), len(rows))


def _nested_issue(parameter: str, name: str | None) -> Issue:
    reason = "a value is neither text, number, boolean nor null"
    return Issue(parameter=parameter, column=short(name) if name else None, reason=reason)


def _require_rows(parameter: str, value: JsonValue) -> list[JsonValue]:
    """Return the rows; there is at least one."""
    if not isinstance(value, list):
        raise _malformed(parameter, "a list of rows is required")
    if not value:
        raise _malformed(parameter, "no rows")
    return value


def _reject_duplicates(format_name: str, names: Sequence[str]) -> None:
    duplicates = [name for name, times in Counter(names).items() if times > 1]
    if duplicates:
        raise InvalidRequest(
            "Some column names are duplicate.",
            issues=[
                Issue(parameter=format_name, column=short(name), reason="the name occurs more than once")
                for name in duplicates
            ],
        )


def _malformed(parameter: str, reason: str) -> InvalidRequest:
    return InvalidRequest("The rows cannot be read.", issues=[Issue(parameter=parameter, reason=reason, hint=_HINT)])
