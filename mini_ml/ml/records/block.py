"""A run of CSV records with the place of every cell, as numpy finds them."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix

Offsets = NDArray[np.int64]
Places = NDArray[np.int32]

PADDING: Final = 32
"""Zero bytes behind the cells, so that reading a few words past the last one stays inside."""


@dataclass(frozen=True)
class Block:
    """Complete records, all with the same number of cells."""

    cells: bytes
    """Where the cells lie, with `PADDING` behind; most often the records themselves."""
    starts: Places
    """Shape (rows, columns): where a cell begins, its quotes left out."""
    stops: Places
    size: int
    """Bytes of the records."""
    rewritten: bytes | None
    """The records as they came, where the cells had to be written anew; else they are in front of `cells`."""
    record_starts: Offsets
    record_stops: Offsets
    """Where a record ends, its line end left out."""
    first_line: int
    delimiter: str
    numbers: dict[int, Matrix] = field(default_factory=dict)
    """Columns, by position, of which a look has shown that they hold nothing but usual numbers (with a decimal point)
    or missing cells, as it parsed them: shape (rows,), NaN is missing. Nobody parses them again."""

    @property
    def raw(self) -> bytes:
        """Return the records as they came."""
        return self.cells[: self.size] if self.rewritten is None else self.rewritten

    @property
    def rows(self) -> int:
        """Return the number of records."""
        return len(self.record_starts)

    @property
    def memory_bytes(self) -> int:
        """Return the bytes that the block takes in memory: the records, and where each cell lies."""
        arrays = (self.starts, self.stops, self.record_starts, self.record_stops)
        return len(self.cells) + len(self.rewritten or b"") + sum(array.nbytes for array in arrays)

    def line_of(self, row: int) -> int:
        """Return the line on which a record begins."""
        return self.first_line + line_ends(self.raw[: int(self.record_starts[row])])

    def column(self, position: int) -> list[bytes]:
        """Return a column's cells as they are spelled."""
        cells = self.cells
        bounds = zip(self.starts[:, position].tolist(), self.stops[:, position].tolist(), strict=True)
        return [cells[start:stop] for start, stop in bounds]


def line_ends(text: bytes) -> int:
    """Count line ends: LF, CRLF and lone CR."""
    if b"\r" not in text:
        return text.count(b"\n")
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
