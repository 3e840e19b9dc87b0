"""Quotes that are missing, too many, of another kind, or escaped in another way."""

from dataclasses import replace

from tests.pollution.draft import Dialect, Draft
from tests.pollution.kind import Kind, Spot


def _with_cell(draft: Draft, spot: Spot, cell: str, written: str) -> Draft | None:
    """Return the draft with another cell in a row, as it should be read and as it is written."""
    place = spot.of_rows(len(draft.rows))
    row, line = draft.rows[place], draft.records[place]
    column = spot.of_columns(len(row))
    if len(line.cells) != len(row):
        return None
    changed = (*row[:column], cell, *row[column + 1 :])
    return replace(
        draft.with_record(place, line.with_cell(column, written)),
        rows=(*draft.rows[:place], changed, *draft.rows[place + 1 :]),
    )


def _extra_quote(draft: Draft, spot: Spot) -> Draft | None:
    place = spot.of_rows(len(draft.rows))
    cell = draft.rows[place][spot.of_columns(len(draft.rows[place]))]
    quote = draft.dialect.quote
    written = draft.dialect.quoted(cell)
    if not cell or (spot.variant == "before the cell" and draft.dialect.write(cell) != cell):
        return None
    polluted = {
        "before the cell": quote + cell,
        "before its quote": quote + written,
        "after its quote": written + quote,
    }[spot.variant]
    return _with_cell(draft, spot, cell, polluted)


def _inch_mark(draft: Draft, spot: Spot) -> Draft | None:
    cell = {"inside": f"pipe 7{draft.dialect.quote} wide", "at the end": f"7{draft.dialect.quote}"}[spot.variant]
    return _with_cell(draft, spot, cell, cell)


def _unescaped_quotes(draft: Draft, spot: Spot) -> Draft | None:
    quote, delimiter = draft.dialect.quote, draft.dialect.delimiter
    cell = {
        "inside": f"the {quote}big{quote} one",
        "inside, with a delimiter": f"the {quote}big{quote}{delimiter} one",
        "at the end": f"he said {quote}no{quote}",
    }[spot.variant]
    return _with_cell(draft, spot, cell, quote + cell + quote)


def _missing_closing_quote(draft: Draft, spot: Spot) -> Draft | None:
    cell = {"plain": "unclosed", "with a delimiter": f"un{draft.dialect.delimiter} closed"}[spot.variant]
    return _with_cell(draft, spot, cell, draft.dialect.quote + cell)


def _missing_opening_quote(draft: Draft, spot: Spot) -> Draft | None:
    return _with_cell(draft, spot, "unopened", "unopened" + draft.dialect.quote)


def _with_quotes_inside(draft: Draft, spot: Spot) -> Draft | None:
    """Put quotes, delimiters and, for a backslash escape, backslashes into some cells of a column."""
    found: Draft | None = draft
    for row in ("first", "middle", "last"):
        column = draft.table.names[Spot(column=spot.column).of_columns(len(draft.table.names))]
        cell = f"{column} {draft.dialect.quote}x{draft.dialect.quote}{draft.dialect.delimiter} {row}"
        if spot.variant == "with backslashes":
            cell += " c:\\x"
        found = found and _with_cell(found, Spot(row, spot.column), cell, draft.dialect.quoted(cell))
    return found


def _blank_around_quotes(draft: Draft, spot: Spot) -> Draft | None:
    """Quote all cells of a column, with blanks before or behind the quotes."""
    for place, line in enumerate(draft.records):
        if len(line.cells) != len(draft.rows[place]):
            return None
        column = spot.of_columns(len(line.cells))
        cell = draft.dialect.quoted(draft.rows[place][column])
        if place % 2:
            cell = draft.dialect.quoted(f"{draft.rows[place][column]}{draft.dialect.delimiter} x")
        spaced = {"before": f" {cell}", "behind": f"{cell} ", "both": f" {cell} "}[spot.variant]
        value = draft.rows[place][column] + (f"{draft.dialect.delimiter} x" if place % 2 else "")
        changed = _with_place(draft, place, column, value)
        draft = changed.with_record(place, line.with_cell(column, spaced))
    return draft


def _with_place(draft: Draft, place: int, column: int, cell: str) -> Draft:
    row = draft.rows[place]
    changed = (*row[:column], cell, *row[column + 1 :])
    return replace(draft, rows=(*draft.rows[:place], changed, *draft.rows[place + 1 :]))


def _all_quoted(draft: Draft, spot: Spot) -> Draft | None:
    if draft.header is None or any(
        len(line.cells) != len(row) for line, row in zip(draft.records, draft.rows, strict=True)
    ):
        return None
    records = tuple(
        replace(line, cells=tuple(map(draft.dialect.quoted, row)))
        for line, row in zip(draft.records, draft.rows, strict=True)
    )
    return replace(draft, records=records)


def _apostrophe(dialect: Dialect, variant: str) -> Dialect:
    return replace(dialect, quote="'")


def _backslash(dialect: Dialect, variant: str) -> Dialect:
    return replace(dialect, escape="backslash")


KINDS = (
    Kind(
        "an extra quote",
        _extra_quote,
        by_row=True,
        by_column=True,
        variants=("before the cell", "before its quote", "after its quote"),
    ),
    Kind("a quote inside a bare cell", _inch_mark, by_row=True, by_column=True, variants=("inside", "at the end")),
    Kind(
        "quotes inside quotes",
        _unescaped_quotes,
        by_row=True,
        by_column=True,
        variants=("inside", "inside, with a delimiter", "at the end"),
    ),
    Kind(
        "a missing closing quote",
        _missing_closing_quote,
        by_row=True,
        by_column=True,
        variants=("plain", "with a delimiter"),
    ),
    Kind("a missing opening quote", _missing_opening_quote, by_row=True, by_column=True),
    Kind(
        '`\\"` escapes',
        _with_quotes_inside,
        respell=_backslash,
        by_column=True,
        variants=("", "with backslashes"),
    ),
    Kind("quote `'`", _with_quotes_inside, respell=_apostrophe, by_column=True),
    Kind("quote `'` around all cells", _all_quoted, respell=_apostrophe),
    Kind("quotes around all cells", _all_quoted),
    Kind("blanks around quotes", _blank_around_quotes, by_column=True, variants=("before", "behind", "both")),
)
