"""Collect what the cells of each column are, from all rows of a training file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Final

import numpy as np

from mini_ml.ml.cells import words
from mini_ml.ml.cells.numbers import as_matrix, numeric_dtypes
from mini_ml.ml.cells.words import LARGEST
from mini_ml.ml.frame import Matrix
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.distinct import distinct_cells
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.text import cell_text, decode

_POINT: Final = ord(".")
_GROUP: Final = 4
"""Bytes of a mark and three digits."""


@dataclass
class NumberRange:
    """Count, minimum and maximum of numbers that are not kept themselves."""

    count: int = 0
    minimum: float = inf
    maximum: float = -inf
    whole: bool = True
    """Whether all numbers are integers."""

    def add(self, values: Matrix) -> None:
        """Add numbers; shape (n,), without NaN."""
        if len(values):
            self.count += len(values)
            self.minimum = min(self.minimum, float(values.min()))
            self.maximum = max(self.maximum, float(values.max()))
            self.whole = self.whole and bool((values == np.floor(values)).all())

    def add_one(self, value: float, count: int) -> None:
        """Add one number that occurs `count` times."""
        self.count += count
        self.minimum, self.maximum = min(self.minimum, value), max(self.maximum, value)
        self.whole = self.whole and value.is_integer()


@dataclass
class Evidence:
    """What the cells of a column are."""

    table: Table
    name: str
    plain: NumberRange = field(default_factory=NumberRange)
    """Numbers of the blocks in which every cell is a number, with or without a decimal point, or missing."""
    others: Counter[str] = field(default_factory=Counter)
    """Number of occurrences of each trimmed cell in the other blocks, without empty cells."""
    padded: int = 0
    """Number of zero-padded integers such as 007 among the plain numbers; they are usually codes."""
    has_certain_point: bool = False
    """Whether a plain number has a point that cannot separate groups of three digits."""
    has_possible_groups: bool = False
    """Whether a plain number has a point before exactly three digits."""

    @cached_property
    def texts(self) -> Counter[str]:
        """Return the distinct cells, trimmed, with their number of occurrences, without empty cells."""
        if not self.plain.count:
            return self.others
        spellings = self.table.spellings(self.name)
        texts: Counter[str] = Counter()
        for text, count in zip(spellings.texts, spellings.counts(), strict=True):
            _add_cell(texts, text, count)
        return texts

    @property
    def is_plain(self) -> bool:
        """Return whether all cells are plain numbers with a decimal point, or missing."""
        return not self.others and not (self.has_possible_groups and not self.has_certain_point)

    @property
    def keeps_plain(self) -> bool:
        """Return whether the plain numbers are numbers for certain, so that only the other cells need a closer look."""
        return self.plain.count > 0 and (self.has_certain_point or not self.has_possible_groups)

    def looked_at(self) -> dict[str, int]:
        """Return the distinct cells that need a closer look, with their number of occurrences."""
        cells = self.others if self.keeps_plain else self.texts
        return {text: count for text, count in cells.items() if not words.is_missing(text)}

    def present(self) -> dict[str, int]:
        """Return the distinct cells that do not mean a missing number, with their number of occurrences.

        This is not kept, because a column can have as many distinct cells as rows.
        """
        return {text: count for text, count in self.texts.items() if not words.is_missing(text)}

    def zero_padded(self) -> int:
        """Count zero-padded integers such as 007 among all cells."""
        return self.padded + sum(count for text, count in self.others.items() if is_padded(text))

    def counts_rows(self) -> bool:
        """Return whether the column is a plain 0, 1, 2 … or 1, 2, 3 … in file order."""
        numbers, rows = self.plain, self.table.rows
        if self.others or numbers.count != rows or not numbers.whole or numbers.minimum not in (0.0, 1.0):
            return False
        if numbers.maximum - numbers.minimum != rows - 1:
            return False
        position, expected = self.table.names.index(self.name), numbers.minimum
        for block in self.table.blocks:
            if not np.array_equal(block.numbers[position], np.arange(expected, expected + block.rows)):
                return False
            expected += block.rows
        return True


def collect_evidence(table: Table, names: Sequence[str]) -> dict[str, Evidence]:
    """Look at every cell of the named columns."""
    evidence = {name: Evidence(table, name) for name in names}
    positions = {table.names.index(name): column for name, column in evidence.items()}
    for block in table.blocks:
        _add_block(block, positions)
    return evidence


def _add_block(block: Block, positions: dict[int, Evidence]) -> None:
    plain = numeric_dtypes(block, list(positions), ".")
    for position, column in positions.items():
        values = as_matrix(plain[position]) if position in plain else None
        if values is None or (np.abs(values) > LARGEST).any():
            found = distinct_cells(block, position)
            for cell, count in zip(found.cells, np.bincount(found.codes).tolist(), strict=True):
                _add_cell(column.others, cell_text(cell), count)
        else:
            block.numbers[position] = values
            column.plain.add(values[~np.isnan(values)])
            column.padded += _count_padded(block, position)
            _look_at_points(column, block, position, values)


def _look_at_points(column: Evidence, block: Block, position: int, values: Matrix) -> None:
    """Note whether points stand before exactly three digits only, so that they may separate groups."""
    if column.has_certain_point:
        return
    octets = np.frombuffer(block.cells, dtype=np.uint8)
    starts, stops = block.starts[:, position], block.stops[:, position]
    long_enough = stops - starts > _GROUP
    before_three = long_enough & (octets[np.maximum(stops - _GROUP, 0)] == _POINT)
    has_fraction = ~np.isnan(values) & (values != np.floor(values))
    column.has_certain_point = bool((has_fraction & ~before_three).any())
    column.has_possible_groups = column.has_possible_groups or bool(before_three.any())


def _count_padded(block: Block, position: int) -> int:
    """Count zero-padded integers; skip the slow count if no cell starts with a blank or with a zero and a digit."""
    octets = np.frombuffer(block.cells, dtype=np.uint8)
    starts = block.starts[:, position]
    first, second = octets[starts], octets[starts + 1]
    like_a_code = (first == ord("0")) & (second >= ord("0")) & (second <= ord("9"))
    longer = block.stops[:, position] > starts + 1
    if not (longer & (like_a_code | (first <= ord(" ")))).any():
        return 0
    found = distinct_cells(block, position)
    counts = np.bincount(found.codes).tolist()
    return sum(count for cell, count in zip(found.cells, counts, strict=True) if is_padded(decode(cell).strip()))


def _add_cell(texts: Counter[str], text: str, count: int) -> None:
    trimmed = text.strip()
    if trimmed:
        texts[trimmed] += count


def is_padded(text: str) -> bool:
    """Return whether a trimmed cell is an integer with leading zeros."""
    return len(text) > 1 and text[0] == "0" and text.isascii() and text.isdigit()
