"""Rows that are longer or shorter than the header."""

from dataclasses import replace
from typing import Final

from tests.pollution.draft import Draft, Line
from tests.pollution.kind import Kind, Spot

_EVERY: Final = 7


def _cut_tails(draft: Draft, spot: Spot) -> Draft | None:
    """Empty the last cells of some records, and leave them out of the file, as Excel does."""
    width = len(draft.names)
    if any(len(line.cells) != width for line in draft.records):
        return None
    count = {"one cell": 1, "half": width // 2, "all but one": width - 1}[spot.variant]
    start = spot.of_rows(len(draft.rows)) % _EVERY
    for place in range(start, len(draft.rows), _EVERY):
        kept = draft.rows[place][: width - count] + ("",) * count
        line = draft.records[place]
        cut = replace(line, cells=line.cells[: width - count])
        draft = replace(draft.with_record(place, cut), rows=(*draft.rows[:place], kept, *draft.rows[place + 1 :]))
    return draft


def _extra_empty(draft: Draft, spot: Spot) -> Draft:
    count = {"one cell": 1, "three cells": 3}[spot.variant]
    place = spot.of_rows(len(draft.records))
    line = draft.records[place]
    return draft.with_record(place, replace(line, cells=(*line.cells, *("",) * count)))


def _many_extra_empty(draft: Draft, spot: Spot) -> Draft:
    for place in range(3, len(draft.records), _EVERY):
        line = draft.records[place]
        draft = draft.with_record(place, replace(line, cells=(*line.cells, "")))
    return draft


def _one_delimiter_more(draft: Draft, spot: Spot) -> Draft:
    place = spot.of_rows(len(draft.records))
    line = draft.records[place]
    column = spot.of_columns(len(line.cells))
    return draft.with_record(place, replace(line, cells=(*line.cells[:column], "", *line.cells[column:])))


def _unquoted_delimiter(draft: Draft, spot: Spot) -> Draft | None:
    """Write text with a delimiter without quotes."""
    place = spot.of_rows(len(draft.records))
    row, line = draft.rows[place], draft.records[place]
    if len(line.cells) != len(row):
        return None
    column = spot.of_columns(len(row))
    cell = f"a{draft.dialect.delimiter} b"
    changed = (*row[:column], cell, *row[column + 1 :])
    return replace(
        draft.with_record(place, line.with_cell(column, cell)),
        rows=(*draft.rows[:place], changed, *draft.rows[place + 1 :]),
    )


def _one_delimiter_less(draft: Draft, spot: Spot) -> Draft | None:
    place = spot.of_rows(len(draft.records))
    line = draft.records[place]
    if len(line.cells) < 2:
        return None
    column = spot.of_columns(len(line.cells) - 1)
    merged = line.cells[column] + line.cells[column + 1]
    return draft.with_record(place, replace(line, cells=(*line.cells[:column], merged, *line.cells[column + 2 :])))


def _other_delimiter(draft: Draft, spot: Spot) -> Draft | None:
    """Write one row with another delimiter."""
    place = spot.of_rows(len(draft.records))
    other = spot.variant.replace("tab", "\t")
    if other == draft.dialect.delimiter:
        return None
    dialect = replace(draft.dialect, delimiter=other)
    line = draft.records[place]
    return draft.with_record(place, Line(tuple(map(dialect.write, draft.rows[place])), other, line.before))


KINDS = (
    Kind("cut tails", _cut_tails, by_row=True, variants=("one cell", "half", "all but one")),
    Kind("extra empty cells in a row", _extra_empty, by_row=True, variants=("one cell", "three cells")),
    Kind("extra empty cells in many rows", _many_extra_empty),
    Kind("one delimiter too many in a row", _one_delimiter_more, by_row=True, by_column=True),
    Kind("text with a delimiter, without quotes", _unquoted_delimiter, by_row=True, by_column=True),
    Kind("one delimiter missing in a row", _one_delimiter_less, by_row=True, by_column=True),
    Kind("another delimiter in a row", _other_delimiter, by_row=True, variants=(";", "tab", "|", ",")),
)
