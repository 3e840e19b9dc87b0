"""Count, over all rows, what the cells of a column could be."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import Final

import numpy as np

from mini_ml.ml.cells import words
from mini_ml.ml.cells.numbers import as_matrix, numeric_dtypes
from mini_ml.ml.cells.words import LARGEST, Decimal
from mini_ml.ml.frame import Matrix
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.distinct import distinct_cells
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.text import cell_text, decode

_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


@dataclass
class Spread:
    """What is known of some numbers without keeping them."""

    count: int = 0
    least: float = inf
    most: float = -inf
    whole: bool = True
    """Whether all are integers."""

    def add(self, values: Matrix) -> None:
        """Take more numbers in."""
        if len(values):
            self.count += len(values)
            self.least = min(self.least, float(values.min()))
            self.most = max(self.most, float(values.max()))
            self.whole = self.whole and bool((values == np.floor(values)).all())


@dataclass
class Evidence:
    """What the present cells of a column are; missing words are left out."""

    table: Table
    name: str
    plain: Spread = field(default_factory=Spread)
    """Numbers with or without a decimal point, of blocks that hold nothing else."""
    others: Counter[str] = field(default_factory=Counter)
    """All cells of the other blocks, trimmed."""
    padded: int = 0
    """Integers such as 007 among the plain numbers: codes more often than numbers."""

    @cached_property
    def texts(self) -> Counter[str]:
        """Return all distinct present cells, trimmed."""
        if not self.plain.count:
            return self.others
        spelled = self.table.spelled(self.name)
        texts: Counter[str] = Counter()
        for text, count in zip(spelled.texts, spelled.counts(), strict=True):
            _add(texts, text, count)
        return texts

    @cached_property
    def present(self) -> int:
        """Return the number of cells that are not missing."""
        return self.plain.count + self.others.total()

    def numbers(self, decimal: Decimal) -> Spread:
        """Return what is known of all cells that are numbers."""
        spread = replace(self.plain)
        for text, count in self.others.items():
            value = words.number(text, decimal)
            if value is not None:
                spread.add(np.array([value]))
                spread.count += count - 1
        return spread

    def all_distinct(self, decimal: Decimal) -> bool:
        """Tell whether no number occurs twice."""
        numbers = [words.number(text, decimal) for text in self.texts]
        return len(set(numbers)) == self.present

    def zero_padded(self) -> int:
        """Count integers such as 007 among all cells."""
        return self.padded + sum(count for text, count in self.others.items() if _is_padded(text))


def weigh(table: Table, names: Sequence[str]) -> tuple[dict[str, Evidence], Decimal]:
    """Look at every cell of some columns, and decide between decimal point and comma."""
    evidence = {name: Evidence(table, name) for name in names}
    positions = {table.names.index(name): column for name, column in evidence.items()}
    for block in table.blocks:
        _weigh_block(block, positions)
    if not any(_marked(column.others, ",") for column in evidence.values()):
        return evidence, "."
    # Some cells have a decimal comma: now it counts how each number is spelled.
    closer = {name: Evidence(table, name, others=column.texts) for name, column in evidence.items()}
    return closer, _decimal_of(closer.values(), table.header.delimiter)


def _weigh_block(block: Block, positions: dict[int, Evidence]) -> None:
    plain = numeric_dtypes(block, list(positions), ".")
    for position, column in positions.items():
        values = as_matrix(plain[position]) if position in plain else None
        if values is None or (np.abs(values) > LARGEST).any():
            found = distinct_cells(block, position)
            for cell, count in zip(found.cells, np.bincount(found.codes).tolist(), strict=True):
                _add(column.others, cell_text(cell), count)
        else:
            block.numbers[position] = values
            column.plain.add(values[~np.isnan(values)])
            column.padded += _padded(block, position)


def _padded(block: Block, position: int) -> int:
    """Count integers such as 007; a closer look is taken only where some cells begin like one, or with a blank."""
    octets = np.frombuffer(block.cells, dtype=np.uint8)
    starts = block.starts[:, position]
    first, second = octets[starts], octets[starts + 1]
    like_a_code = (first == ord("0")) & (second >= ord("0")) & (second <= ord("9"))
    longer = block.stops[:, position] > starts + 1
    if not (longer & (like_a_code | (first <= ord(" ")))).any():
        return 0
    found = distinct_cells(block, position)
    counts = np.bincount(found.codes).tolist()
    return sum(count for cell, count in zip(found.cells, counts, strict=True) if _is_padded(decode(cell).strip()))


def _add(texts: Counter[str], text: str, count: int) -> None:
    trimmed = text.strip()
    if not words.is_missing(trimmed):
        texts[trimmed] += count


def _decimal_of(columns: Iterable[Evidence], delimiter: str) -> Decimal:
    """Take the mark that makes numbers of more cells, column by column the better one counting."""
    balance = 0
    for column in columns:
        commas, points = column.numbers(",").count, column.numbers(".").count
        if commas < points:
            balance -= sum(_marked(column.others, ".").values())
        elif delimiter != "," or not all(map(_THOUSANDS.fullmatch, _marked(column.others, ","))):
            # In a comma-separated file, 1,234 stands for a thousand.
            balance += sum(_marked(column.others, ",").values())
    return "," if balance > 0 else "."


def _marked(texts: Counter[str], mark: Decimal) -> dict[str, int]:
    """Return the numbers that have this decimal mark."""
    return {text: count for text, count in texts.items() if mark in text and words.number(text, mark) is not None}


def _is_padded(text: str) -> bool:
    return len(text) > 1 and text[0] == "0" and text.isascii() and text.isdigit()
