"""Parsed rows, the same whether they came as CSV or JSON: a matrix of numbers and columns of tokens."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Tokens:
    """A categorical or text column: `texts[codes[row]]`; code -1 is a missing cell."""

    codes: Codes
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """Rows as their columns' kinds read them."""

    numbers: Matrix
    """Shape (rows, numeric, boolean and datetime columns in the reader's order); NaN is missing."""
    tokens: tuple[Tokens, ...]
    """One for each categorical and text column, in the reader's order."""
    missing: dict[str, int]
    """Missing cells by column, where there are any."""
    coerced: dict[str, int]
    """Cells that did not parse as their column's kind and were taken as missing, by column; not counted as missing."""

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.numbers)

    def take(self, rows: Codes) -> "Frame":
        """Return some rows, by position; the counts stay those of all rows."""
        tokens = tuple(Tokens(column.codes[rows], column.texts) for column in self.tokens)
        return Frame(self.numbers[rows], tokens, self.missing, self.coerced)
