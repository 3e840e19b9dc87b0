"""Parsed rows, the same whether they came as CSV or JSON: a matrix of numbers and columns of tokens."""

from collections import Counter
from collections.abc import Sequence
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

    def at(self, rows: Codes | slice) -> "Tokens":
        """Return the column at some rows, repeated as asked."""
        return Tokens(self.codes[rows], self.texts)

    def counts(self) -> list[int]:
        """Return how many rows hold each text."""
        present = self.codes[self.codes >= 0]
        counts: list[int] = np.bincount(present, minlength=len(self.texts)).tolist()
        return counts

    @property
    def missing(self) -> int:
        """Return the number of missing cells."""
        return int((self.codes < 0).sum())


@dataclass(frozen=True)
class Frame:
    """Rows as their columns' kinds read them."""

    numbers: Matrix
    """Shape (rows, numeric, boolean and datetime columns in the reader's order); NaN is missing."""
    tokens: tuple[Tokens, ...]
    """One for each categorical and text column, in the reader's order."""
    missing: Counter[str]
    """Missing cells by column, where there are any."""
    coerced: Counter[str]
    """Cells that did not parse as their column's kind and were taken as missing, by column; not counted as missing."""

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.numbers)

    @property
    def memory_bytes(self) -> int:
        """Return the bytes that the rows take in memory, less the texts."""
        return self.numbers.nbytes + sum(column.codes.nbytes for column in self.tokens)

    def take(self, rows: Codes | slice) -> "Frame":
        """Return some rows, by position; the counts stay those of all rows."""
        return Frame(self.numbers[rows], tuple(column.at(rows) for column in self.tokens), self.missing, self.coerced)

    @classmethod
    def concatenate(cls, frames: Sequence["Frame"]) -> "Frame":
        """Put frames of one reader under each other."""
        if len(frames) == 1:
            return frames[0]
        return cls(
            numbers=np.concatenate([frame.numbers for frame in frames]),
            tokens=tuple(_joined(columns) for columns in zip(*(frame.tokens for frame in frames), strict=True)),
            missing=sum((frame.missing for frame in frames), Counter()),
            coerced=sum((frame.coerced for frame in frames), Counter()),
        )


def _joined(columns: Sequence[Tokens]) -> Tokens:
    """Give equal texts of different parts one code."""
    texts: dict[str, int] = {}
    parts = []
    for column in columns:
        recoded = [texts.setdefault(text, len(texts)) for text in column.texts]
        parts.append(np.array([*recoded, -1], dtype=np.intp)[column.codes])
    return Tokens(np.concatenate(parts), tuple(texts))
