"""Compute metrics of hold-out rows that have weights, for many sets of weights at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array

from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.records.block import Marks

Weights = Matrix
"""Shape (rows, sets): the weight of each row in each set; positive."""
WeightedMetrics = Callable[[Weights], Mapping[str, Matrix]]
"""Computes metrics from weights; each has shape (sets,)."""
_TINY: Final = float(np.finfo(np.float64).tiny)


class MeanLoss:
    """A metric that is the mean of a loss of each row; rows after those with a loss do not count."""

    def __init__(self, name: str, losses: Matrix) -> None:
        self._name, self._losses = name, losses

    def __call__(self, weights: Weights) -> Mapping[str, Matrix]:
        rows = weights[: len(self._losses)]
        return {self._name: _dot(self._losses, rows) / rows.sum(axis=0)}


class LabelMetrics:
    """Metrics of predicted labels."""

    def __init__(self, truth: Codes, predicted: Codes, *, classes: Codes) -> None:
        """Create the metrics.

        Args:
            truth: shape (rows,), codes of the true labels.
            predicted: shape (rows,), codes of the predicted labels.
            classes: the codes whose F1 is averaged.
        """
        count = int(max(truth.max(), predicted.max())) + 1
        self._by_truth, self._by_predicted = _sum_by(truth, count), _sum_by(predicted, count)
        self._right = _sum_by(np.where(truth == predicted, truth, count), count + 1)
        self._present, self._classes = np.unique(truth), classes

    def __call__(self, weights: Weights) -> Mapping[str, Matrix]:
        true, predicted = self._by_truth @ weights, self._by_predicted @ weights
        right = (self._right @ weights)[:-1]
        recall = right[self._present] / true[self._present]
        f1 = 2 * right[self._classes] / (true + predicted)[self._classes]
        return {
            "accuracy": right.sum(axis=0) / true.sum(axis=0),
            "balanced_accuracy": recall.mean(axis=0),
            "f1_macro": f1.mean(axis=0),
        }


class RankingMetrics:
    """The areas under the curves, averaged over the classes; with two classes, both have the same ROC curve."""

    def __init__(self, truth: Codes, probabilities: Matrix) -> None:
        classes = probabilities.shape[1]
        ranked = range(1, 2) if classes == 2 else range(classes)
        self._curves = [_ClassCurve(truth == code, probabilities[:, code]) for code in ranked]

    def __call__(self, weights: Weights) -> Mapping[str, Matrix]:
        roc_auc, average_precision = np.mean([curve.measure(weights) for curve in self._curves], axis=0)
        return {"roc_auc": roc_auc, "average_precision": average_precision}


class _ClassCurve:
    """The rows of a class against the rest; see `ranking`."""

    def __init__(self, is_own: Marks, scores: Matrix) -> None:
        steps = np.unique(scores[is_own])
        self._steps = len(steps)
        places = np.searchsorted(steps, scores) + np.searchsorted(steps, scores, side="right")
        # Own rows are always at a step: these have the odd places, and the even ones lie between two steps.
        codes = np.where(is_own, places // 2, self._steps + places)
        self._by_place = _sum_by(codes, 3 * self._steps + 1)

    def measure(self, weights: Weights) -> Sequence[Matrix]:
        """Return the area under the ROC curve and the average precision."""
        summed = self._by_place @ weights
        own, others = summed[: self._steps], summed[self._steps :]
        share = own / own.sum(axis=0)
        below, tied = np.cumsum(others, axis=0)[:-1:2], others[1::2]
        # Sums from the other end, since differences of sums would not be exact where few rows are left.
        found, others_found = _sum_from_end(own), _sum_from_end(others)[1::2]
        precision = found / np.maximum(found + others_found, _TINY)  # random weights of added rows may round to 0
        return (share * (below + 0.5 * tied)).sum(axis=0) / others.sum(axis=0), (share * precision).sum(axis=0)


class NumberMetrics:
    """Metrics of predicted numbers."""

    def __init__(self, truth: Matrix, predicted: Matrix) -> None:
        self._absolute = np.abs(truth - predicted)
        self._centered = truth - truth.mean()
        self._order = np.argsort(self._absolute, kind="stable")

    def __call__(self, weights: Weights) -> Mapping[str, Matrix]:
        shares = weights / weights.sum(axis=0)
        squared = _dot(self._absolute**2, shares)
        variance = _dot(self._centered**2, shares) - _dot(self._centered, shares) ** 2
        return {
            "r2": 1 - squared / variance,
            "mae": _dot(self._absolute, shares),
            "rmse": np.sqrt(squared),
            "median_absolute_error": self._median(shares),
        }

    def _median(self, shares: Weights) -> Matrix:
        """Return the error up to which the smaller ones have half of the weight."""
        smaller = np.cumsum(shares[self._order], axis=0) < 0.5
        median: Matrix = self._absolute[self._order][smaller.sum(axis=0)]
        return median


def _sum_by(codes: Codes, count: int) -> Any:
    """Return a sparse matrix of shape (count, rows) that sums weights by code."""
    stops = np.cumsum(np.bincount(codes, minlength=count))
    order = np.argsort(codes, kind="stable")
    return csr_array((np.ones(len(codes)), order, np.append(0, stops)), shape=(count, len(codes)))


def _sum_from_end(values: Matrix) -> Matrix:
    return np.cumsum(values[::-1], axis=0)[::-1]


def _dot(values: Matrix, weights: Weights) -> Matrix:
    """Return the sums of weighted values; unlike the product of BLAS, the same with any number of threads."""
    sums: Matrix = np.einsum("r,rs->s", values, weights)
    return sums
