"""Find the distinct cells of a column: most columns of a block repeat few of them, and each is then read once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.block import Block, Places
from mini_ml.ml.frame import Codes

Words = NDArray[np.uint64]

_LONGEST: Final = 24
_WORD: Final = 8
_MASKS: Final = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], dtype=np.uint64)
_FACTORS: Final = tuple(np.uint64(factor) for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SLOT_BITS: Final = 14
_SLOTS: Final = 1 << _SLOT_BITS


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
    codes = np.empty(len(starts), dtype=np.intp)
    firsts, left = np.empty(0, dtype=np.intp), np.arange(len(starts))
    if len(sizes) and int(sizes.max()) <= _LONGEST:
        firsts, left = _by_words(_keys(_words_of(block.cells), starts, sizes), codes)
    cells = [block.cells[start:stop] for start, stop in _bounds(starts[firsts], stops[firsts])]
    seen: dict[bytes, int] = {}
    base = len(cells)
    for row, (start, stop) in zip(left.tolist(), _bounds(starts[left], stops[left]), strict=True):
        codes[row] = base + seen.setdefault(block.cells[start:stop], len(seen))
    return Distinct(codes, (*cells, *seen))


def _bounds(starts: Places, stops: Places) -> "zip[tuple[int, int]]":
    return zip(starts.tolist(), stops.tolist(), strict=True)


def _by_words(keys: list[Words], codes: Codes) -> tuple[Codes, Codes]:
    """Compare cells as 64-bit words; return a row of each distinct cell, and the rows that got no code.

    Each row is hashed to a slot, and one row owns the slot. Rows that equal the owner share its code; the others,
    which merely collided, are hashed again by another factor.
    """
    mixed = keys[0] * _FACTORS[0]
    for key, factor in zip(keys[1:], _FACTORS[1:], strict=False):
        mixed = (mixed ^ (mixed >> np.uint64(29))) + key * factor
    left = np.arange(len(mixed))
    owners: list[Codes] = []
    for factor in _FACTORS:
        slots = ((mixed[left] * factor) >> np.uint64(64 - _SLOT_BITS)).astype(np.intp)
        owner = np.full(_SLOTS, -1, dtype=np.intp)
        owner[slots] = left
        equal = np.ones(len(left), dtype=np.bool_)
        for key in keys:
            equal &= key[owner[slots]] == key[left]
        used = np.flatnonzero(owner >= 0)
        rank = np.empty(_SLOTS, dtype=np.intp)
        rank[used] = np.arange(len(used)) + sum(map(len, owners))
        codes[left[equal]] = rank[slots[equal]]
        owners.append(owner[used])
        left = left[~equal]
        if not len(left):
            break
    return np.concatenate(owners), left


def _words_of(cells: bytes) -> Words:
    """Return, for each place of the buffer but the last seven, the eight bytes that begin there, as a number."""
    return np.ndarray(shape=(len(cells) - 7,), dtype="<u8", buffer=cells, strides=(1,))


def _keys(words: Words, starts: Places, sizes: Places) -> list[Words]:
    """Return a cell's bytes as words, zeros behind its end; no cell holds a zero byte of its own."""
    longest = max(int(sizes.max()), 1)
    return [
        words[np.minimum(starts + offset, len(words) - 1)] & _MASKS[np.clip(sizes - offset, 0, _WORD)]
        for offset in range(0, longest, _WORD)
    ]
