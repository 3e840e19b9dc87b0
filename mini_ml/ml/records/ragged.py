"""Records whose numbers of cells differ: which of them are rows, and the cells of each row as a rectangle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from mini_ml.ml.records.block import Marks, Offsets, Places
from mini_ml.ml.records.record import RECORD_BYTES
from mini_ml.ml.records.scan import Scan
from mini_ml.ml.records.shape import Shape

_NO_MARKS: Final[Mapping[int, bytes]] = {}


@dataclass(frozen=True)
class RecordCells:
    """The cells of some records."""

    cells: bytes
    """The buffer that `starts` and `stops` refer to."""
    starts: Offsets
    stops: Offsets
    last: Marks
    """Shape (cells,): whether a cell is the last of its record."""
    record_starts: Offsets
    record_stops: Offsets
    marks: Mapping[int, bytes]
    """The delimiter of each record that was read in another way than the file, by position."""

    @classmethod
    def first(cls, found: Scan, marks: Mapping[int, bytes], size: int) -> "RecordCells":
        """Return the records that begin before an offset."""
        records = int(np.searchsorted(found.record_starts, size))
        if records == len(found.record_starts):
            cells = len(found.last)
        else:
            cells = int(np.flatnonzero(found.last)[records - 1]) + 1 if records else 0
        return cls(
            found.cells,
            found.starts[:cells],
            found.stops[:cells],
            found.last[:cells],
            found.record_starts[:records],
            found.record_stops[:records],
            marks,
        )

    @property
    def mended(self) -> list[int]:
        """Return the records that were read in another way than the file."""
        return sorted(record for record in self.marks if record < self.records)

    @property
    def records(self) -> int:
        """Return the number of records."""
        return len(self.record_starts)

    @cached_property
    def widths(self) -> Offsets:
        """Return the number of cells of each record."""
        return np.diff(np.flatnonzero(self.last), prepend=-1)

    @cached_property
    def firsts(self) -> Offsets:
        """Return the position of the first cell of each record."""
        widths = self.widths
        return np.cumsum(widths) - widths

    def has_width(self, columns: int) -> bool:
        """Return whether each record has this number of cells."""
        return len(self.last) == self.records * columns and bool(self.last[columns - 1 :: columns].all())

    def blank(self, raw: bytes) -> Marks:
        """Return which records are blank lines."""
        alone = self.widths == 1
        blank: Marks = alone & (self.record_starts == self.record_stops)
        for record in np.flatnonzero(alone & ~blank).tolist():
            blank[record] = not raw[int(self.record_starts[record]) : int(self.record_stops[record])].strip()
        return blank

    def without(self, dropped: Marks) -> "RecordCells":
        """Return the records that are not dropped."""
        kept = ~np.repeat(dropped, self.widths)
        place = np.cumsum(~dropped) - 1
        return RecordCells(
            self.cells,
            self.starts[kept],
            self.stops[kept],
            self.last[kept],
            self.record_starts[~dropped],
            self.record_stops[~dropped],
            {int(place[record]): mark for record, mark in self.marks.items()},
        )

    def with_filled_cells(self, first: int) -> Offsets:
        """Return the records with a cell that is not blank at this position or behind it."""
        wide = np.flatnonzero(self.widths > first)
        filled = []
        for record in wide.tolist():
            begin, end = int(self.firsts[record]) + first, int(self.firsts[record] + self.widths[record])
            if (self.stops[begin:end] > self.starts[begin:end]).any():
                cells = zip(self.starts[begin:end].tolist(), self.stops[begin:end].tolist(), strict=True)
                if any(self.cells[start:stop].strip() for start, stop in cells):
                    filled.append(record)
        return np.array(filled, dtype=np.int64)


def is_incomplete(found: Scan, records: bytes, *, final: bool) -> bool:
    """Return whether the records end too early, because a quote is never closed."""
    left = len(records) - found.size
    return left > RECORD_BYTES or (left > 0 and final)


def find_misfits(found: Scan, records: bytes, shape: Shape) -> Offsets:
    """Return the records that are regular, but may be no rows, so that each has to be read by itself.

    Args:
        found: the complete records of a buffer.
        records: the buffer.
        shape: number of cells of a row.
    """
    table = RecordCells.first(found, _NO_MARKS, len(records))
    sizes = table.record_stops - table.record_starts
    misfit: Marks = sizes > RECORD_BYTES
    if not table.has_width(shape.columns):
        widths = table.widths
        wide = table.with_filled_cells(shape.columns)
        misfit[wide[widths[wide] > shape.columns + shape.trailing]] = True
        if shape.columns > 1:
            misfit |= (widths == 1) & (sizes > 0) & ~table.blank(records)
        if not found.one_line_each:
            misfit[_with_lines(table, records, np.flatnonzero(widths != shape.columns))] = True
    for place in _places_of(b"\0", records):
        misfit[max(0, int(np.searchsorted(table.record_starts, place, side="right")) - 1) :][:1] = True
    return np.flatnonzero(misfit)


def _with_lines(table: RecordCells, records: bytes, candidates: Offsets) -> list[int]:
    """Return which of the records have several lines."""
    bounds = ((one, int(table.record_starts[one]), int(table.record_stops[one])) for one in candidates.tolist())
    return [one for one, start, stop in bounds if b"\n" in records[start:stop] or b"\r" in records[start:stop]]


def _places_of(byte: bytes, text: bytes) -> Iterator[int]:
    place = text.find(byte)
    while place >= 0:
        yield place
        place = text.find(byte, place + 1)


@dataclass(frozen=True)
class Rectangle:
    """One cell for each row and column."""

    starts: Places
    """Shape (rows, columns)."""
    stops: Places
    widths: Offsets | None
    """Shape (rows,): number of cells of each row as it is written; None if each has one for each column."""
    padded: Sequence[int] = ()
    """Rows that lack cells."""
    trimmed: Sequence[int] = ()
    """Rows with more cells than a row may have, or with a filled cell behind the last column."""


def make_rectangle(table: RecordCells, shape: Shape) -> Rectangle:
    """Return a cell for each row and column: empty where a row lacks it; cells behind the last column are dropped."""
    columns = shape.columns
    if table.has_width(columns):
        sides = (table.records, columns)
        return Rectangle(
            table.starts.reshape(sides).astype(np.int32), table.stops.reshape(sides).astype(np.int32), None
        )
    widths, positions = table.widths, np.arange(columns)
    places = table.firsts[:, np.newaxis] + np.minimum(positions, widths[:, np.newaxis] - 1)
    starts, stops = table.starts[places], table.stops[places]
    absent = positions >= widths[:, np.newaxis]
    starts[absent] = stops[absent]
    too_wide: Marks = widths > columns + shape.trailing
    if shape.trailing:
        too_wide[table.with_filled_cells(columns)] = True
    padded, trimmed = np.flatnonzero(widths < columns).tolist(), np.flatnonzero(too_wide).tolist()
    return Rectangle(starts.astype(np.int32), stops.astype(np.int32), widths, padded, trimmed)
