"""Choose the rows that each fold of a cross-validation tests, so that they relate to the others as new rows will."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.training.group_choice import GroupedRows, deal_groups
from mini_ml.ml.training.holdout import RowPositions, folds, remaining_rows, subsample
from mini_ml.ml.training.newest import block_starts, newest_of_groups

_MIN_GROUPS: Final = 10
"""Number of whole groups that a subsample has at least; with fewer, it has rows of all groups."""


@dataclass(frozen=True)
class Fold:
    """Rows to fit on and rows to test on, as positions; no row is in both."""

    fitted: RowPositions
    tested: RowPositions


@dataclass(frozen=True, kw_only=True)
class FoldScheme:
    """What decides which rows may be tested with a model that was fitted on which others."""

    rows: int
    codes: NDArray[np.int64] | None
    """Shape (rows,): the class of each row, to stratify by; None for regression."""
    times: Matrix | None = None
    """Shape (rows,): the time of each row, NaN if it has none: folds test rows that are newer than those they are
    fitted on. Rows without a time are never tested."""
    groups: Codes | None = None
    """Shape (rows,): the group of each row: no group has rows on both sides."""

    def subsample(self, count: int, *, seed: int) -> RowPositions:
        """Return about `count` of the rows: whole groups, unless these would be few."""
        if self.groups is not None and count < self.rows:
            _, positions, sizes = np.unique(self.groups, return_inverse=True, return_counts=True)
            order = np.random.default_rng(seed).permutation(len(sizes))
            fitting = int(np.searchsorted(np.cumsum(sizes[order]), count, side="right"))
            if fitting >= _MIN_GROUPS:
                return np.flatnonzero(np.isin(positions, order[:fitting]))
        return subsample(self.codes, self.rows, count=count, seed=seed)

    def take(self, rows: RowPositions) -> "FoldScheme":
        """Return the scheme of the rows at the given positions."""
        return FoldScheme(
            rows=len(rows),
            codes=None if self.codes is None else self.codes[rows],
            times=None if self.times is None else self.times[rows],
            groups=None if self.groups is None else self.groups[rows],
        )

    def split(self, count: int, *, seed: int) -> list[Fold]:
        """Return `count` folds.

        By time, the rows are cut into `count` + 1 blocks that follow one another. Each fold tests one block and is
        fitted on all older ones, and on the rows without a time; the oldest block is never tested. With groups too, a
        group is as new as its newest row.

        A fold is fitted on at least two classes, and does not test rows of other classes. So folds may be fewer or
        none, where there are too few times, groups or rows of a class.
        """
        if self.times is not None:
            found = self._split_by_time(self.times, count)
        elif self.groups is not None:
            found = self._split_by_group(self.groups, count, seed)
        else:
            found = self._split_at_random(count, seed)
        return list(filter(None, map(self._restrict, found)))

    def _split_at_random(self, count: int, seed: int) -> Iterator[Fold]:
        for tested in folds(self.codes, self.rows, count=count, seed=seed):
            yield Fold(remaining_rows(self.rows, tested), tested)

    def _split_by_time(self, times: Matrix, count: int) -> Iterator[Fold]:
        times = times if self.groups is None else newest_of_groups(times, self.groups)
        known = int(np.count_nonzero(~np.isnan(times)))
        starts = block_starts(times, (known * block / (count + 1) for block in range(1, count + 1)))
        for start, following in pairwise([*starts, np.inf]):
            is_newer = times >= start
            yield Fold(np.flatnonzero(~is_newer), np.flatnonzero(is_newer & (times < following)))

    def _split_by_group(self, groups: Codes, count: int, seed: int) -> Iterator[Fold]:
        part_of = deal_groups(GroupedRows.of(groups, self.codes), count=count, seed=seed)
        for part in range(count):
            is_tested = part_of == part
            yield Fold(np.flatnonzero(~is_tested), np.flatnonzero(is_tested))

    def _restrict(self, fold: Fold) -> Fold | None:
        """Return the fold without tested rows of classes that it is not fitted on; None if nothing can be tested."""
        tested = fold.tested
        if self.codes is not None:
            known = np.unique(self.codes[fold.fitted])
            if len(known) < 2:
                return None
            tested = tested[np.isin(self.codes[tested], known)]
        return Fold(fold.fitted, tested) if len(fold.fitted) and len(tested) else None
