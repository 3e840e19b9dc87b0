"""Give rows random weights, as a Bayesian bootstrap does, and turn what the resamples give into an interval."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, stdtrit

from mini_ml.contracts import Interval
from mini_ml.ml.frame import Codes, Matrix

MOST_ROWS: Final = 10_000
"""Number of hold-out rows above which there are no intervals: they would be narrow, and cost time and memory."""
FEWEST_ROWS: Final = 10
"""Number of hold-out rows, or groups of them, below which there are no intervals: so few do not show how they vary."""
_LEVEL: Final = 0.95


@dataclass(frozen=True)
class ResampledUnits:
    """What gets independent weights: rows, or groups of rows."""

    rows: int
    count: int
    codes: Codes | None
    """Shape (rows,): the group of each row; None if each row is one."""

    @classmethod
    def of(cls, rows: int, groups: Codes | None) -> "ResampledUnits":
        """Return the units of a number of rows.

        Args:
            rows: number of rows.
            groups: shape (rows,), the group of each row; None if each row is a unit.
        """
        if groups is None:
            return cls(rows, rows, None)
        found, codes = np.unique(groups, return_inverse=True)
        return cls(rows, len(found), codes)

    @property
    def suffice(self) -> bool:
        """Return whether intervals are computed for them."""
        return self.count >= FEWEST_ROWS and self.rows <= MOST_ROWS

    def draw(self, random: np.random.Generator, resamples: int, *, added: int) -> Matrix:
        """Return random weights of the rows, followed by those of the added ones, which count as one unit together.

        The weights have shape (rows + added, resamples).
        """
        weights = random.standard_exponential((self.count, resamples))
        rows = weights if self.codes is None else weights[self.codes]
        if not added:
            return rows
        shared = random.standard_gamma(1 / added, (added, resamples)) * (self.rows / self.count)
        return np.concatenate([rows, shared])


def build_interval(resampled: Matrix, score: float, units: int) -> Interval:
    """Return the expanded percentile interval of a score, which always contains the score itself.

    Args:
        resampled: shape (resamples,), the score of each resample.
        score: that of the rows themselves.
        units: number of rows, or of groups of them, that were resampled.
    """
    deviates = stdtrit(units - 1, (1 - _LEVEL) / 2) * np.sqrt((units + 1) / (units - 1))
    tail = float(ndtr(deviates))
    low, high = np.quantile(resampled, [tail, 1 - tail]).tolist()
    return Interval(low=min(low, score), high=max(high, score))
