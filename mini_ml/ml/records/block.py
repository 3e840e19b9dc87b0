"""A block of consecutive CSV records, with the byte offsets of every cell as numpy arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.records.bad_rows import BadRecord

Offsets = NDArray[np.int64]
Places = NDArray[np.int32]
Marks = NDArray[np.bool_]

_LINE_FEED: Final = 10
_CARRIAGE_RETURN: Final = 13

PADDING: Final = 32
"""Zero bytes after the cells, so that 8-byte reads at the last cell stay inside the buffer."""


@dataclass(frozen=True)
class Block:
    """Complete records, all with the same number of cells."""

    cells: bytes
    """The buffer that the offsets refer to, followed by `PADDING`; usually the records themselves."""
    starts: Places
    """Shape (rows, columns): offset of the first byte of each cell, without quotes."""
    stops: Places
    """Shape (rows, columns): offset after the last byte of each cell."""
    size: int
    """Size of the records in bytes."""
    rewritten: bytes | None
    """The original records if the cells had to be rewritten; None if the records are the start of `cells`."""
    record_starts: Offsets
    record_stops: Offsets
    """Offset after the last byte of each record, without its line end."""
    first_line: int
    delimiter: str
    """Of `regular`."""
    is_mended: bool = False
    """Whether the rows were written again as regular ones: as `mended`, or else as `cells`."""
    mended: bytes | None = None
    widths: Offsets | None = None
    """Shape (rows,): number of cells of each record as it is written; None if all have one for each column."""
    marks: Mapping[int, bytes] = field(default_factory=dict)
    """The delimiter of each row that was read in another way than the file."""
    bad: tuple[BadRecord, ...] = ()
    """Records of `raw` that cannot be read, in file order; they are not among the rows."""
    numbers: dict[int, Matrix] = field(default_factory=dict)
    """Parsed columns by position, shape (rows,), NaN is missing. Schema inference fills this cache for columns that
    contain only numbers with a decimal point or missing cells, so that they are parsed once."""

    @property
    def raw(self) -> bytes:
        """Return the original bytes of the records."""
        return self.cells[: self.size] if self.rewritten is None else self.rewritten

    @property
    def regular(self) -> bytes:
        """Return the rows as a regular CSV: quotes wrap whole cells. It may have blank lines between them."""
        if not self.is_mended:
            return self.raw
        return self.cells[: len(self.cells) - PADDING] if self.mended is None else self.mended

    @property
    def rows(self) -> int:
        """Return the number of records."""
        return len(self.record_starts)

    @property
    def memory_bytes(self) -> int:
        """Return the bytes that the block takes in memory: the records and the offsets of the cells."""
        arrays = (self.starts, self.stops, self.record_starts, self.record_stops)
        texts = (self.cells, self.rewritten or b"", self.mended or b"")
        return sum(map(len, texts)) + sum(array.nbytes for array in arrays)

    def record(self, row: int) -> bytes:
        """Return the original bytes of a row, without its line end."""
        return self.raw[int(self.record_starts[row]) : int(self.record_stops[row])]

    def line_of(self, row: int) -> int:
        """Return the line number on which a record begins."""
        return self.line_at(int(self.record_starts[row]))

    def lines_of(self, rows: Codes) -> Codes:
        """Return the line number on which each of some records begins; faster than `line_of` for many."""
        signs = np.frombuffer(self.raw, dtype=np.uint8)
        is_end = signs == _LINE_FEED
        if b"\r" in self.raw:
            is_end |= (signs == _CARRIAGE_RETURN) & (np.append(signs[1:], 0) != _LINE_FEED)
        return self.first_line + np.searchsorted(np.flatnonzero(is_end), self.record_starts[rows])

    def line_at(self, offset: int) -> int:
        """Return the line number of an offset in `raw`."""
        return self.first_line + line_ends(self.raw[:offset])

    def column(self, position: int) -> list[bytes]:
        """Return the raw cells of a column."""
        cells = self.cells
        bounds = zip(self.starts[:, position].tolist(), self.stops[:, position].tolist(), strict=True)
        return [cells[start:stop] for start, stop in bounds]


def line_ends(text: bytes) -> int:
    """Count line ends: LF, CRLF and lone CR."""
    if b"\r" not in text:
        return text.count(b"\n")
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
