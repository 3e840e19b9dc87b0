"""Read records one by one where their quotes are irregular, and rewrite them for the numpy scanner.

What cannot be read in one way only is a bad record. Each record is judged by itself, so that neither chunks nor the
records around it matter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from mini_ml.ml.records.bad_rows import BadRecord
from mini_ml.ml.records.block import Offsets
from mini_ml.ml.records.cell_patterns import build_patterns
from mini_ml.ml.records.dialect import Dialect
from mini_ml.ml.records.other_readings import read_otherwise
from mini_ml.ml.records.ragged import find_misfits
from mini_ml.ml.records.record import (
    Cells,
    CsvRecord,
    read_line,
    read_loosely,
    read_record,
    write_record,
)
from mini_ml.ml.records.scan import Scan, scan
from mini_ml.ml.records.shape import Shape

_QUOTED: Final = re.compile(rb'"(?:[^"]++|"")*+"')
_LONG_BYTES: Final = 4096
"""Size from which it is faster to read lines without quotes all at once."""
_NONE: Final = np.empty(0, dtype=np.int64)
_NUL: Final = "it contains a NUL byte"
_OPEN_QUOTE: Final = "a quote is not closed"


@dataclass(frozen=True)
class Mended:
    """Records that were read one by one."""

    found: Scan
    is_rewritten: bool = False
    """Whether the records were written again as regular ones in the regular delimiter."""
    text: bytes | None = None
    """These records; None if they are the cells of `found`."""
    bad: tuple[BadRecord, ...] = ()
    marks: Mapping[int, bytes] = field(default_factory=dict)
    """The delimiter of each record that was read in another way than the file, by position of the record."""


@dataclass
class _Rewriting:
    """The records that were read so far."""

    pieces: list[bytes] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    marks: dict[int, bytes] = field(default_factory=dict)

    def keep(self, start: int, stop: int, text: bytes) -> None:
        """Add a regular record."""
        self.pieces.append(text)
        self.pieces.append(b"\n")
        self.starts.append(start)
        self.stops.append(stop)

    def keep_many(self, starts: Offsets, stops: Offsets, text: bytes) -> None:
        """Add regular records, with their line ends."""
        self.pieces.append(text)
        if text.endswith(b"\r"):  # the next piece may begin with a line feed
            self.pieces.append(b"\n")
        self.starts.extend(starts.tolist())
        self.stops.extend(stops.tolist())

    def mend(self, start: int, stop: int, cells: Cells, written: Dialect, dialect: Dialect) -> None:
        """Add a record that was read in another way than the file."""
        self.marks[len(self.starts)] = written.delimiter.encode()
        self.keep(start, stop, write_record(cells, dialect.regular_delimiter))


def mend(
    records: bytes,
    dialect: Dialect,
    shape: Shape,
    *,
    final: bool,
    regular: Scan | None = None,
    misfits: Offsets = _NONE,
) -> Mended:
    """Split the complete records of a buffer, each by itself where that is needed.

    Args:
        records: bytes of the file, starting at a record.
        dialect: of the file.
        shape: number of cells of a row.
        final: whether the file ends here; then the last record needs no line end.
        regular: the records as they were split all at once, if their quotes are regular.
        misfits: the records of `regular` that have to be read by themselves.
    """
    done = _Rewriting()
    if regular is None:
        size = _read_all(records, 0, dialect, shape, done, final=final)
    else:
        size = _read_misfits(records, regular, misfits, dialect, shape, done, final=final)
    text = b"".join(done.pieces)
    found = scan(text, dialect.regular_delimiter, final=True)
    if found is None or len(found.record_starts) != len(done.starts):
        raise AssertionError("A rewritten record is not regular.")  # a defect of this module
    kept_text = text if found.rewritten else None
    found = replace(
        found,
        record_starts=np.array(done.starts, dtype=np.int64),
        record_stops=np.array(done.stops, dtype=np.int64),
        size=size,
        rewritten=True,
        one_line_each=False,
    )
    return Mended(found, True, kept_text, tuple(done.bad), done.marks)


def _read_misfits(
    records: bytes,
    regular: Scan,
    misfits: Offsets,
    dialect: Dialect,
    shape: Shape,
    done: _Rewriting,
    *,
    final: bool,
) -> int:
    """Read only some records by themselves; return the size of all."""
    starts, stops, begin = regular.record_starts, regular.record_stops, 0
    for misfit in misfits.tolist():
        start = int(starts[misfit])
        done.keep_many(starts[begin:misfit], stops[begin:misfit], records[_offset(regular, begin) : start])
        record, line = read_record(records, start, dialect, final=final), read_line(records, start)
        following = line.start if record is None else _read_one(records, record, line, dialect, shape, done)
        if following != _offset(regular, misfit + 1):
            return _read_all(records, following, dialect, shape, done, final=final)
        begin = misfit + 1
    done.keep_many(starts[begin:], stops[begin:], records[_offset(regular, begin) : regular.size])
    return regular.size


def _offset(regular: Scan, record: int) -> int:
    """Return where a record begins, or where the records end."""
    return int(regular.record_starts[record]) if record < len(regular.record_starts) else regular.size


def _read_all(records: bytes, start: int, dialect: Dialect, shape: Shape, done: _Rewriting, *, final: bool) -> int:
    """Read all complete records from an offset on; return where they end."""
    fewest, most = min(2, shape.columns), shape.columns + shape.trailing
    delimiter, is_usual, pattern = dialect.regular_delimiter, dialect.is_usual, build_patterns(dialect).regular_line
    limit = len(records) if final else _end_of_lines(records)
    while start < limit:
        end = _end_of_plain_lines(records, start, limit) if is_usual else start
        if end - start > _LONG_BYTES:
            start = _read_plain_lines(records, start, end, dialect, shape, done)
            continue
        line = read_line(records, start)
        text = records[start : line.stop]
        width = _count_regular(text, delimiter, pattern) if is_usual else 0
        if fewest <= width <= most or (width and not text.strip()):
            done.keep(start, line.stop, text)
            start = line.following
            continue
        record = read_record(records, start, dialect, final=final)
        if record is None:
            return start
        start = _read_one(records, record, line, dialect, shape, done)
    return start


def _end_of_lines(records: bytes) -> int:
    """Return where the last complete line ends: a carriage return at the end may belong to a line feed that follows."""
    if records.endswith(b"\n"):
        return len(records)
    end = len(records) - records.endswith(b"\r")
    return max(records.rfind(b"\n", 0, end), records.rfind(b"\r", 0, end)) + 1


def _end_of_plain_lines(records: bytes, start: int, limit: int) -> int:
    """Return where the lines without quotes end that begin at an offset."""
    quote = records.find(b'"', start, limit)
    if quote < 0:
        return limit
    return max(start, records.rfind(b"\n", start, quote) + 1, records.rfind(b"\r", start, quote) + 1)


def _read_plain_lines(records: bytes, start: int, end: int, dialect: Dialect, shape: Shape, done: _Rewriting) -> int:
    """Read lines without quotes, all at once; return where they end."""
    lines = records[start:end]
    found = scan(lines, dialect.regular_delimiter, final=True)
    if found is None:
        raise AssertionError("Lines without quotes are not regular.")  # a defect of this module
    moved = replace(found, record_starts=found.record_starts + start, record_stops=found.record_stops + start, size=end)
    return _read_misfits(records, moved, find_misfits(found, lines, shape), dialect, shape, done, final=True)


def _count_regular(line: bytes, delimiter: bytes, pattern: re.Pattern[bytes]) -> int:
    """Return the number of cells of a line that the numpy scanner reads as it is; 0 for other lines."""
    if b'"' in line:
        if pattern.fullmatch(line) is None:
            return 0
        line = _QUOTED.sub(b"", line)
    return 0 if b"\0" in line else line.count(delimiter) + 1


def _read_one(
    records: bytes, record: CsvRecord, line: CsvRecord, dialect: Dialect, shape: Shape, done: _Rewriting
) -> int:
    """Keep or reject a record, or only its first line; return the offset behind it."""
    cells, has_lines = record.cells, record.following > line.following
    if (
        cells is not None
        and not shape.fits(cells)
        and has_lines
        and _swallows_rows(records, record, line, shape, dialect)
    ):
        cells, has_lines = None, False
    start, stop, following = line.start, line.stop, line.following
    if has_lines:
        stop, following = record.stop, record.following
    text = records[start:stop]
    if b"\0" in text:
        done.bad.append(BadRecord(start, stop, _NUL, 0))
    elif cells is not None and (shape.fits(cells) or not text.strip()):
        done.keep(start, stop, write_record(cells, dialect.regular_delimiter))
    else:
        _read_irregular(text, cells, start, stop, dialect, shape, done, has_lines=has_lines)
    return following


def _swallows_rows(records: bytes, record: CsvRecord, line: CsvRecord, shape: Shape, dialect: Dialect) -> bool:
    """Return whether most lines behind the first one of a record are rows: a quote is not closed where it should."""
    behind = records[line.following : record.stop].splitlines()
    delimiter = dialect.delimiter.encode()
    rows = sum(shape.columns <= text.count(delimiter) + 1 <= shape.columns + shape.trailing for text in behind)
    return 2 * rows >= len(behind)


def _read_irregular(
    text: bytes,
    cells: Cells | None,
    start: int,
    stop: int,
    dialect: Dialect,
    shape: Shape,
    done: _Rewriting,
    *,
    has_lines: bool,
) -> None:
    """Keep a record that fits if its quotes or its delimiter are read in another way, or that is short."""
    loose = read_loosely(text, dialect) if cells is None else cells
    has_backslash = b"\\" + dialect.quote.encode() in text
    if loose is not None and shape.fits(loose) and not has_backslash:
        done.mend(start, stop, loose, dialect, dialect)
        return
    likely = () if has_lines else read_otherwise(text, loose, dialect, shape.columns, is_regular=cells is not None)
    for other, found in likely:
        if len(found) == shape.columns:
            done.mend(start, stop, found, other, dialect)
            return
    if loose is None:
        done.bad.append(BadRecord(start, stop, _OPEN_QUOTE, 0))
    elif len(loose) < shape.columns:
        done.keep(start, stop, write_record(loose, dialect.regular_delimiter))
    else:
        reason = f"{len(loose)} cells, but the header has {shape.columns}"
        done.bad.append(BadRecord(start, stop, reason, len(loose)))
