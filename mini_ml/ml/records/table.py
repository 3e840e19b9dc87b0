"""A CSV in memory: the blocks of its rows, and each column as tokens."""

from dataclasses import dataclass

import numpy as np

from mini_ml.ml.frame import Codes
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.distinct import distinct_cells
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.text import cell_text


@dataclass(frozen=True)
class Spelled:
    """A column as its distinct spellings: `texts[codes[row]]`, untrimmed; nothing is missing, cells may be empty."""

    codes: Codes
    texts: tuple[str, ...]

    def counts(self) -> list[int]:
        """Return how many rows hold each text."""
        counts: list[int] = np.bincount(self.codes, minlength=len(self.texts)).tolist()
        return counts


@dataclass(frozen=True)
class Table:
    """All rows of a CSV, cells as text."""

    header: Header
    blocks: tuple[Block, ...]
    rows: int
    bytes: int

    @property
    def memory_bytes(self) -> int:
        """Return the bytes that the table takes in memory."""
        return sum(block.memory_bytes for block in self.blocks)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns in the file's order; the first may be blank."""
        return self.header.names

    def spelled(self, name: str) -> Spelled:
        """Return a column's cells as spelled, over all rows."""
        position = self.names.index(name)
        seen: dict[str, int] = {}
        parts = []
        for block in self.blocks:
            found = distinct_cells(block, position)
            recoded = [seen.setdefault(cell_text(cell), len(seen)) for cell in found.cells]
            parts.append(np.array(recoded, dtype=np.intp)[found.codes])
        return Spelled(np.concatenate(parts), tuple(seen))

    def line_of(self, row: int) -> int:
        """Return the line on which a row begins, as an editor counts: the header is line 1."""
        for block in self.blocks:
            if row < block.rows:
                return block.line_of(row)
            row -= block.rows
        raise IndexError(row)
