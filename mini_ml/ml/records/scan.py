"""Find records and cells in bytes: with numpy if the quotes are regular, else with the csv module."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.records.block import PADDING, Offsets
from mini_ml.topology import MIB

_LF, _CR, _QUOTE = 10, 13, 34
Marks = NDArray[np.bool_]
_NONE: Final = np.empty(0, dtype=np.int64)

# The limit of the csv module is lower than ours, and its error does not name the cell.
csv.field_size_limit(64 * MIB)


@dataclass(frozen=True)
class Scan:
    """Offsets of cells and records in `cells`."""

    cells: bytes
    starts: Offsets
    stops: Offsets
    last: Marks
    """Shape (cells,): whether a cell is the last of its record."""
    record_starts: Offsets
    record_stops: Offsets
    size: int
    """Size of the complete records in bytes, with line ends."""
    rewritten: bool
    """Whether `cells` differs from the original records."""
    one_line_each: bool = False
    """Whether each record is exactly one line that ends in a line feed."""


def scan(records: bytes, delimiter: str, *, final: bool) -> Scan:
    """Split the complete records of a buffer.

    Args:
        records: bytes of the file, starting at a record.
        delimiter: one ASCII character.
        final: whether the file ends here; then the last record needs no line end.
    """
    found = _scan_by_numpy(records, ord(delimiter), final=final)
    return _scan_by_csv(records, delimiter, final=final) if found is None else found


def _scan_by_numpy(records: bytes, delimiter: int, *, final: bool) -> Scan | None:
    """Split at separators; return None if quotes are irregular."""
    tail = b"" if not final or not records or records.endswith((b"\n", b"\r")) else b"\n"
    cells = b"".join((records, tail, bytes(PADDING)))
    octets = np.frombuffer(cells, dtype=np.uint8)[: len(records) + len(tail)]
    ends = octets == _LF
    has_cr = b"\r" in records
    if has_cr:
        ends |= _mark_lone_returns(octets, ends, final=final)
    separators = ends | (octets == delimiter)
    has_quotes = b'"' in records
    escapes = _unmark_quoted(octets, separators) if has_quotes else _NONE
    if escapes is None:
        return None
    places = np.flatnonzero(separators)
    last = ends[places]
    lasts = np.flatnonzero(last)
    complete = int(lasts[-1]) + 1 if len(lasts) else 0
    stops, last = places[:complete], last[:complete]
    starts = np.zeros_like(stops)
    np.add(stops[:-1], 1, out=starts[1:])
    size = min(int(stops[-1]) + 1, len(records)) if complete else 0
    if has_cr:
        stops = stops - (last & (octets[stops] == _LF) & (stops > starts) & (octets[stops - 1] == _CR))
    record_starts, record_stops = starts[np.concatenate(([0], lasts[:-1] + 1))[: len(lasts)]], stops[lasts]
    if has_quotes:
        quoted = (octets[starts] == _QUOTE) & (stops > starts)
        starts, stops = starts + quoted, stops - quoted
    if len(escapes):
        cells, starts, stops = _remove_escapes(octets, escapes, starts, stops)
    return Scan(
        cells,
        starts,
        stops,
        last,
        record_starts,
        record_stops,
        size,
        rewritten=len(escapes) > 0,
        one_line_each=not has_cr and not has_quotes,
    )


def _mark_lone_returns(octets: NDArray[np.uint8], line_feeds: Marks, *, final: bool) -> Marks:
    """Return where a lone carriage return ends a line; one at the end of a chunk may still be followed by its LF."""
    lone: Marks = octets == _CR
    lone[:-1] &= ~line_feeds[1:]
    if not final:
        lone[-1] = False
    return lone


def _unmark_quoted(octets: NDArray[np.uint8], separators: Marks) -> Offsets | None:
    """Unmark separators inside quotes, and return the offsets of quotes that escape another quote.

    Return None if the other quotes do not wrap whole cells.
    """
    quotes = np.flatnonzero(octets == _QUOTE)
    opening, closing = quotes[0::2], quotes[1::2]
    reopened = opening[1:] == closing[: len(opening) - 1] + 1
    escapes = closing[: len(reopened)][reopened]
    opening = opening[np.concatenate(([True], ~reopened))[: len(opening)]]
    closing = closing[np.concatenate((~reopened, [True]))[: len(closing)]]
    after = closing + 1
    inner = after < len(octets)
    opens_a_cell = (opening == 0) | separators[opening - 1]
    closes_a_cell = separators[after[inner]] | (octets[after[inner]] == _CR)
    if not (opens_a_cell.all() and closes_a_cell.all()):
        return None
    separators &= ~np.logical_xor.accumulate(octets == _QUOTE)
    # A quote after a quoted separator does not open a cell.
    return escapes if ((opening == 0) | separators[opening - 1]).all() else None


def _remove_escapes(
    octets: NDArray[np.uint8], escapes: Offsets, starts: Offsets, stops: Offsets
) -> tuple[bytes, Offsets, Offsets]:
    """Return the bytes without escaping quotes, and the new offsets of the cells."""
    kept = np.ones(len(octets), dtype=np.bool_)
    kept[escapes] = False
    moved: Offsets = np.cumsum(kept) - kept
    return octets[kept].tobytes() + bytes(PADDING), moved[starts], moved[stops]


def _scan_by_csv(records: bytes, delimiter: str, *, final: bool) -> Scan:
    """Split with the csv module, which handles irregular quotes as other CSV readers do."""
    lines = records.splitlines(keepends=True)
    if lines and not final and lines[-1].endswith(b"\r"):
        lines = lines[:-1]
    feed = _Feed(lines)
    cells: list[bytes] = []
    last: list[bool] = []
    starts, stops, sizes = [], [], []
    begin = 0
    for row in csv.reader(feed, delimiter=delimiter):
        open_quote, open_line = feed.ran_out, not lines[feed.taken - 1].endswith((b"\n", b"\r"))
        if open_quote or (open_line and not final):
            break
        cells.extend(cell.encode("latin-1") for cell in row or [""])
        last.extend([False] * (len(row or [""]) - 1) + [True])
        starts.append(begin)
        stops.append(begin + len(records[begin : feed.size].rstrip(b"\r\n")) if row else begin)
        begin = feed.size
        sizes.append(begin)
    ends = np.cumsum([len(cell) for cell in cells], dtype=np.int64)
    return Scan(
        cells=b"".join(cells) + bytes(PADDING),
        starts=np.concatenate((np.zeros(min(1, len(cells)), np.int64), ends[:-1])),
        stops=ends,
        last=np.array(last, dtype=np.bool_),
        record_starts=np.array(starts, dtype=np.int64),
        record_stops=np.array(stops, dtype=np.int64),
        size=sizes[-1] if sizes else 0,
        rewritten=True,
    )


class _Feed(Iterator[str]):
    """Feed lines to the csv module and count how many lines and bytes it has read."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines
        self.taken = 0
        self.size = 0
        self.ran_out = False

    def __next__(self) -> str:
        if self.taken == len(self._lines):
            self.ran_out = True
            raise StopIteration
        line = self._lines[self.taken]
        self.taken += 1
        self.size += len(line)
        return line.decode("latin-1")
