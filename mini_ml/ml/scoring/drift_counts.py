"""Count the rows of a batch by the bins of a training profile, part by part while they are scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.contracts import Label
from mini_ml.ml.frame import Codes, Frame, Matrix, TokenColumn
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.scoring.drift_reference import (
    CategoryReference,
    DriftReference,
    PredictionReference,
)
from mini_ml.ml.scoring.stability import Counts
from mini_ml.topology import MIB

COUNTED_BYTES: Final = MIB // 4
"""Rows of about this size are counted, of larger files a sample of them: counting all would slow the batch down."""
_FEWEST_SAMPLED_ROWS: Final = 500
_CELL_BYTES: Final = 4
"""About the size of a cell; rows of wide tables are so large that more bytes are counted."""
_FACTOR: Final = np.uint32(0x9E3779B1)
"""2^32 divided by the golden ratio: its multiples are spread evenly, so the sample does not follow a period of the file
such as the days of a week."""


@dataclass(frozen=True)
class DriftCounts:
    """The rows of some parts of a file, counted by the bins of the reference."""

    rows: int
    sampled_rows: int
    numbers: Counts
    """Shape (columns of numbers, ranges + 1): the sampled rows by range, then those with a missing cell. Columns with
    fewer ranges have zeros before the last count."""
    out_of_range: Counts
    """Shape (columns of numbers,)."""
    tokens: Sequence[Counts]
    """The sampled rows of each column of tokens by category, then others, then missing ones."""
    predictions: Counts
    """The sampled rows by the bins of the predictions."""

    def __add__(self, other: "DriftCounts") -> "DriftCounts":
        """Return the counts of both."""
        return DriftCounts(
            self.rows + other.rows,
            self.sampled_rows + other.sampled_rows,
            self.numbers + other.numbers,
            self.out_of_range + other.out_of_range,
            [one + another for one, another in zip(self.tokens, other.tokens, strict=True)],
            self.predictions + other.predictions,
        )


class DriftCounter:
    """Counts parts of a file, and adds them up.

    Which rows are sampled depends on their numbers only, so every attempt at a batch gives the same counts.
    """

    def __init__(self, reference: DriftReference, *, file_bytes: int = 0) -> None:
        """Prepare the bins.

        Args:
            reference: what the rows are compared with.
            file_bytes: size of the file; of one that is larger than `COUNTED_BYTES`, a sample of the rows is counted.
        """
        self._reference = reference
        columns = len(reference.numbers) + len(reference.categories)
        counted_bytes = max(COUNTED_BYTES, _FEWEST_SAMPLED_ROWS * columns * _CELL_BYTES)
        self._sampled = min(1.0, counted_bytes / max(file_bytes, 1))
        self.total: DriftCounts | None = None
        """What was added; None before the first part."""

    def count(self, frame: Frame, predictions: Predictions, *, first_row: int) -> DriftCounts:
        """Count the rows of a part; several threads may do it at once.

        Args:
            frame: the rows.
            predictions: of these rows.
            first_row: number of the first one among the rows of the file that can be read.
        """
        rows = self._sample(frame.rows, first_row)
        columns = len(self._reference.numbers)
        numbers = np.ascontiguousarray(frame.numbers[rows, :columns].T)
        return DriftCounts(
            frame.rows,
            len(rows),
            _count_ranges(numbers, self._reference.bounds),
            _count_out_of_range(numbers, self._reference.low, self._reference.high),
            [
                _count_categories(tokens, rows, reference)
                for tokens, reference in zip(frame.tokens, self._reference.categories, strict=True)
            ],
            _count_predictions(predictions.values, rows, self._reference.predictions),
        )

    def add(self, counts: DriftCounts) -> None:
        """Add the counts of a part."""
        self.total = counts if self.total is None else self.total + counts

    def _sample(self, rows: int, first_row: int) -> Codes:
        """Return the places of the sampled rows in a part."""
        if self._sampled == 1.0:
            return np.arange(rows)
        spread = np.arange(first_row, first_row + rows).astype(np.uint32) * _FACTOR
        return np.flatnonzero(spread < np.uint32(self._sampled * 2**32))


def _count_ranges(numbers: Matrix, bounds: Matrix) -> Counts:
    """Count the numbers of each column by range, then the missing ones.

    Comparing all columns with all bounds at once is faster than finding the range of each number.

    Args:
        numbers: shape (columns, rows).
        bounds: shape (bounds, columns, 1).
    """
    columns, rows = numbers.shape
    at_least = np.zeros((len(bounds) + 2, columns), dtype=np.int64)
    at_least[0] = rows - np.count_nonzero(np.isnan(numbers), axis=1)
    # Adding up bytes is faster than counting truth values along an axis.
    at_least[1:-1] = (numbers >= bounds).view(np.int8).sum(axis=2, dtype=np.int32)
    return np.column_stack((-np.diff(at_least, axis=0).T, rows - at_least[0]))


def _count_out_of_range(numbers: Matrix, low: Matrix, high: Matrix) -> Counts:
    outside: Counts = np.count_nonzero((numbers < low) | (numbers > high), axis=1)
    return outside


def _count_categories(tokens: TokenColumn, rows: Codes, reference: CategoryReference | None) -> Counts:
    if reference is None or reference.is_text:
        return np.zeros(0, dtype=np.int64)
    counts = np.zeros(len(reference.training), dtype=np.int64)
    other, missing = len(counts) - 2, len(counts) - 1
    # Code -1 is that of a missing cell.
    by_text = np.bincount(tokens.codes[rows] + 1, minlength=1)
    counts[missing] = by_text[0]
    for code in np.flatnonzero(by_text[1:]).tolist():
        counts[reference.places.get(tokens.texts[code], other)] += by_text[code + 1]
    return counts


def _count_predictions(values: Sequence[Label], rows: Codes, reference: PredictionReference | None) -> Counts:
    if reference is None:
        return np.zeros(0, dtype=np.int64)
    sampled = [values[row] for row in rows.tolist()]
    if reference.places:
        places = np.array([reference.places[value] for value in sampled], dtype=np.intp)
    else:
        places = np.searchsorted(reference.bounds, np.array(sampled, dtype=np.float64), side="right")
    return np.bincount(places, minlength=len(reference.holdout)).astype(np.int64)
