"""Inverse link functions: turn the raw sums of an estimator into predictions."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np

from mini_ml.ml.frame import Matrix

LinkFunction = Literal["identity", "log", "logit", "half_logit", "softmax"]


def logistic(raw: Matrix) -> Matrix:
    """Return 1 / (1 + exp(-raw)); if exp overflows, the result is correctly 0."""
    probabilities: Matrix = 1.0 / (1.0 + np.exp(-raw))
    return probabilities


def softmax(raw: Matrix) -> Matrix:
    """Return exp(raw), divided by the sum of each row."""
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    probabilities: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


INVERSES: Final[Mapping[LinkFunction, Callable[[Matrix], Matrix]]] = {
    "identity": lambda raw: raw,
    "log": np.exp,
    "logit": logistic,
    "half_logit": lambda raw: logistic(2 * raw),
    "softmax": softmax,
}
"""Inverse function by the name of the link."""


def two_classes(second: Matrix) -> Matrix:
    """Return the probabilities of both classes, shape (rows, 2), from those of the second class, shape (rows,)."""
    return np.stack((1 - second, second), axis=1)


def one_against_rest(raw: Matrix) -> Matrix:
    """Return the logistic of each class, divided by the sum of each row; equal probabilities if all are 0."""
    probabilities = logistic(raw)
    total = probabilities.sum(axis=1, keepdims=True)
    normed: Matrix = np.where(total == 0, 1 / raw.shape[1], probabilities / total)
    return normed
