"""Scale encoded columns, for estimators that need a common scale."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from mini_ml.ml.cells.words import LARGEST
from mini_ml.ml.frame import Matrix

Scale = Literal["standard", "unit"]
"""`standard`: mean 0 and standard deviation 1 over the training rows. `unit`: 0 to 1, values outside are clipped."""
_ROWS: Final = 4096
"""Rows processed at a time: a whole matrix of differences would be the memory peak of a training."""


@dataclass(frozen=True)
class Scaling:
    """Subtract `shift` from each column, then multiply by `factor`; both have shape (columns,)."""

    shift: Matrix
    factor: Matrix
    clipped: bool

    @classmethod
    def fit(cls, encoded: Matrix, scale: Scale) -> "Scaling":
        """Learn the scaling from the training rows; a constant column becomes 0."""
        if scale == "unit":
            shift, spread, least = encoded.min(axis=0), np.ptp(encoded, axis=0), np.zeros(encoded.shape[1])
        else:
            shift = encoded.mean(axis=0)
            spread = _deviations(encoded, shift)
            # The mean of equal numbers can differ from them by rounding; StandardScaler uses the same tolerance.
            least = len(encoded) * np.finfo(np.float64).eps * np.abs(shift)
        usable = (spread > least) & np.isfinite(spread)
        factor = np.divide(1.0, spread, out=np.zeros_like(spread), where=usable)
        return cls(shift, np.where(np.isfinite(factor), factor, 0.0), scale == "unit")

    def apply(self, encoded: Matrix, out: Matrix | None = None, columns: slice = slice(None)) -> Matrix:
        """Return the scaled matrix; values too large for an estimator are clipped.

        Args:
            encoded: shape (rows, columns).
            out: array for the result, may be `encoded` itself; None allocates a new one.
            columns: the columns of the whole matrix that `encoded` contains.
        """
        with np.errstate(over="ignore"):
            scaled: Matrix = np.subtract(encoded, self.shift[columns], out=out)
            scaled *= self.factor[columns]
        least, most = (0.0, 1.0) if self.clipped else (-LARGEST, LARGEST)
        return np.clip(scaled, least, most, out=scaled)


def _deviations(encoded: Matrix, mean: Matrix) -> Matrix:
    """Return the standard deviation of each column."""
    squares = np.zeros(encoded.shape[1])
    for start in range(0, len(encoded), _ROWS):
        difference = encoded[start : start + _ROWS] - mean
        squares += np.square(difference, out=difference).sum(axis=0)
    deviations: Matrix = np.sqrt(squares / len(encoded))
    return deviations
