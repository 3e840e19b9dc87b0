"""Measure how wrong the prediction of each row is, in a unit that does not depend on the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label
from mini_ml.ml.frame import Matrix
from mini_ml.ml.measures.losses import log_losses
from mini_ml.ml.model.fitted import Predictions


@dataclass(frozen=True)
class RowLosses:
    """The loss of each row: the log loss, or 1 for a wrong label, or the squared error in variances of the target."""

    labels: Sequence[Label] | None
    """The labels by code; None for regression."""
    deviation: float = 1.0
    """Standard deviation of the target; regression only."""

    @classmethod
    def of(cls, labels: Sequence[Label] | None, target: NDArray[Any]) -> "RowLosses":
        """Return the losses of a model whose hold-out rows have this target."""
        if labels is not None:
            return cls(labels)
        with np.errstate(all="ignore"):
            deviation = float(target.std())
        return cls(None, deviation if 0 < deviation < np.inf else 1.0)

    def measure(self, predictions: Predictions, target: NDArray[Any]) -> Matrix:
        """Return the losses of predictions.

        Args:
            predictions: of some rows.
            target: shape (rows,), codes of their labels, or numbers.
        """
        if self.labels is None:
            with np.errstate(over="ignore"):
                errors = (np.array(predictions.values, dtype=np.float64) - target) / self.deviation
                losses: Matrix = errors * errors
            return losses
        if predictions.probabilities is not None:
            return log_losses(target, predictions.probabilities)
        codes = {label: code for code, label in enumerate(self.labels)}
        predicted = np.array([codes[label] for label in predictions.values])
        wrong: Matrix = np.not_equal(predicted, target).astype(np.float64)
        return wrong
