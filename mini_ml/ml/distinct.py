"""Find the distinct cells of a column: most columns of a block repeat few of them, and each is then read once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.ml.block import Block, Offsets
from mini_ml.ml.digits import Words, words_of
from mini_ml.ml.frame import Codes

_LONGEST: Final = 24
_WORD: Final = 8
_MASKS: Final = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], dtype=np.uint64)
_FACTORS: Final = tuple(np.uint64(factor) for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SLOT_BITS: Final = 16
_TRIES: Final = 3


@dataclass(frozen=True)
class Distinct:
    """A column as its distinct cells: row `r` holds `cells[codes[r]]`."""

    codes: Codes
    cells: tuple[bytes, ...]


def distinct_cells(block: Block, position: int, rows: Codes | None = None) -> Distinct:
    """Return the distinct cells of a column, of some rows or of all."""
    chosen = slice(None) if rows is None else rows
    starts, stops = block.starts[chosen, position], block.stops[chosen, position]
    sizes = stops - starts
    if len(sizes) and int(sizes.max()) <= _LONGEST:
        found = _by_words(block, starts, stops, sizes)
        if found is not None:
            return found
    cells = block.cells
    seen: dict[bytes, int] = {}
    bounds = zip(starts.tolist(), stops.tolist(), strict=True)
    codes = [seen.setdefault(cells[start:stop], len(seen)) for start, stop in bounds]
    return Distinct(np.array(codes, dtype=np.intp), tuple(seen))


def _by_words(block: Block, starts: Offsets, stops: Offsets, sizes: Offsets) -> Distinct | None:
    """Compare cells as 64-bit words; None where too many differ for it to pay."""
    keys = _keys(words_of(block.cells), starts, sizes)
    mixed = keys[0] * _FACTORS[0]
    for key, factor in zip(keys[1:], _FACTORS[1:], strict=False):
        mixed = (mixed ^ (mixed >> np.uint64(29))) + key * factor
    for attempt in range(_TRIES):
        slots = (mixed * _FACTORS[attempt] >> np.uint64(64 - _SLOT_BITS)).astype(np.intp)
        owner = np.full(1 << _SLOT_BITS, -1, dtype=np.intp)
        owner[slots] = np.arange(len(slots))
        owners = owner[slots]
        if all(bool((key[owners] == key).all()) for key in keys):
            used = np.flatnonzero(owner >= 0)
            rank = np.empty(1 << _SLOT_BITS, dtype=np.intp)
            rank[used] = np.arange(len(used))
            first = owner[used]
            bounds = zip(starts[first].tolist(), stops[first].tolist(), strict=True)
            return Distinct(rank[slots], tuple(block.cells[start:stop] for start, stop in bounds))
    return None


def _keys(words: Words, starts: Offsets, sizes: Offsets) -> list[Words]:
    """Return a cell's bytes as words, zeros behind its end; no cell holds a zero byte of its own."""
    longest = max(int(sizes.max()), 1)
    return [
        words[np.minimum(starts + offset, len(words) - 1)] & _MASKS[np.clip(sizes - offset, 0, _WORD)]
        for offset in range(0, longest, _WORD)
    ]
