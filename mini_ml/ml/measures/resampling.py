"""Turn what resamples of rows give into an interval."""

from typing import Final

import numpy as np
from scipy.special import ndtr, stdtrit

from mini_ml.contracts import Interval
from mini_ml.ml.frame import Matrix

_LEVEL: Final = 0.95


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
