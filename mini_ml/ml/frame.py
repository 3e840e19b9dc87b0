"""Rows after parsing, from CSV or JSON: a matrix of numbers and columns of tokens."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.notices import Notices

Matrix = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class TokenColumn:
    """A categorical or text column: `texts[codes[row]]`; code -1 is a missing cell."""

    codes: Codes
    texts: tuple[str, ...]

    def at(self, rows: Codes | slice) -> "TokenColumn":
        """Return the column at the given row positions; a position may occur more than once."""
        return TokenColumn(self.codes[rows], self.texts)

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
    """Rows, each column parsed according to its kind."""

    numbers: Matrix
    """Shape (rows, columns): the numeric, boolean and datetime columns in the reader's order, NaN is missing; then an
    indicator for each missing word of a column."""
    tokens: tuple[TokenColumn, ...]
    """One for each categorical and text column, in the reader's order."""
    missing: Counter[str]
    """Number of missing cells by column; columns without missing cells are absent."""
    notices: Notices
    """Cells that were not read as they are written, by column; unreadable ones are not counted in `missing`."""

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.numbers)

    @property
    def memory_bytes(self) -> int:
        """Return the bytes that the rows take in memory, without the texts."""
        return self.numbers.nbytes + sum(column.codes.nbytes for column in self.tokens)

    def take(self, rows: Codes | slice) -> "Frame":
        """Return the rows at the given positions; `missing` and `notices` still count all rows."""
        return Frame(self.numbers[rows], tuple(column.at(rows) for column in self.tokens), self.missing, self.notices)

    @classmethod
    def concatenate(cls, frames: Sequence["Frame"]) -> "Frame":
        """Stack frames that the same reader parsed."""
        if len(frames) == 1:
            return frames[0]
        return cls(
            numbers=np.concatenate([frame.numbers for frame in frames]),
            tokens=tuple(_join_columns(columns) for columns in zip(*(frame.tokens for frame in frames), strict=True)),
            missing=sum((frame.missing for frame in frames), Counter()),
            notices=_join_notices([frame.notices for frame in frames]),
        )


def _join_notices(parts: Sequence[Notices]) -> Notices:
    joined = Notices()
    for part in parts:
        joined.update(part)
    return joined


def _join_columns(columns: Sequence[TokenColumn]) -> TokenColumn:
    """Stack columns, and give equal texts the same code."""
    texts: dict[str, int] = {}
    parts = []
    for column in columns:
        recoded = [texts.setdefault(text, len(texts)) for text in column.texts]
        parts.append(np.array([*recoded, -1], dtype=np.intp)[column.codes])
    return TokenColumn(np.concatenate(parts), tuple(texts))
