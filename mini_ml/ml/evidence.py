"""Count, over all rows, what the cells of a column could be."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from mini_ml.ml import words
from mini_ml.ml.block import Block
from mini_ml.ml.columns import without_lead
from mini_ml.ml.digits import read_numbers, words_of
from mini_ml.ml.distinct import distinct_cells
from mini_ml.ml.frame import Matrix
from mini_ml.ml.table import Table
from mini_ml.ml.text import decode
from mini_ml.ml.words import Decimal

_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


@dataclass
class _Plain:
    """The numbers that were read without looking at each cell, by their decimal mark."""

    whole: list[Matrix] = field(default_factory=list)
    pointed: list[Matrix] = field(default_factory=list)
    comma: list[Matrix] = field(default_factory=list)


@dataclass(frozen=True)
class Evidence:
    """What the present cells of a column are; missing words are left out."""

    table: Table
    name: str
    whole: Matrix
    """Numbers without a decimal mark."""
    pointed: Matrix
    """Numbers with a decimal point."""
    comma: Matrix
    """Numbers with a decimal comma."""
    others: Counter[str]
    """All other cells, trimmed: words, and numbers spelled in unusual ways."""

    @cached_property
    def texts(self) -> Counter[str]:
        """Return all distinct present cells, trimmed."""
        spelled = self.table.spelled(self.name)
        texts: Counter[str] = Counter()
        for text, count in zip(spelled.texts, spelled.counts(), strict=True):
            if not words.is_missing(text.strip()):
                texts[text.strip()] += count
        return texts

    @cached_property
    def present(self) -> int:
        """Return the number of cells that are not missing."""
        return len(self.whole) + len(self.pointed) + len(self.comma) + self.others.total()

    def numbers(self, decimal: Decimal) -> Matrix:
        """Return all cells that are numbers, in no order."""
        unusual = [
            value
            for text, count in self.others.items()
            if (value := words.number(text, decimal)) is not None
            for _ in range(count)
        ]
        return np.concatenate((self.whole, self.pointed if decimal == "." else self.comma, unusual))

    def share(self, decimal: Decimal) -> float:
        """Return the share of present cells that are numbers."""
        return len(self.numbers(decimal)) / self.present if self.present else 0.0

    def zero_padded(self) -> int:
        """Count integers such as 007, which are codes more often than numbers."""
        return sum(
            count
            for text, count in self.others.items()
            if len(text) > 1 and text[0] == "0" and text.isascii() and text.isdigit()
        )


def weigh(table: Table, name: str) -> Evidence:
    """Look at every cell of a column, at those that are no plain numbers once per spelling."""
    plain = _Plain()
    others: Counter[str] = Counter()
    for block in table.blocks:
        _weigh_block(block, table.names.index(name), plain, others)
    return Evidence(table, name, _flat(plain.whole), _flat(plain.pointed), _flat(plain.comma), others)


def decimal_of(columns: Iterable[Evidence], delimiter: str) -> Decimal:
    """Decide between decimal point and comma: whichever makes numbers of more cells that hold either."""
    balance = 0
    for column in columns:
        commas, points = len(column.numbers(",")), len(column.numbers("."))
        if commas < points:
            balance -= points - len(column.whole)
        elif delimiter != "," or not _thousands_only(column):
            balance += commas - len(column.whole)
    return "," if balance > 0 else "."


def _thousands_only(column: Evidence) -> bool:
    """Tell the 1,234 of a comma-separated file from a decimal comma: there, it stands for a thousand."""
    marked = [text for text in column.texts if "," in text and words.number(text, ",") is not None]
    return all(_THOUSANDS.fullmatch(text) for text in marked)


def _weigh_block(block: Block, position: int, plain: _Plain, others: Counter[str]) -> None:
    octets = words_of(block.cells)
    starts, stops = without_lead(octets, block.starts[:, position], block.stops[:, position])
    points = read_numbers(octets, starts, stops, ".")
    plain.whole.append(points.values[points.read & ~points.fractional])
    plain.pointed.append(points.values[points.fractional])
    left = np.flatnonzero(~points.read)
    if not len(left):
        return
    commas = read_numbers(octets, starts[left], stops[left], ",")
    plain.comma.append(commas.values[commas.read])
    found = distinct_cells(block, position, left[~commas.read])
    counts = np.bincount(found.codes, minlength=len(found.cells)).tolist()
    for cell, count in zip(found.cells, counts, strict=True):
        text = decode(cell).strip()
        if not words.is_missing(text):
            others[text] += count


def _flat(parts: list[Matrix]) -> Matrix:
    return np.concatenate(parts) if parts else np.empty(0)
