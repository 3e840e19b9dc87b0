"""Find the distinct cells of a column, so that each one is parsed only once per block."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes
from mini_ml.ml.records.block import PADDING, Block, Places

Words = NDArray[np.uint64]

_WORD: Final = 8
_MAX_CELL_BYTES: Final = PADDING - _WORD
"""Maximum size in bytes of a cell that is compared by 8-byte words; such reads stay inside the padding."""
_MASKS: Final = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], dtype=np.uint64)
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_FOLD: Final = np.uint64(29)


@dataclass(frozen=True)
class Distinct:
    """A column as its distinct cells: row `r` is `cells[codes[r]]`."""

    codes: Codes
    cells: tuple[bytes, ...]


def distinct_cells(block: Block, position: int) -> Distinct:
    """Return the distinct cells of a column, in order of first occurrence."""
    starts, stops = block.starts[:, position], block.stops[:, position]
    sizes = stops - starts
    if len(sizes) and int(sizes.max()) <= _MAX_CELL_BYTES:
        keys = key_words(words_of(block.cells), starts, sizes)
        codes, firsts = _by_words(keys)
        if len(keys) == 1 or all(np.array_equal(key.take(firsts).take(codes), key) for key in keys):
            bounds = zip(starts[firsts].tolist(), stops[firsts].tolist(), strict=True)
            return Distinct(codes, tuple(block.cells[start:stop] for start, stop in bounds))
    seen: dict[bytes, int] = {}
    found = [seen.setdefault(cell, len(seen)) for cell in block.column(position)]
    return Distinct(np.array(found, dtype=np.intp), tuple(seen))


def _by_words(keys: list[Words]) -> tuple[Codes, Codes]:
    """Return the code of each row, and one row of each code. The caller has to check for hash collisions."""
    from pandas import factorize

    mixed = keys[0]
    for key in keys[1:]:
        mixed = mixed * _FACTOR
        mixed ^= mixed >> _FOLD
        mixed += key
    codes, distinct = factorize(mixed)
    firsts = np.empty(len(distinct), dtype=np.intp)
    firsts[codes] = np.arange(len(codes))
    return codes, firsts


def words_of(cells: bytes) -> Words:
    """Return the eight bytes at each offset of the buffer, except the last seven offsets, as numbers."""
    return np.ndarray(shape=(len(cells) - 7,), dtype="<u8", buffer=cells, strides=(1,))


def key_words(words: Words, starts: Places, sizes: Places) -> list[Words]:
    """Return the bytes of each cell as 8-byte words, padded with zeros; cells never contain a zero byte."""
    longest = max(int(sizes.max()), 1)
    return [words[starts + offset] & _MASKS.take(sizes - offset, mode="clip") for offset in range(0, longest, _WORD)]
