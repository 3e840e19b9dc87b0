"""Bring encoded columns to a common scale, for estimators that need one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mini_ml.ml.cells.words import LARGEST
from mini_ml.ml.frame import Matrix

Scale = Literal["standard", "unit"]
"""`standard`: mean 0, deviation 1 over the training rows. `unit`: 0 to 1, what lies outside is cut off."""


@dataclass(frozen=True)
class Scaling:
    """Subtract, then multiply, column by column."""

    shift: Matrix
    factor: Matrix
    clipped: bool

    @classmethod
    def fit(cls, encoded: Matrix, scale: Scale) -> "Scaling":
        """Learn from the training rows; a constant column becomes 0."""
        if scale == "unit":
            shift, spread = encoded.min(axis=0), np.ptp(encoded, axis=0)
        else:
            shift, spread = encoded.mean(axis=0), encoded.std(axis=0)
        usable = (spread > 0) & np.isfinite(spread)
        factor = np.divide(1.0, spread, out=np.zeros_like(spread), where=usable)
        return cls(shift, np.where(np.isfinite(factor), factor, 0.0), scale == "unit")

    def apply(self, encoded: Matrix, out: Matrix | None = None, columns: slice = slice(None)) -> Matrix:
        """Return the scaled matrix, in `out` where it is given; what would be too large for an estimator is cut off.

        Args:
            encoded: shape (rows, columns).
            out: where the result is written; may be `encoded` itself.
            columns: which columns of the whole matrix these are.
        """
        with np.errstate(over="ignore"):
            scaled: Matrix = np.subtract(encoded, self.shift[columns], out=out)
            scaled *= self.factor[columns]
        least, most = (0.0, 1.0) if self.clipped else (-LARGEST, LARGEST)
        return np.clip(scaled, least, most, out=scaled)
