"""The population stability index: how much two counts by the same bins differ, and how much of that is chance.

Counts are short sequences of Python numbers, for which numpy would be slower.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from typing import Final

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
class Stability:
    """A population stability index."""

    index: float
    by_chance: float
    """What the index of rows like the training rows rarely exceeds."""

    @property
    def is_large(self) -> bool:
        """Whether the difference is large, and more than chance."""
        return self.index >= max(LARGE_INDEX, self.by_chance)


def compare_counts(rows: Sequence[int], training: Sequence[int], *, comparisons: int) -> Stability:
    """Return the index of the rows of a batch against training rows, both counted by the same bins.

    The index is the sum over the bins of `(q - p) * log(q / p)`, where p is a bin's share of the training rows and q
    that of the batch. The added rows make q a little more like p, so an empty bin does not count more than it should.
    If both are samples of the same rows, the index is distributed as `(1/n + 1/m) * chi²` with one degree of freedom
    fewer than there are bins.

    Args:
        rows: rows of the batch by bin, at least one in all.
        training: training rows by bin, at least one in all.
        comparisons: number of comparisons in the batch; `by_chance` holds for all of them together.
    """
    used = [pair for pair in zip(rows, training, strict=True) if any(pair)]
    total, training_total, added = sum(rows), sum(training), _PRIOR_ROWS * len(used)
    index = 0.0
    for count, learned in used:
        p = (learned + _PRIOR_ROWS) / (training_total + added)
        q = (count + added * p) / (total + added)
        index += (q - p) * log(q / p)
    quantile = _find_quantile(max(len(used) - 1, 1), _FALSE_ALARMS / comparisons)
    return Stability(index, (1 / total + 1 / training_total) * quantile)


@lru_cache(maxsize=1024)
def _find_quantile(degrees: int, exceeded: float) -> float:
    """Return what chi² with some degrees of freedom exceeds so often."""
    from scipy.special import chdtri  # online scoring starts faster without scipy

    return float(chdtri(degrees, exceeded))


def join_rare_bins(training: Sequence[int], rows: int) -> list[int]:
    """Return a group for each bin: rare bins that follow each other, in the order of the bins, share one.

    The order must not depend on the counts. Sorted by them, the first groups would have the labels that were frequent
    in the training rows by luck, and every batch would differ from that.

    Args:
        training: training rows by bin.
        rows: number of rows of the batch.
    """
    total, groups = sum(training), list[int]()
    last, shared, gathered = -1, -1, 0
    for count in training:
        rare = is_rare(count, total, rows)
        if not rare or shared < 0:
            last += 1
        if rare:
            shared, gathered = (last, count) if shared < 0 else (shared, gathered + count)
        groups.append(shared if rare else last)
        if rare and not is_rare(gathered, total, rows):
            shared = -1
    return groups


def is_rare(training_rows: int, total: int, rows: int) -> bool:
    """Return whether a bin has too few training rows, or would get too few rows of the batch, to be compared alone.

    Args:
        training_rows: training rows in the bin.
        total: training rows in all bins.
        rows: number of rows of the batch.
    """
    return training_rows < _FEWEST_TRAINING_ROWS or training_rows * rows < _FEWEST_EXPECTED_ROWS * total


@dataclass(frozen=True)
class CellShare:
    """How many of the cells of a column are missing, unseen or out of range."""

    cells: int
    of: int
    expected: float
    """The share that the training rows suggest."""
    training_cells: int
    """Number of cells that it comes from."""

    @property
    def value(self) -> float:
        """Return the share."""
        return self.cells / self.of if self.of else 0.0

    @property
    def is_large(self) -> bool:
        """Whether the share is much larger than expected, and not by chance."""
        if self.of < FEWEST_ROWS or not self.training_cells:
            return False
        excess = self.value - self.expected
        pooled = (self.cells + self.expected * self.training_cells) / (self.of + self.training_cells)
        deviation = sqrt(max(pooled * (1 - pooled), 0.0) * (1 / self.of + 1 / self.training_cells))
        return excess >= LARGE_SHARE and excess > _SIGMAS * deviation
