"""Average the predictions of the members of an ensemble, and adjust how certain probabilities are."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.model.member import Member

_DECIMALS: Final = 9
"""Probabilities that differ less count as equal, so that rounding errors cannot change a label."""
_SMALLEST: Final = 1e-15
"""Probabilities are at least this much before their logarithm is taken."""


def average_numbers(members: Sequence[Member], frame: Frame) -> Matrix:
    """Return the weighted mean of the numbers that the members predict: shape (rows,)."""
    total = np.zeros(frame.rows)
    for member in members:
        total += member.weight * np.asarray(member.estimator.predict(member.encode(frame)), dtype=np.float64).ravel()
    return total


def average_probabilities(members: Sequence[Member], frame: Frame) -> Matrix:
    """Return the weighted mean of the members' class probabilities: shape (rows, classes)."""
    first, *others = (member.weight * member.estimator.predict_proba(member.encode(frame)) for member in members)
    total: Matrix = first
    for probabilities in others:
        total += probabilities
    return total


def most_probable(probabilities: Matrix) -> Codes:
    """Return the position of the most probable class of each row, the first one of equals."""
    positions: Codes = probabilities.round(_DECIMALS).argmax(axis=1)
    return positions


def sharpen(probabilities: Matrix, temperature: float) -> Matrix:
    """Divide the logarithms of probabilities by a temperature, and make each row add up to 1 again.

    Source: temperature scaling, Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    if temperature == 1.0:
        return probabilities
    raw = np.log(np.clip(probabilities, _SMALLEST, None)) / temperature
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    scaled: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return scaled
