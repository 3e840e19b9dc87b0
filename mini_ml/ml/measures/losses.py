"""Measure how wrong the probabilities of each row are."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix

_LEAST_PROBABILITY: Final = float(np.finfo(np.float64).eps)
"""What stands for a probability of 0 in the log loss, as in scikit-learn."""


def log_losses(truth: NDArray[np.int64], probabilities: Matrix) -> Matrix:
    """Return the log loss of each row, which depends only on the probability that it gives to its true class."""
    # Rounding can put a probability just outside 0 to 1.
    of_truth = np.clip(probabilities[np.arange(len(truth)), truth], _LEAST_PROBABILITY, 1.0)
    losses: Matrix = 0.0 - np.log(of_truth)  # the difference has no negative zero
    return losses


def squared_losses(truth: NDArray[np.int64], probabilities: Matrix) -> Matrix:
    """Return the Brier score of each row: squared errors, summed over the classes and halved if there are two."""
    of_truth = probabilities[np.arange(len(truth)), truth]
    squares = np.einsum("rc,rc->r", probabilities, probabilities)
    summed = squares - 2 * of_truth + 1
    losses: Matrix = np.maximum(summed / 2 if probabilities.shape[1] == 2 else summed, 0.0)
    return losses
