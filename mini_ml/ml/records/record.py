"""Read one record or one line of a file, and write records as regular ones."""

import re
from typing import Final, NamedTuple

from mini_ml.ml.records.cell_patterns import build_patterns
from mini_ml.ml.records.dialect import Dialect
from mini_ml.topology import MIB

RECORD_BYTES: Final = 8 * MIB
"""Maximum size of a record; a quote that is open for longer is never closed."""
_LINE_END: Final = re.compile(rb"\r\n|\n|\r(?!\Z)")
_END: Final = re.compile(rb"\r?\Z")

Cells = list[bytes]


class CsvRecord(NamedTuple):
    """One record of a file, or one line of it if that is not a record."""

    start: int
    stop: int
    """Offset after the last byte, without the line end."""
    following: int
    """Offset of the next record."""
    cells: Cells | None
    """The cells without quotes and escapes; None if a quote is not closed as it should be."""


def read_record(text: bytes, start: int, dialect: Dialect, *, final: bool) -> CsvRecord | None:
    """Read the record at an offset; None if the text ends before the record does.

    Args:
        text: bytes of the file; `start` is less than their number.
        start: offset of the record.
        dialect: of the file.
        final: whether the file ends with the text.

    Returns:
        The record. If its quotes are irregular, its first line, without cells.
    """
    limit = min(len(text), start + RECORD_BYTES)
    is_final = final and limit == len(text)
    patterns = build_patterns(dialect)
    pattern = patterns.last if is_final else patterns.inner
    cells: Cells = []
    place = _skip_blanks(text, start) if dialect.separates_by_blanks else start
    while True:
        found = pattern.match(text, place, limit)
        if found is None:
            break
        quoted = found["quoted"]
        cells.append(found["plain"] if quoted is None else quoted)
        if (quoted is not None or dialect.escape == "backslash") and cells[-1]:
            cells[-1] = _unescape(cells[-1], dialect, is_quoted=quoted is not None)
        place = found.end()
        if found["end"][:1] in (b"\r", b"\n", b""):
            if dialect.separates_by_blanks and len(cells) > 1 and not cells[-1]:
                cells.pop()
            return CsvRecord(start, found.start("end"), place, cells)
    is_open = patterns.open_quote.match(text, place, limit) is not None
    if not is_final and limit == len(text) and (is_open or _LINE_END.search(text, place, limit) is None):
        return None
    return read_line(text, start)


def _unescape(cell: bytes, dialect: Dialect, *, is_quoted: bool) -> bytes:
    quote = dialect.quote.encode()
    if dialect.escape == "doubled":
        return cell.replace(quote * 2, quote) if quote in cell else cell
    if b"\\" not in cell and quote not in cell:
        return cell
    doubled = quote if is_quoted else quote * 2
    return build_patterns(dialect).escape.sub(lambda found: found[1] or doubled, cell)


def _skip_blanks(text: bytes, start: int) -> int:
    while text[start : start + 1] == b" ":
        start += 1
    return start


def read_line(text: bytes, start: int) -> CsvRecord:
    """Return one line as a record without cells."""
    found = _LINE_END.search(text, start) or _END.search(text, start)
    stop, following = (len(text), len(text)) if found is None else found.span()
    return CsvRecord(start, stop, following, None)


def read_loosely(line: bytes, dialect: Dialect) -> Cells | None:
    """Read a line with irregular quotes: a quoted cell ends at a quote with a delimiter or the line end behind it.

    Args:
        line: without its line end.
        dialect: of the file.

    Returns:
        The cells; None if a quote has no counterpart.
    """
    quote, pattern = dialect.quote.encode(), build_patterns(dialect).loose
    cells: Cells = []
    place = 0
    while True:
        found = pattern.match(line, place)
        if found is None:
            return None
        quoted = found["quoted"]
        cells.append(found["plain"] if quoted is None else quoted.replace(quote * 2, quote))
        place = found.end()
        if not (found["end"] or found["plain_end"]):
            return cells


def ignore_quotes(line: bytes, dialect: Dialect) -> Cells:
    """Split a line at every delimiter, and drop the quotes around cells, even single ones."""
    quote = dialect.quote.encode()
    parts = build_patterns(dialect).delimiter.split(line)
    return [part.strip(b" ").removeprefix(quote).removesuffix(quote) if quote in part else part for part in parts]


def write_record(cells: Cells, delimiter: bytes) -> bytes:
    """Write cells as a regular record: quoted where needed, quotes doubled, without a line end."""
    return delimiter.join(_write_cell(cell, delimiter) for cell in cells)


def _write_cell(cell: bytes, delimiter: bytes) -> bytes:
    if delimiter in cell or b'"' in cell or b"\n" in cell or b"\r" in cell:
        return b'"' + cell.replace(b'"', b'""') + b'"'
    return cell
