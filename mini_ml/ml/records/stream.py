"""Split a stream of bytes into blocks of complete records, and report invalid records by line."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.ml.records.block import Block, Offsets, line_ends
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.scan import Marks, Scan, scan
from mini_ml.ml.records.text import decode
from mini_ml.ml.records.unpack import Source
from mini_ml.topology import MIB, Limits

CHUNK_BYTES: Final = MIB
_FEW_COLUMNS: Final = 20
_LONGEST_CHUNK: Final = 8 * MIB
"""Maximum chunk size; tables with many columns use longer chunks because each column of a block has a fixed cost."""
_MOST_ROWS: Final = 0.9
_RECORD_BYTES: Final = 8 * MIB
"""Maximum size of a record; a longer one is reported as an unclosed quote."""


class BlockStream(Iterator[Block]):
    """Iterate over the rows of a CSV in blocks.

    After the first issue it yields no more blocks, but reads to the end, so that one error lists all issues.
    """

    def __init__(
        self, source: Source, header: Header, rest: bytes, *, limits: Limits, chunk_bytes: int = CHUNK_BYTES
    ) -> None:
        self._source = source
        self._header = header
        self._limits = limits
        self._chunk_bytes = min(_LONGEST_CHUNK, chunk_bytes * max(1, len(header.names) // _FEW_COLUMNS))
        self._carry = rest
        self._line = header.next_line
        self._issues = Issues()
        self._too_large = False
        self._widths: Counter[int] = Counter()
        self._finished = False
        self.rows = 0
        self.blank_lines = 0
        """Blank lines that were skipped; in a file with one column they are empty cells."""
        self.is_short = False
        """Whether the last read returned less than requested, usually because the file has ended."""
        self.unpacked_bytes = len(header.raw) + len(rest)
        """Bytes of the CSV that were read; more than `bytes_read` if the file is packed."""

    @property
    def bytes_read(self) -> int:
        """Return the bytes of the file that were read, as they are stored."""
        return self._source.packed_bytes

    def __next__(self) -> Block:
        while not self._finished:
            block = self._advance()
            if block is not None and not self._issues.total:
                return block
        if self._issues.total:
            raise self._build_error()
        raise StopIteration

    def _advance(self) -> Block | None:
        """Read a chunk and return its complete records; None if it has none or they have issues."""
        chunk = self._source.read(self._chunk_bytes)
        self.unpacked_bytes += len(chunk)
        self._finished = not chunk
        self.is_short = len(chunk) < self._chunk_bytes
        records = _without_blank_end(self._carry + chunk) if self._finished else self._carry + chunk
        found = scan(records, self._header.delimiter, final=self._finished)
        size = found.size if self._finished else _without_blank_tail(found)
        block = self._build_block(found, records[:size], size)
        self._line += (
            int(np.searchsorted(found.record_stops, size)) if found.one_line_each else line_ends(records[:size])
        )
        self._carry = records[size:]
        self._reject_open_quote()
        return block

    def _build_block(self, found: Scan, raw: bytes, size: int) -> Block | None:
        """Build a block of the records before `size`; return None if they have issues."""
        records = int(np.searchsorted(found.record_stops, size, side="left")) if size < found.size else -1
        kept = slice(None) if records < 0 else slice(records)
        record_starts, record_stops = found.record_starts[kept], found.record_stops[kept]
        if not len(record_starts):
            return None
        cells = int(np.flatnonzero(found.last)[len(record_starts) - 1]) + 1
        starts, stops, last = found.starts[:cells], found.stops[:cells], found.last[:cells]
        columns = len(self._header.names)
        blank = _find_blank(record_starts, record_stops, last, raw, columns) if columns > 1 else None
        if blank is not None:
            self.blank_lines += int(blank.sum())
            kept_cells = ~blank[np.cumsum(last) - last]
            starts, stops, last = starts[kept_cells], stops[kept_cells], last[kept_cells]
            record_starts, record_stops = record_starts[~blank], record_stops[~blank]
        if not len(record_starts):
            return None
        self.rows += len(record_starts)
        self._find_nul(raw)
        self._find_ragged(last, record_starts, raw)
        self._reject_too_many_rows()
        if self._issues.total:
            return None
        shape = (len(record_starts), columns)
        block = Block(
            cells=found.cells,
            starts=starts.reshape(shape).astype(np.int32),
            stops=stops.reshape(shape).astype(np.int32),
            size=len(raw),
            rewritten=raw if found.rewritten else None,
            record_starts=record_starts,
            record_stops=record_stops,
            first_line=self._line,
            delimiter=self._header.delimiter,
        )
        self._find_long_cells(block)
        return block

    def _find_nul(self, raw: bytes) -> None:
        place = raw.find(0)
        while place >= 0 and self._issues.remaining:
            line = self._line + line_ends(raw[:place])
            self._issues.add(
                Issue(reason="NUL byte", hint="the file may be binary or UTF-16; send UTF-8 text", line=line)
            )
            end = raw.find(b"\n", place)
            place = raw.find(0, end) if end >= 0 else -1

    def _find_ragged(self, last: Marks, starts: Offsets, raw: bytes) -> None:
        columns = len(self._header.names)
        if len(last) == len(starts) * columns and last[columns - 1 :: columns].all():
            self._widths[columns] += len(starts)
            return
        widths = np.diff(np.flatnonzero(last), prepend=-1)
        self._widths.update(widths.tolist())
        ragged = np.flatnonzero(widths != columns)
        first = [
            Issue(
                reason=f"{int(widths[row])} cells, but the header has {columns}",
                line=self._line + line_ends(raw[: int(starts[row])]),
            )
            for row in ragged[: self._issues.remaining]
        ]
        self._issues.count(len(ragged), first)

    def _find_long_cells(self, block: Block) -> None:
        limit = self._limits.cell_chars
        if int((block.record_stops - block.record_starts).max()) <= limit:
            return
        for row, position in np.argwhere(block.stops - block.starts > limit):
            start, stop = int(block.starts[row, position]), int(block.stops[row, position])
            chars = len(decode(block.cells[start:stop]))
            if chars > limit:
                self._too_large = True
                self._issues.add(
                    Issue(
                        column=short(self._header.names[position]),
                        line=block.line_of(int(row)),
                        limit="cell_chars",
                        reason=f"{chars} characters in a cell; at most {limit} are allowed",
                    )
                )

    def _reject_too_many_rows(self) -> None:
        if self.rows > self._limits.rows:
            raise LimitExceeded(
                f"The file has more than {self._limits.rows} rows.",
                issues=[
                    Issue(
                        limit="rows", reason=f"more rows than the limit of {self._limits.rows}", hint="split the file"
                    )
                ],
            )

    def _reject_open_quote(self) -> None:
        """Raise InvalidDataset if a record is too long or still open at the end of the file."""
        if len(self._carry) <= _RECORD_BYTES and not (self._finished and self._carry):
            return
        if not self._carry.strip(b"\r\n"):
            raise InvalidDataset(
                "The file has too many blank lines.", issues=[Issue(reason="blank lines", line=self._line)]
            )
        open_quote = Issue(reason="a quote opened in this row is never closed", line=self._line)
        raise InvalidDataset("A quote is never closed.", issues=[*self._issues.all(), open_quote])

    def _build_error(self) -> InvalidDataset:
        kind = LimitExceeded if self._too_large else InvalidDataset
        issues = self._issues.all()
        if self._widths.keys() <= {len(self._header.names)}:
            return kind("Some rows of the file cannot be read.", issues=issues)
        cause = _explain_widths(self._widths, len(self._header.names), self._header.delimiter)
        hinted = (replace(issues[0], hint=issues[0].hint or cause), *issues[1:])
        return kind(f"Some rows of the file cannot be read. Likely cause: {cause}.", issues=hinted)


def _find_blank(starts: Offsets, stops: Offsets, last: Marks, raw: bytes, columns: int) -> Marks | None:
    """Return which records are blank lines; None if there are none, which is usual."""
    blank: Marks = stops == starts
    is_regular = len(last) == len(starts) * columns and last[columns - 1 :: columns].all()
    if is_regular and not blank.any():
        return None
    widths = np.diff(np.flatnonzero(last), prepend=-1)
    for record in np.flatnonzero((widths == 1) & ~blank).tolist():
        blank[record] = not raw[int(starts[record]) : int(stops[record])].strip()
    return blank if blank.any() else None


def _explain_widths(widths: Counter[int], columns: int, delimiter: str) -> str:
    """Return the most likely reason why rows have another number of cells than the header.

    Args:
        widths: how many rows have each number of cells.
        columns: number of names in the header.
        delimiter: of the file.
    """
    usual, rows = widths.most_common(1)[0]
    if columns == 1 and usual > 1:
        return f"line 1 is a title, because most rows have {usual} cells; remove it"
    if usual != columns and rows > _MOST_ROWS * widths.total():
        return f"the header lacks names, because most rows have {usual} cells; name every column"
    if delimiter == "," and max(widths) > columns:
        return "numbers with a decimal comma, or text with a comma; quote these cells, or separate columns with `;`"
    return "cells that contain the delimiter, a quote or a line end; put them in quotes"


def _without_blank_end(records: bytes) -> bytes:
    """Remove blank lines at the end of the file; keep the line end of the last row."""
    body = records.rstrip(b"\r\n")
    if not body:
        return b""
    tail = records[len(body) : len(body) + 2]
    return body + (tail if tail == b"\r\n" else tail[:1])


def _without_blank_tail(found: Scan) -> int:
    """Return the size of the records up to the last non-blank one: the blank ones may be the end of the file."""
    filled = np.flatnonzero(found.record_stops > found.record_starts)
    if not len(filled):
        return 0
    following = int(filled[-1]) + 1
    return found.size if following == len(found.record_starts) else int(found.record_starts[following])
