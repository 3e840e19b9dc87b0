"""Compute a digest of each row, which recognises it in another file.

A digest depends on the cells that are not empty, as they are written but without blanks around them, and on the names
of their columns. It does not depend on other rows, the order of the columns, the names of the rows (a first column
without a name, which often counts them), the delimiter, the quotes or the encoding. It is not secret: who guesses a row
can verify it.
"""

from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes
from mini_ml.ml.records.block import PADDING, Block, Marks, Places
from mini_ml.ml.records.distinct import Words, key_words, words_of
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.text import cell_text

Digests = NDArray[np.uint64]

_SHORT: Final = 24
"""Maximum size in bytes of a cell that is mixed by 8-byte words; longer ones are hashed."""
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def digest_rows(table: Table, rows: Codes, *, without: str) -> Digests:
    """Return a digest of each of the given rows.

    Args:
        table: the file.
        rows: positions of rows, ascending.
        without: name of the column that digests do not depend on: the target, so that a row with a corrected target
            is recognised.
    """
    columns = [(position, _seed(name)) for position, name in enumerate(table.names) if name and name != without]
    parts, first = [], 0
    for block in table.blocks:
        begin, end = np.searchsorted(rows, [first, first + block.rows])
        parts.append(_digest_block(block, rows[begin:end] - first, columns))
        first += block.rows
    return np.concatenate(parts)


def _seed(name: str) -> np.uint64:
    """Return a number for the name of a column."""
    return np.uint64(int.from_bytes(_hash(name.encode("utf-8", "surrogatepass")), "little"))


def _hash(text: bytes) -> bytes:
    return blake2b(text, digest_size=8).digest()


def _digest_block(block: Block, rows: Codes, columns: list[tuple[int, np.uint64]]) -> Digests:
    digests = np.zeros(len(rows), dtype=np.uint64)
    if len(rows):
        for position, seed in columns:
            digests += _digest_cells(block.cells, block.starts[rows, position], block.stops[rows, position], seed)
    return digests


def _digest_cells(cells: bytes, starts: Places, stops: Places, seed: np.uint64) -> Digests:
    """Return a number for each cell; 0 for empty ones, so that a column of them changes no digest."""
    is_plain = _are_plain(cells, starts, stops)
    found = np.empty(len(starts), dtype=np.uint64)
    found[is_plain] = _mix_cells(cells, starts[is_plain], stops[is_plain], seed)
    others = np.flatnonzero(~is_plain)
    if len(others):
        bounds = zip(starts[others].tolist(), stops[others].tolist(), strict=True)
        codes: dict[bytes, int] = {}
        of_cells = [codes.setdefault(cells[start:stop], len(codes)) for start, stop in bounds]
        found[others] = _mix_texts([_shorten(cell_text(cell)) for cell in codes], seed)[of_cells]
    return found


def _are_plain(cells: bytes, starts: Places, stops: Places) -> Marks:
    """Return which cells are short ASCII texts that are read as they are written."""
    signs = np.frombuffer(cells, dtype=np.uint8)
    sizes = stops - starts
    first, last = signs[starts], signs[np.maximum(stops - 1, starts)]
    is_plain: Marks = (sizes == 0) | ((sizes <= _SHORT) & (first > ord(" ")) & (last > ord(" ")) & (first != ord("'")))
    starts, sizes = starts[is_plain], sizes[is_plain]
    if len(starts):
        beyond = np.bitwise_or.reduce(key_words(words_of(cells), starts, sizes)) & np.uint64(0x8080808080808080)
        is_plain[is_plain] = beyond == 0
    return is_plain


def _shorten(text: str) -> bytes:
    """Return a text without blanks around it, or its hash if it is long."""
    trimmed = text.strip().encode("utf-8", "surrogatepass")
    return trimmed if len(trimmed) <= _SHORT else _hash(trimmed)


def _mix_texts(texts: list[bytes], seed: np.uint64) -> Digests:
    stops = np.cumsum([len(text) for text in texts], dtype=np.int32)
    starts = np.append(0, stops[:-1]).astype(np.int32)
    return _mix_cells(b"".join(texts) + bytes(PADDING), starts, stops, seed)


def _mix_cells(cells: bytes, starts: Places, stops: Places, seed: np.uint64) -> Digests:
    sizes = stops - starts
    if not len(sizes):
        return np.empty(0, dtype=np.uint64)
    mixed: Digests = np.full(len(sizes), seed)
    for position, words in enumerate(key_words(words_of(cells), starts, sizes)):
        mixed = np.where((sizes > 8 * position) | (position == 0), _mix(mixed, words), mixed)
    return np.where(sizes > 0, mixed, np.uint64(0))


def _mix(mixed: Digests, words: Words) -> Digests:
    """Mix words into numbers, so that each bit of the result depends on every bit: the finalizer of SplitMix64."""
    mixed = (mixed ^ words) + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))
