"""The population stability index: how much two counts by the same bins differ, and how much of that is chance.

Many columns are compared at once: a wide file has hundreds, and one comparison is a few operations on ten numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

FEWEST_ROWS: Final = 100
"""Fewer rows than this are not compared: the difference would mostly be chance."""
LARGE_INDEX: Final = 0.25
"""The usual limit for a large difference, from credit scoring."""
LARGE_SHARE: Final = 0.1
"""Share of missing, unseen or out-of-range cells, beyond what the training rows suggest, that is a large difference."""
_FALSE_ALARMS: Final = 0.001
"""How often rows like the training rows may exceed `by_chance` in any of the comparisons of a batch."""
_SIGMAS: Final = 5.0
"""How many standard deviations a share has to exceed what is expected, so that it is not chance."""
_FEWEST_TRAINING_ROWS: Final = 10
_FEWEST_EXPECTED_ROWS: Final = 5
_PRIOR_ROWS: Final = 0.5
"""Rows that are added to each bin, so that an empty one has a logarithm."""


@dataclass(frozen=True)
class Stabilities:
    """The population stability index of each column; all of shape (columns,)."""

    index: Matrix
    """NaN for too few rows, or if so few training rows leave one bin only."""
    by_chance: Matrix
    """What the index of rows like the training rows rarely exceeds; NaN where the index is."""

    @cached_property
    def large(self) -> Flags:
        """Return which differences are large, and more than chance."""
        return self.index >= np.maximum(LARGE_INDEX, self.by_chance)


def compare_counts(rows: Counts, training: Counts, *, comparisons: int) -> Stabilities:
    """Return the index of each column of a batch against the training rows, both counted by the same bins.

    The index is the sum over the bins of `(q - p) * log(q / p)`, where p is a bin's share of the training rows and q
    that of the batch. The added rows make q a little more like p, so an empty bin does not count more than it should.
    If both are samples of the same rows, the index is distributed as `(1/n + 1/m) * chi²` with one degree of freedom
    fewer than there are bins.

    Args:
        rows: rows of the batch, shape (columns, bins); bins without any rows, training rows included, do not count.
        training: training rows, of the same shape.
        comparisons: number of comparisons in the batch; `by_chance` holds for all of them together.
    """
    used = (rows > 0) | (training > 0)
    bins, total, learned = used.sum(axis=1), rows.sum(axis=1), training.sum(axis=1)
    compared = (total >= FEWEST_ROWS) & (bins >= 2) & (learned > 0)
    added, n, m = (_PRIOR_ROWS * bins)[compared, None], total[compared, None], learned[compared, None]
    p = (training[compared] + _PRIOR_ROWS) / (m + added)
    q = (rows[compared] + added * p) / (n + added)
    exceeded = _FALSE_ALARMS / comparisons
    quantiles = [_find_quantile(degrees, exceeded) for degrees in (bins[compared] - 1).tolist()]
    found = Stabilities(np.full(len(rows), np.nan), np.full(len(rows), np.nan))
    found.index[compared] = np.sum((q - p) * np.log(q / p), axis=1, where=used[compared])
    found.by_chance[compared] = (1 / n[:, 0] + 1 / m[:, 0]) * np.array(quantiles)
    return found


@lru_cache(maxsize=1024)
def _find_quantile(degrees: int, exceeded: float) -> float:
    """Return what chi² with some degrees of freedom exceeds so often."""
    from scipy.special import chdtri  # online scoring starts faster without scipy

    return float(chdtri(degrees, exceeded))


def join_rare_bins(rows: Counts, training: Counts, bins: Counts, sampled_rows: int) -> tuple[Counts, Counts]:
    """Return both counts with the rare bins of each column added up by the groups of `group_rare_bins`.

    Args:
        rows: rows of the batch, shape (columns, bins).
        training: training rows, of the same shape.
        bins: number of bins of each column, shape (columns,); what follows them is zero.
        sampled_rows: number of rows of the batch.
    """
    fewest = find_fewest_rows(training.sum(axis=1, keepdims=True), sampled_rows)
    has_rare = ((training < fewest) & (np.arange(training.shape[1]) < bins[:, None])).any(axis=1)
    rows, training = rows.copy(), training.copy()
    for column in np.flatnonzero(has_rare).tolist():
        groups = group_rare_bins(training[column, : bins[column]].tolist(), sampled_rows)
        for counts in (rows, training):
            counts[column] = np.bincount(groups, counts[column, : len(groups)], minlength=counts.shape[1])
    return rows, training


def group_rare_bins(training: Sequence[int], sampled_rows: int) -> list[int]:
    """Return a group for each bin: rare bins that follow each other, in the order of the bins, share one.

    The order must not depend on the counts. Sorted by them, the first groups would have the labels that were frequent
    in the training rows by luck, and every batch would differ from that.

    Args:
        training: training rows by bin.
        sampled_rows: number of rows of the batch.
    """
    fewest, groups = float(find_fewest_rows(np.array(sum(training)), sampled_rows)), list[int]()
    last, shared, gathered = -1, -1, 0
    for count in training:
        rare = count < fewest
        if not rare or shared < 0:
            last += 1
        if rare:
            shared, gathered = (last, count) if shared < 0 else (shared, gathered + count)
        groups.append(shared if rare else last)
        if rare and gathered >= fewest:
            shared = -1
    return groups


def find_fewest_rows(total: Counts, sampled_rows: int) -> Matrix:
    """Return the fewest training rows that a bin needs to be compared alone; a bin with fewer is rare.

    With fewer, it would get too few rows of the batch, or its share of the training rows would be too uncertain.

    Args:
        total: training rows in all bins of a column, of any shape.
        sampled_rows: number of rows of the batch.
    """
    fewest: Matrix = np.maximum(_FEWEST_EXPECTED_ROWS * total / max(sampled_rows, 1), _FEWEST_TRAINING_ROWS)
    return fewest


@dataclass(frozen=True)
class CellShares:
    """How many of the cells of each column are missing, unseen or out of range; all of shape (columns,)."""

    cells: Counts
    of: Counts
    expected: Matrix
    """The share that the training rows suggest."""
    training_cells: Counts
    """Number of cells that it comes from."""

    @cached_property
    def values(self) -> Matrix:
        """Return the shares."""
        return self.cells / np.maximum(self.of, 1)

    @cached_property
    def large(self) -> Flags:
        """Return which shares are much larger than expected, and not by chance."""
        of, learned = np.maximum(self.of, 1), np.maximum(self.training_cells, 1)
        excess = self.values - self.expected
        pooled = (self.cells + self.expected * learned) / (of + learned)
        deviation = np.sqrt(np.maximum(pooled * (1 - pooled), 0.0) * (1 / of + 1 / learned))
        compared = (self.of >= FEWEST_ROWS) & (self.training_cells > 0)
        large: Flags = compared & (excess >= LARGE_SHARE) & (excess > _SIGMAS * deviation)
        return large
