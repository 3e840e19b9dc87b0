"""Measure predictions of hold-out rows; a metric that cannot be computed is None and says why."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import ClassificationMetrics, Label, RegressionMetrics

Codes = NDArray[np.int64]
Numbers = NDArray[np.float64]

_NO_ROWS: Final = "there are no hold-out rows: no class has three rows with a target"
_TOO_LARGE: Final = "the numbers are too large for it"
_TOO_FEW: Final = "there are no hold-out rows: fewer than three rows have a target"


def classification(
    truth: Codes, predicted: Codes, probabilities: Numbers | None, *, labels: Sequence[Label]
) -> ClassificationMetrics:
    """Measure a classifier.

    Args:
        truth: shape ``(n,)``, codes of the true labels: positions in `labels`.
        predicted: shape ``(n,)``, codes of the predicted labels.
        probabilities: shape ``(n, len(labels))``; None where the model gives none.
        labels: every class known to training, present among the hold-out rows or not.
    """
    confusion = _confusion(truth, predicted, classes=len(labels))
    notes: dict[str, str] = {}
    scores: dict[str, float | None] = dict.fromkeys(
        ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc")
    )
    if len(truth):
        scores |= _of_labels(confusion) | _of_probabilities(truth, probabilities, len(labels), notes)
    else:
        notes = dict.fromkeys(scores, _NO_ROWS)
    return ClassificationMetrics(
        **scores,
        confusion_matrix=tuple(tuple(row) for row in confusion.tolist()),
        labels=tuple(labels),
        holdout_rows=len(truth),
        notes=notes,
    )


def regression(truth: Numbers, predicted: Numbers) -> RegressionMetrics:
    """Measure a regressor; both arrays have shape ``(n,)``."""
    if not len(truth):
        notes = dict.fromkeys(("r2", "mae", "rmse"), _TOO_FEW)
        return RegressionMetrics(r2=None, mae=None, rmse=None, holdout_rows=0, notes=notes)
    scores = _of_numbers(truth, predicted)
    notes = {name: _TOO_LARGE for name, score in scores.items() if not np.isfinite(score)}
    if truth.min() == truth.max():
        notes["r2"] = "the hold-out rows all have the same target"
    kept = {name: None if name in notes else score for name, score in scores.items()}
    return RegressionMetrics(**kept, holdout_rows=len(truth), notes=notes)


def macro_f1(confusion: NDArray[np.int64]) -> float:
    """Return the mean F1 over the classes that occur, as truth or as prediction."""
    hits, true, said = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    occurs = true + said > 0
    return float(np.mean(2 * hits[occurs] / (true + said)[occurs]))


def _of_numbers(truth: Numbers, predicted: Numbers) -> dict[str, float]:
    with np.errstate(all="ignore"):
        errors = predicted - truth
        spread = np.sum((truth - truth.mean()) ** 2)
        return {
            "r2": float(1 - np.sum(errors**2) / spread),
            "mae": float(np.mean(np.abs(errors))),
            "rmse": float(np.sqrt(np.mean(errors**2))),
        }


def _confusion(truth: Codes, predicted: Codes, *, classes: int) -> NDArray[np.int64]:
    cells = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def _of_labels(confusion: NDArray[np.int64]) -> dict[str, float | None]:
    hits, true = np.diag(confusion), confusion.sum(axis=1)
    return {
        "accuracy": float(hits.sum() / true.sum()),
        "balanced_accuracy": float(np.mean(hits[true > 0] / true[true > 0])),
        "f1_macro": macro_f1(confusion),
    }


def _of_probabilities(
    truth: Codes, probabilities: Numbers | None, classes: int, notes: dict[str, str]
) -> dict[str, float | None]:
    if probabilities is None or not np.isfinite(probabilities).all():
        notes |= dict.fromkeys(("log_loss", "roc_auc"), "this model type gives no probabilities")
        return {}
    given = np.clip(probabilities[np.arange(len(truth)), truth], np.finfo(np.float64).eps, 1.0)
    absent = classes - len(np.unique(truth))
    if absent:
        notes["roc_auc"] = f"the hold-out rows lack {absent} of {classes} classes: too few rows have them"
    return {
        "log_loss": float(abs(np.mean(np.log(given)))),
        "roc_auc": None if absent else _roc_auc(truth, probabilities, classes),
    }


def _roc_auc(truth: Codes, probabilities: Numbers, classes: int) -> float:
    """Return the area under the curve of each class against the rest, averaged; for two classes they are equal."""
    return float(np.mean([_area(truth == code, probabilities[:, code]) for code in range(classes)]))


def _area(positive: NDArray[np.bool_], score: Numbers) -> float:
    """Return the chance that a positive row outranks a negative one, ties counting half (Mann-Whitney)."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(counts) - (counts - 1) / 2
    hits = int(positive.sum())
    rank_sum = float(middle_rank[inverse][positive].sum())
    return (rank_sum - hits * (hits + 1) / 2) / (hits * (len(positive) - hits))
