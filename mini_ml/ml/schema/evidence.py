"""Collect what all cells of a column could be: numbers, dates, booleans, texts."""

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


@dataclass
class Evidence:
    """What the cells of a column are; missing cells are not counted."""

    table: Table
    name: str
    plain: NumberRange = field(default_factory=NumberRange)
    """Numbers of the blocks in which every cell is a number, with or without a decimal point, or missing."""
    others: Counter[str] = field(default_factory=Counter)
    """Number of occurrences of each trimmed cell in the other blocks."""
    padded: int = 0
    """Number of zero-padded integers such as 007 among the plain numbers; they are usually codes."""

    @cached_property
    def texts(self) -> Counter[str]:
        """Return the distinct cells, trimmed, with their number of occurrences."""
        if not self.plain.count:
            return self.others
        spellings = self.table.spellings(self.name)
        texts: Counter[str] = Counter()
        for text, count in zip(spellings.texts, spellings.counts(), strict=True):
            _add_cell(texts, text, count)
        return texts

    @cached_property
    def present(self) -> int:
        """Return the number of cells that are not missing."""
        return self.plain.count + self.others.total()

    def numbers(self, decimal: Decimal) -> NumberRange:
        """Return the range of all cells that are numbers with this decimal mark."""
        numbers = replace(self.plain)
        for text, count in self.others.items():
            value = words.number(text, decimal)
            if value is not None:
                numbers.add(np.array([value]))
                numbers.count += count - 1
        return numbers

    def all_distinct(self, decimal: Decimal) -> bool:
        """Return whether every cell is a number and no number occurs twice."""
        numbers = [words.number(text, decimal) for text in self.texts]
        return len(set(numbers)) == self.present

    def zero_padded(self) -> int:
        """Count zero-padded integers such as 007 among all cells."""
        return self.padded + sum(count for text, count in self.others.items() if _is_padded(text))


def collect_evidence(table: Table, names: Sequence[str]) -> tuple[dict[str, Evidence], Decimal]:
    """Read every cell of the named columns, and decide between decimal point and decimal comma."""
    evidence = {name: Evidence(table, name) for name in names}
    positions = {table.names.index(name): column for name, column in evidence.items()}
    for block in table.blocks:
        _add_block(block, positions)
    if not any(_numbers_with_mark(column.others, ",") for column in evidence.values()):
        return evidence, "."
    # Some cells have a decimal comma, so the plain numbers have to be counted by their spelling too.
    respelled = {name: Evidence(table, name, others=column.texts) for name, column in evidence.items()}
    return respelled, _choose_decimal(respelled.values(), table.header.delimiter)


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
    return sum(count for cell, count in zip(found.cells, counts, strict=True) if _is_padded(decode(cell).strip()))


def _add_cell(texts: Counter[str], text: str, count: int) -> None:
    trimmed = text.strip()
    if not words.is_missing(trimmed):
        texts[trimmed] += count


def _choose_decimal(columns: Iterable[Evidence], delimiter: str) -> Decimal:
    """Return the decimal mark with which more cells are numbers; each column votes for the better of the two."""
    balance = 0
    for column in columns:
        commas, points = column.numbers(",").count, column.numbers(".").count
        if commas < points:
            balance -= sum(_numbers_with_mark(column.others, ".").values())
        elif delimiter != "," or not all(map(_THOUSANDS.fullmatch, _numbers_with_mark(column.others, ","))):
            # In a comma-separated file, 1,234 is read as one thousand two hundred thirty-four.
            balance += sum(_numbers_with_mark(column.others, ",").values())
    return "," if balance > 0 else "."


def _numbers_with_mark(texts: Counter[str], mark: Decimal) -> dict[str, int]:
    """Return the texts, with their counts, that contain this mark and are numbers with it."""
    return {text: count for text, count in texts.items() if mark in text and words.number(text, mark) is not None}


def _is_padded(text: str) -> bool:
    return len(text) > 1 and text[0] == "0" and text.isascii() and text.isdigit()
