"""Measure how well probabilities rank the rows of a class above the others."""

from dataclasses import dataclass

import numpy as np

from mini_ml.ml.frame import Codes, Matrix


@dataclass(frozen=True)
class Areas:
    """Areas under the curves of a ranking."""

    roc_auc: float
    average_precision: float


def measure_ranking(truth: Codes, probabilities: Matrix) -> Areas:
    """Return the areas for each class against the rest, averaged over the classes.

    With two classes, the average precision is that of the second one: the precision of the first one says nothing new
    about the model, and most people look for “yes”, “true” or 1.

    Args:
        truth: shape (rows,), the class of each row; every class occurs.
        probabilities: shape (rows, classes), finite; rows need not sum to 1.
    """
    by_class = np.split(np.argsort(truth, kind="stable"), np.cumsum(np.bincount(truth))[:-1])
    areas = [measure_class(probabilities[:, code], probabilities[rows, code]) for code, rows in enumerate(by_class)]
    ranked = areas[1:] if len(areas) == 2 else areas
    return Areas(
        roc_auc=float(np.mean([area.roc_auc for area in areas])),
        average_precision=float(np.mean([area.average_precision for area in ranked])),
    )


def measure_class(scores: Matrix, positive: Matrix) -> Areas:
    """Return the areas for one class.

    Args:
        scores: shape (rows,), of all rows.
        positive: the scores of the rows of the class; some, but not all.

    Only the places of its own rows in the order of all rows are needed. That takes a sort of numbers and no sort of
    positions, which takes several times as long.
    """
    ordered, positive = np.sort(scores), np.sort(positive)
    below, above = np.searchsorted(ordered, positive), np.searchsorted(ordered, positive, side="right")
    own_below, own_above = np.searchsorted(positive, positive), np.searchsorted(positive, positive, side="right")
    others_tied = (above - below) - (own_above - own_below)
    beaten = (below - own_below) + 0.5 * others_tied
    precision = (len(positive) - own_below) / (len(scores) - below)
    return Areas(float(beaten.mean()) / (len(scores) - len(positive)), float(precision.mean()))
