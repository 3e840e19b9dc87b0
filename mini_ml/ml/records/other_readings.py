"""Read a line that does not fit as a row in the dialect of its file in other ways."""

import re
from collections.abc import Iterator
from dataclasses import replace

from mini_ml.ml.records.cell_patterns import build_patterns
from mini_ml.ml.records.dialect import DELIMITERS, Dialect
from mini_ml.ml.records.record import Cells, ignore_quotes, read_record


def read_otherwise(
    text: bytes, cells: Cells | None, dialect: Dialect, columns: int, *, is_regular: bool
) -> Iterator[tuple[Dialect, Cells]]:
    """Yield how else a line may be meant, with the dialect of each: likely ways first.

    Args:
        text: the line.
        cells: as the dialect of the file reads it; None if a quote has no counterpart.
        dialect: of the file.
        columns: of the file.
        is_regular: whether its quotes are.
    """
    for other in _other_dialects(text, cells, dialect, columns):
        found = read_record(text, 0, other, final=True)
        if found is not None and found.cells is not None:
            yield other, found.cells
    if cells is not None:
        yield dialect, cells
    if cells is None:
        yield dialect, ignore_quotes(text, dialect)
    elif len(cells) > columns:
        if not is_regular:
            yield dialect, _unwrap(_join_sentences(build_patterns(dialect).delimiter.split(text), dialect), dialect)
        yield dialect, _join_sentences(cells, dialect)


def _other_dialects(text: bytes, cells: Cells | None, dialect: Dialect, columns: int) -> Iterator[Dialect]:
    """Yield how else a line may be written: with backslashes, with the other quote, with another delimiter."""
    if dialect.escape == "doubled" and b"\\" in text:
        yield replace(dialect, escape="backslash")
    other_quote = "'" if dialect.quote == '"' else '"'
    if other_quote.encode() in text:
        yield replace(dialect, quote=other_quote)
    if cells is not None and len(cells) == 1 and columns > 1:
        for delimiter in DELIMITERS:
            if delimiter != dialect.delimiter and delimiter.encode() in text:
                yield replace(dialect, delimiter=delimiter)


def _join_sentences(cells: Cells, dialect: Dialect) -> Cells:
    """Join the cells that begin with a blank to the ones before them: a delimiter in a text has a blank behind it."""
    joined: Cells = []
    for cell in cells:
        if joined and cell.startswith(b" "):
            joined[-1] += dialect.delimiter.encode() + cell
        else:
            joined.append(cell)
    return joined


def _unwrap(cells: Cells, dialect: Dialect) -> Cells:
    """Drop the quotes around cells."""
    quote = dialect.quote.encode()
    wrapped = re.compile(rb" *" + quote + rb"(.*)" + quote + rb" *", re.DOTALL)
    return [
        cell if (found := wrapped.fullmatch(cell)) is None else found[1].replace(quote * 2, quote) for cell in cells
    ]
