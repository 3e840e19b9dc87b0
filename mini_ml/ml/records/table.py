"""A whole CSV in memory, with access to its columns as text."""

from dataclasses import dataclass

import numpy as np

from mini_ml.contracts import FileReport
from mini_ml.ml.frame import Codes
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.distinct import distinct_cells
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.reading import FileReading
from mini_ml.ml.records.text import cell_text


@dataclass(frozen=True)
class Spellings:
    """A column as its distinct untrimmed texts: row `r` is `texts[codes[r]]`; empty cells are empty texts."""

    codes: Codes
    texts: tuple[str, ...]

    def counts(self) -> list[int]:
        """Return how many rows hold each text."""
        counts: list[int] = np.bincount(self.codes, minlength=len(self.texts)).tolist()
        return counts


@dataclass(frozen=True)
class Table:
    """All rows of a CSV, cells as text."""

    reading: FileReading
    """How the file was read."""
    blocks: tuple[Block, ...]
    rows: int
    bytes: int

    @property
    def memory_bytes(self) -> int:
        """Return the bytes that the table takes in memory."""
        return sum(block.memory_bytes for block in self.blocks)

    @property
    def header(self) -> Header:
        """Return the names of the columns, and how the file is written."""
        return self.reading.header

    @property
    def file(self) -> FileReport:
        """Return how the file was read, as answers and manifests say it."""
        return self.reading.report

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Return the rows that were left out."""
        return tuple(self.reading.bad_rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the column names in file order; the first may be blank."""
        return self.header.names

    def spellings(self, name: str) -> Spellings:
        """Return the distinct texts of a column and the code of each row."""
        position = self.names.index(name)
        seen: dict[str, int] = {}
        parts = []
        for block in self.blocks:
            found = distinct_cells(block, position)
            recoded = [seen.setdefault(cell_text(cell), len(seen)) for cell in found.cells]
            parts.append(np.array(recoded, dtype=np.intp)[found.codes])
        return Spellings(np.concatenate(parts), tuple(seen))

    def line_of(self, row: int) -> int:
        """Return the line number on which a row begins; the header is line 1."""
        for block in self.blocks:
            if row < block.rows:
                return block.line_of(row)
            row -= block.rows
        raise IndexError(row)

    def lines_of(self, rows: Codes) -> Codes:
        """Return the line number on which each of some rows begins; their positions must be ascending."""
        parts, first = [], 0
        for block in self.blocks:
            begin, end = np.searchsorted(rows, [first, first + block.rows])
            if begin < end:
                parts.append(block.lines_of(rows[begin:end] - first))
            first += block.rows
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.intp)
