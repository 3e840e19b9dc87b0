"""The training rows of many columns by bin, in one array: comparing them at once is faster than one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mini_ml.contracts import ColumnProfile
from mini_ml.ml.frame import Codes
from mini_ml.ml.scoring.stability import Counts


@dataclass(frozen=True, kw_only=True)
class CountTable:
    """The training rows of all columns of numbers, or of all columns of tokens, for comparing them at once."""

    places: Codes
    """The columns that can be compared, by their places in the reader's order."""
    profiles: Sequence[ColumnProfile]
    training: Counts
    """Shape (columns, bins): rows by bin. Columns with fewer bins have zeros before the `last` ones."""
    bins: Counts
    """Number of bins of each column, without the `last` ones."""
    last: int
    """Number of bins at the end that all columns have, such as that of missing cells."""

    @cached_property
    def rows(self) -> Counts:
        """Return how many rows were counted in each column."""
        return np.array([profile.rows for profile in self.profiles], dtype=np.int64)

    @cached_property
    def missing(self) -> Counts:
        """Return how many of them have a missing cell."""
        return np.array([profile.missing for profile in self.profiles], dtype=np.int64)

    @cached_property
    def present(self) -> Counts:
        """Return how many of them have no missing cell."""
        return self.rows - self.missing

    @cached_property
    def distinct(self) -> Counts:
        """Return how many categories each column has; 0 for numbers and dates."""
        return np.array([profile.distinct or 0 for profile in self.profiles], dtype=np.int64)

    def stack(self, counts: Sequence[Counts]) -> Counts:
        """Return the counts of each column in the shape of `training`; a column without any has zeros."""
        return _stack_counts(counts, self.training.shape[1], self.last)


def build_table(
    places: Sequence[int], profiles: Sequence[ColumnProfile], training: Sequence[tuple[int, ...]], *, last: int
) -> CountTable:
    """Return the training rows of some columns.

    Args:
        places: of the columns, in the reader's order.
        profiles: of the columns.
        training: rows of each column by bin; empty if they are not compared.
        last: number of bins at the end that all columns have.
    """
    counts = [np.array(found, dtype=np.int64) for found in training]
    width = max(map(len, counts), default=0)
    return CountTable(
        places=np.array(places, dtype=np.intp),
        profiles=profiles,
        training=_stack_counts(counts, max(width, last), last),
        bins=np.array([max(len(found) - last, 0) for found in counts], dtype=np.int64),
        last=last,
    )


def _stack_counts(counts: Sequence[Counts], width: int, last: int) -> Counts:
    stacked = np.zeros((len(counts), width), dtype=np.int64)
    for row, found in zip(stacked, counts, strict=True):
        if len(found):
            row[: len(found) - last], row[-last:] = found[:-last], found[-last:]
    return stacked
