"""From an estimator's raw sums to what it predicts."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np

from mini_ml.ml.frame import Matrix

Link = Literal["identity", "log", "logit", "half_logit", "softmax"]


def logistic(raw: Matrix) -> Matrix:
    """Return 1 / (1 + exp(-raw)); an overflow is 0, as it should be."""
    shares: Matrix = 1.0 / (1.0 + np.exp(-raw))
    return shares


def softmax(raw: Matrix) -> Matrix:
    """Return exp(raw) as shares of each row's sum."""
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


INVERSES: Final[Mapping[Link, Callable[[Matrix], Matrix]]] = {
    "identity": lambda raw: raw,
    "log": np.exp,
    "logit": logistic,
    "half_logit": lambda raw: logistic(2 * raw),
    "softmax": softmax,
}
"""What undoes each link, by name."""


def two_classes(second: Matrix) -> Matrix:
    """Return the probabilities of two classes from those of the second one."""
    return np.stack((1 - second, second), axis=1)


def one_against_rest(raw: Matrix) -> Matrix:
    """Return the logistic of each class, as shares of their sum; equal shares where all are 0."""
    shares = logistic(raw)
    total = shares.sum(axis=1, keepdims=True)
    normed: Matrix = np.where(total == 0, 1 / raw.shape[1], shares / total)
    return normed
