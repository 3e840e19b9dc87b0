"""Find records and cells in bytes with numpy, if their quotes are regular."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.records.block import PADDING, Marks, Offsets

_LF, _CR, _QUOTE = 10, 13, 34
_NONE: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Scan:
    """Offsets of cells and records in `cells`."""

    cells: bytes
    starts: Offsets
    stops: Offsets
    last: Marks
    """Shape (cells,): whether a cell is the last of its record."""
    record_starts: Offsets
    """Offset of each record in the original bytes."""
    record_stops: Offsets
    """Offset after the last byte of each record in the original bytes, without its line end."""
    size: int
    """Size of the complete records in bytes, with line ends."""
    rewritten: bool
    """Whether `cells` differs from the original records."""
    one_line_each: bool = False
    """Whether each record is exactly one line that ends in a line feed."""


def scan(records: bytes, delimiter: bytes, *, final: bool) -> Scan | None:
    """Split the complete records of a buffer; return None if quotes are irregular.

    Args:
        records: bytes of the file, starting at a record.
        delimiter: one ASCII character.
        final: whether the file ends here; then the last record needs no line end.
    """
    tail = b"" if not final or not records or records.endswith((b"\n", b"\r")) else b"\n"
    cells = b"".join((records, tail, bytes(PADDING)))
    octets = np.frombuffer(cells, dtype=np.uint8)[: len(records) + len(tail)]
    ends = octets == _LF
    has_cr = b"\r" in records
    if has_cr:
        ends |= _mark_lone_returns(octets, ends, final=final)
    separators = ends | (octets == delimiter[0])
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
