"""Split many cells at once into the numbers in them, if the cells have the same layout, such as `00/00/0000`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes

_PART: Final = 1 << 16
"""Cells that are looked at together; each takes four bytes per character."""
_MOST_LAYOUTS: Final = 32
_MOST_CHARS: Final = 60
"""Longer cells are neither numbers nor dates, and would take much memory."""
_MIN_CELLS: Final = 16
"""Fewer cells of the same layout are read one by one."""
_ZERO, _NINE = ord("0"), ord("9")
Characters = NDArray[np.uint32]


class Layout:
    """Cells that differ only in their digits."""

    def __init__(self, places: Codes, first: str, characters: Characters) -> None:
        self.places = places
        """Positions of the cells among all."""
        self.first = first
        """The first of the cells."""
        self._characters = characters

    def numbers(self, found: re.Match[str], field: str) -> NDArray[np.int64]:
        """Return the number in a field of each cell; zeros if the field does not occur.

        Args:
            found: the match of the first cell, which says where the field is.
            field: name of a group that contains digits only.
        """
        start, stop = found.span(field)
        numbers = np.zeros(len(self.places), dtype=np.int64)
        for column in range(max(start, 0), stop):
            numbers = numbers * 10 + (self._characters[:, column].astype(np.int64) - _ZERO)
        return numbers


def group_by_layout(texts: Sequence[str]) -> Iterator[Layout]:
    """Yield the layouts that many cells have; cells of rare layouts are in none of them."""
    for start in range(0, len(texts), _PART):
        part = texts[start : start + _PART]
        lengths = np.fromiter(map(len, part), dtype=np.intp, count=len(part))
        for length in np.flatnonzero(np.bincount(lengths) >= _MIN_CELLS).tolist():
            if 0 < length <= _MOST_CHARS:
                yield from _of_length(part, np.flatnonzero(lengths == length), length, start)


def _of_length(texts: Sequence[str], places: Codes, length: int, start: int) -> Iterator[Layout]:
    cells = np.array([texts[place] for place in places.tolist()], dtype=f"U{length}")
    characters: Characters = cells.view(np.uint32).reshape(len(places), length)
    layouts = np.where((characters >= _ZERO) & (characters <= _NINE), _ZERO, characters)
    rest = np.arange(len(places))
    for _ in range(_MOST_LAYOUTS):
        if len(rest) < _MIN_CELLS:
            return
        same = (layouts[rest] == layouts[rest[0]]).all(axis=1)
        found = rest[same]
        rest = rest[~same]
        if len(found) >= _MIN_CELLS:
            yield Layout(places[found] + start, str(cells[found[0]]), characters[found])
