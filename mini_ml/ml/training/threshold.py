"""Find the probability from which predicting a label gives the best F1."""

from collections.abc import Sequence

import numpy as np

from mini_ml.contracts import Label, Threshold
from mini_ml.ml.frame import Codes, Matrix


def find_best_threshold(truth: Codes, probabilities: Matrix, labels: Sequence[Label]) -> Threshold | None:
    """Return the threshold of the second label that gives the best F1 of that label.

    It lies halfway between the probabilities of two rows, so that rows of the future on either side are treated alike;
    0 predicts the label for every row. Of several best thresholds, the smallest one is returned: it misses least.

    Args:
        truth: shape (rows,), codes of the true labels.
        probabilities: shape (rows, labels), from models that were not fitted on the row that they answer.
        labels: the labels by code.

    Returns:
        None unless there are two labels, rows of both, and finite probabilities.
    """
    if len(labels) != 2 or len(np.unique(truth)) < 2 or not np.isfinite(probabilities).all():
        return None
    order = np.argsort(probabilities[:, 1], kind="stable")
    scores, is_second = probabilities[order, 1], truth[order] == 1
    starts = np.flatnonzero(np.append(True, np.diff(scores) > 0))
    found = np.cumsum(is_second[::-1])[::-1][starts]
    f1 = 2 * found / (is_second.sum() + len(scores) - starts)
    best = int(f1.argmax())
    probability = 0.0 if best == 0 else _between(scores[starts[best] - 1], scores[starts[best]])
    return Threshold(label=labels[1], probability=probability, f1=float(f1[best]))


def _between(low: float, high: float) -> float:
    """Return a number that is larger than `low` and at most `high`."""
    middle = float(low + (high - low) / 2)
    return middle if middle > low else float(high)
