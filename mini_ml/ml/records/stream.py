"""Split a stream of bytes into blocks of complete records, and report invalid records by line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Final

import numpy as np

from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.ml.notices import MOST_EXAMPLES, Example, Notice
from mini_ml.ml.records.bad_rows import BadRecord, BadRow, BadRowPolicy
from mini_ml.ml.records.block import Block, line_ends
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.likely_causes import explain_widths
from mini_ml.ml.records.mend import Mended, mend
from mini_ml.ml.records.ragged import RecordCells, find_misfits, is_incomplete, make_rectangle
from mini_ml.ml.records.reading import FileReading
from mini_ml.ml.records.scan import scan
from mini_ml.ml.records.shape import Shape
from mini_ml.ml.records.text import decode
from mini_ml.ml.records.unpack import Source
from mini_ml.topology import MIB, Limits

CHUNK_BYTES: Final = MIB
MOST_SKIPPED: Final = 1_000
"""Number of bad rows that a training leaves out at most."""
MOST_SKIPPED_SHARE: Final = 0.01
_FEW_COLUMNS: Final = 20
_LONGEST_CHUNK: Final = 8 * MIB
"""Maximum chunk size; tables with many columns use longer chunks because each column of a block has a fixed cost."""


class BlockStream(Iterator[Block]):
    """Iterate over the rows of a CSV in blocks.

    After the first issue it yields no more blocks, but reads to the end, so that one error lists all issues.
    """

    def __init__(
        self,
        source: Source,
        header: Header,
        rest: bytes,
        *,
        limits: Limits,
        chunk_bytes: int = CHUNK_BYTES,
        bad_rows: BadRowPolicy = "refuse",
    ) -> None:
        """Create a stream.

        Args:
            source: the file, behind what was read of it already.
            header: of the file.
            rest: bytes of the rows that were read already.
            limits: rows and characters in a cell allowed.
            chunk_bytes: bytes read at a time.
            bad_rows: what happens with rows that cannot be read.
        """
        self._source = source
        self._header = header
        self._shape = Shape(len(header.names), header.trailing)
        self._limits = limits
        self._chunk_bytes = min(_LONGEST_CHUNK, chunk_bytes * max(1, len(header.names) // _FEW_COLUMNS))
        self._policy = bad_rows
        self._rest = BytesIO(rest)
        self._carry = b""
        self._line = header.next_line
        self._issues = Issues()
        self._too_large = False
        self._widths: Counter[int] = Counter()
        self._finished = False
        self._blank_lines = header.blank_lines
        self._padded, self._trimmed, self._mended = Notice(), Notice(), Notice()
        self._bad_rows: list[BadRow] = []
        """The rows that cannot be read; if they are left out, at most `MOST_SKIPPED`."""
        self.rows = 0
        """Rows of the blocks so far."""
        self.bad = 0
        """Number of rows that cannot be read."""
        self.is_short = False
        """Whether the last read returned less than requested, usually because the file has ended."""
        self.unpacked_bytes = len(header.raw) + len(rest)
        """Bytes of the CSV that were read; more than `bytes_read` if the file is packed."""

    @property
    def bytes_read(self) -> int:
        """Return the bytes of the file that were read, as they are stored."""
        return self._source.packed_bytes

    def reading(self) -> FileReading:
        """Return how the file was read so far."""
        return FileReading(
            header=self._header,
            is_packed=self._source.is_packed,
            blank_lines=self._blank_lines,
            all_trimmed=self._trimmed.count > 0 and self._trimmed.count == self.rows,
            padded=self._padded,
            trimmed=self._trimmed,
            mended=self._mended,
            bad=self.bad,
            bad_rows=self._bad_rows,
        )

    def __next__(self) -> Block:
        while not self._finished:
            block = self._advance()
            if block is not None and not self._issues.total:
                return block
        if self._policy == "skip":
            self._reject_many_bad_rows()
        if self._issues.total:
            raise self._build_error()
        raise StopIteration

    def _advance(self) -> Block | None:
        """Read a chunk and return its complete records; None if it has none or they have issues."""
        chunk = self._read_chunk()
        self._finished = not chunk
        self.is_short = len(chunk) < self._chunk_bytes
        records = _without_blank_end(self._carry + chunk) if self._finished else self._carry + chunk
        mended = self._split(records)
        found = mended.found
        size = found.size if self._finished else _without_blank_tail(records, found.size)
        block = self._build_block(mended, records[:size])
        self._line += (
            int(np.searchsorted(found.record_stops, size)) if found.one_line_each else line_ends(records[:size])
        )
        self._carry = records[size:]
        return block

    def _read_chunk(self) -> bytes:
        """Read the next bytes: what was read with the header first."""
        chunk = self._rest.read(self._chunk_bytes)
        if len(chunk) < self._chunk_bytes:
            more = self._source.read(self._chunk_bytes - len(chunk))
            self.unpacked_bytes += len(more)
            chunk += more
        return chunk

    def _split(self, records: bytes) -> Mended:
        """Split the complete records: all at once if they are regular, else one by one."""
        dialect = self._header.dialect
        found = scan(records, dialect.regular_delimiter, final=self._finished) if dialect.is_usual else None
        if found is None or is_incomplete(found, records, final=self._finished):
            return mend(records, dialect, self._shape, final=self._finished)
        misfits = find_misfits(found, records, self._shape)
        if not len(misfits):
            return Mended(found)
        return mend(records, dialect, self._shape, final=self._finished, regular=found, misfits=misfits)

    def _build_block(self, mended: Mended, raw: bytes) -> Block | None:
        """Build a block of the records in `raw`; return None if they have issues."""
        table = RecordCells.first(mended.found, mended.marks, len(raw))
        columns = self._shape.columns
        if columns > 1 and not table.has_width(columns):
            blank = table.blank(raw)
            if blank.any():
                self._blank_lines += int(blank.sum())
                table = table.without(blank)
        self._count_bad(mended, raw)
        if not table.records and not (mended.bad and self._policy == "keep"):
            return None
        self.rows += table.records
        self._count_widths(table)
        self._reject_too_many_rows()
        if self._issues.total:
            return None
        rectangle = make_rectangle(table, self._shape)
        block = Block(
            cells=mended.found.cells,
            starts=rectangle.starts,
            stops=rectangle.stops,
            size=len(raw),
            rewritten=raw if mended.found.rewritten else None,
            record_starts=table.record_starts,
            record_stops=table.record_stops,
            first_line=self._line,
            delimiter=self._header.dialect.regular_delimiter.decode(),
            is_mended=mended.is_rewritten,
            mended=mended.text,
            widths=rectangle.widths,
            marks=table.marks,
            bad=mended.bad,
        )
        self._notice(self._padded, block, rectangle.padded)
        self._notice(self._trimmed, block, rectangle.trimmed)
        self._notice(self._mended, block, table.mended)
        self._find_long_cells(block)
        return block

    def _notice(self, notice: Notice, block: Block, rows: Sequence[int]) -> None:
        """Count rows of a block, and keep the first ones as examples."""
        if len(rows):
            first = [Example(block.line_of(row), decode(block.record(row)).strip()) for row in rows[:MOST_EXAMPLES]]
            notice.add(len(rows), first)

    def _count_bad(self, mended: Mended, raw: bytes) -> None:
        self.bad += len(mended.bad)
        self._widths.update(record.width for record in mended.bad)
        left = {"refuse": self._issues.remaining, "skip": MOST_SKIPPED - len(self._bad_rows)}.get(self._policy)
        found = list(self._describe_bad(mended.bad[:left], raw))
        if self._policy == "refuse":
            self._issues.count(len(mended.bad), [Issue(reason=row.reason, line=row.line) for row in found])
        else:
            self._bad_rows.extend(found)
        if self._policy == "keep" and self.bad > self._limits.kept_bad_rows:
            limit = f"more than {self._limits.kept_bad_rows:,} rows cannot be read"
            issue = Issue(
                limit="kept_bad_rows", parameter="bad_rows", reason=limit, hint="check the delimiter and quotes"
            )
            raise LimitExceeded("Too many rows cannot be read.", issues=[issue])

    def _describe_bad(self, records: Sequence[BadRecord], raw: bytes) -> Iterator[BadRow]:
        """Yield bad records with their lines; line ends are counted from one record to the next."""
        line, place = self._line, 0
        for record in records:
            line, place = line + line_ends(raw[place : record.start]), record.start
            yield BadRow(line, record.reason)

    def _count_widths(self, table: RecordCells) -> None:
        """Count the rows by their number of cells, to explain bad rows."""
        if table.has_width(self._shape.columns):
            self._widths[self._shape.columns] += table.records
        else:
            self._widths.update(table.widths.tolist())

    def _find_long_cells(self, block: Block) -> None:
        limit = self._limits.cell_chars
        if not block.rows or int((block.record_stops - block.record_starts).max()) <= limit:
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
        if self.rows + self.bad > self._limits.rows:
            raise LimitExceeded(
                f"The file has more than {self._limits.rows} rows.",
                issues=[
                    Issue(
                        limit="rows", reason=f"more rows than the limit of {self._limits.rows}", hint="split the file"
                    )
                ],
            )

    def _reject_many_bad_rows(self) -> None:
        """Add the bad rows to the issues if they are too many to be left out."""
        rows = self.rows + self.bad
        if self.bad > min(MOST_SKIPPED, MOST_SKIPPED_SHARE * rows):
            self._issues.count(self.bad, [Issue(reason=row.reason, line=row.line) for row in self._bad_rows])

    def _build_error(self) -> InvalidDataset:
        kind = LimitExceeded if self._too_large else InvalidDataset
        issues = self._issues.all()
        if not self.bad or self._too_large:
            return kind("Some cells of the file are too long.", issues=issues)
        rows = self.rows + self.bad
        limit = f"; at most {MOST_SKIPPED_SHARE:.0%} of them are left out" if self._policy == "skip" else ""
        cause = explain_widths(self._widths, len(self._header.names), self._header.delimiter)
        hinted = (replace(issues[0], hint=issues[0].hint or cause), *issues[1:])
        return kind(f"{self.bad:,} of {rows:,} rows cannot be read{limit}. Likely cause: {cause}.", issues=hinted)


def _without_blank_end(records: bytes) -> bytes:
    """Remove blank lines at the end of the file; keep the line end of the last row."""
    return records[: _without_blank_tail(records, len(records))]


def _without_blank_tail(records: bytes, size: int) -> int:
    """Return the size of the records up to the last non-blank one: the blank ones may be the end of the file."""
    if size > 1 and records[size - 2 : size - 1] not in (b"\n", b"\r"):
        return size  # the usual case, without a copy
    body = len(records[:size].rstrip(b"\r\n"))
    if not body:
        return 0
    return body + (2 if records[body : body + 2] == b"\r\n" else 1)
