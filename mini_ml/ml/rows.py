"""JSON rows to score, in MLflow's forms, as columns of the model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from mini_ml.errors import Fault, InvalidRequest
from mini_ml.ml.feature import Cell

FORMS: Final = ("dataframe_split", "dataframe_records", "instances", "inputs")


@dataclass(frozen=True)
class Rows:
    """Rows to score; `names` is None where the values come by position, in the order of the model's columns."""

    names: tuple[str, ...] | None
    columns: tuple[tuple[Cell, ...], ...]
    count: int


def rows_from_json(payload: JsonValue) -> Rows:
    """Read one of the four forms.

    Raises:
        InvalidRequest: the payload is in none of them; all faults, each by parameter.
    """
    if not isinstance(payload, dict) or len([form for form in FORMS if form in payload]) != 1:
        raise _malformed("body", f"exactly one of {', '.join(FORMS)} is needed")
    form = next(form for form in FORMS if form in payload)
    value = payload[form]
    if form == "dataframe_split":
        return _split(value)
    if form == "inputs" and isinstance(value, dict):
        return _named_columns(value)
    if not isinstance(value, list):
        raise _malformed(form, "a list of rows is needed")
    if value and all(isinstance(row, dict) for row in value):
        return _records(form, value)
    return _table(form, None, value)


def _split(value: JsonValue) -> Rows:
    if not isinstance(value, dict):
        raise _malformed("dataframe_split", "an object with columns and data is needed")
    names, rows = value.get("columns"), value.get("data")
    if not isinstance(rows, list):
        raise _malformed("dataframe_split.data", "a list of rows is needed")
    if names is None:
        return _table("dataframe_split.data", None, rows)
    if not isinstance(names, list):
        raise _malformed("dataframe_split.columns", "a list of names is needed")
    return _table("dataframe_split.data", tuple(str(name).strip() for name in names), rows)


def _records(form: str, rows: Sequence[JsonValue]) -> Rows:
    """A name that some rows lack is missing there."""
    records = [row for row in rows if isinstance(row, dict)]
    names = tuple(dict.fromkeys(name for record in records for name in record))
    table = [[record.get(name) for name in names] for record in records]
    return _table(form, tuple(name.strip() for name in names), table)


def _named_columns(value: Mapping[str, JsonValue]) -> Rows:
    columns = [column if isinstance(column, list) else [column] for column in value.values()]
    if len({len(column) for column in columns}) > 1:
        raise _malformed("inputs", "all columns must have the same length")
    return _table("inputs", tuple(name.strip() for name in value), [list(row) for row in zip(*columns, strict=True)])


def _table(form: str, names: tuple[str, ...] | None, rows: Sequence[JsonValue]) -> Rows:
    width = len(names) if names is not None else _width(rows)
    cells = [_row(f"{form}[{place}]", row, width) for place, row in enumerate(rows)]
    columns = tuple(zip(*cells, strict=True)) if cells else tuple(() for _ in range(width))
    return Rows(names, columns, len(rows))


def _width(rows: Sequence[JsonValue]) -> int:
    first = rows[0] if rows else []
    return len(first) if isinstance(first, list) else 1


def _row(parameter: str, row: JsonValue, width: int) -> list[Cell]:
    values: Iterable[JsonValue] = row if isinstance(row, list) else [row]
    cells = [value for value in values if not isinstance(value, dict | list)]
    if len(cells) != width or (isinstance(row, list) and len(row) != width):
        raise _malformed(parameter, f"{width} plain values are needed")
    return cells


def _malformed(parameter: str, reason: str) -> InvalidRequest:
    return InvalidRequest("The rows cannot be read.", faults=[Fault(parameter=parameter, reason=reason)])
