"""Compute the metrics of predictions on hold-out rows; a metric that cannot be computed is None and has a note."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from mini_ml.contracts import ClassificationMetrics, Label, RegressionMetrics

ClassCodes = NDArray[np.int64]
Numbers = NDArray[np.float64]
Scores = dict[str, float | None]

_NO_ROWS_IN_CLASSES: Final = "there are no hold-out rows: no class has three rows with a target"
_NO_ROWS: Final = "there are no hold-out rows: fewer than three rows have a target"
_TOO_LARGE: Final = "the numbers are too large to compute it"
_PERFECT_LOG_LOSS: Final = 2 * float(np.finfo(np.float64).eps)
"""scikit-learn clips probabilities at 1 - eps, so the log loss of a perfect model is eps instead of 0."""


def measure_classification(
    truth: ClassCodes, predicted: ClassCodes, probabilities: Numbers | None, *, labels: Sequence[Label]
) -> ClassificationMetrics:
    """Compute the metrics of a classifier.

    Args:
        truth: shape ``(n,)``, codes of the true labels: positions in `labels`.
        predicted: shape ``(n,)``, codes of the predicted labels.
        probabilities: shape ``(n, len(labels))``; None if the model has no probabilities.
        labels: all classes of the training rows, whether or not they occur in the hold-out rows.
    """
    notes: dict[str, str] = {}
    scores: Scores = dict.fromkeys(("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc"))
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    if len(truth):
        with _no_warnings():
            confusion = metrics.confusion_matrix(truth, predicted, labels=np.arange(len(labels)))
            scores |= _score_labels(truth, predicted)
            scores |= _score_probabilities(truth, probabilities, len(labels), notes)
    else:
        notes = dict.fromkeys(scores, _NO_ROWS_IN_CLASSES)
    return ClassificationMetrics(
        **scores,
        confusion_matrix=tuple(tuple(row) for row in confusion.tolist()),
        labels=tuple(labels),
        holdout_rows=len(truth),
        notes=notes,
    )


def macro_f1(truth: ClassCodes, predicted: ClassCodes) -> float:
    """Return the mean F1 over the classes that occur in `truth` or `predicted`; both have shape ``(n,)``, n > 0."""
    with _no_warnings():
        return float(metrics.f1_score(truth, predicted, average="macro"))


def measure_regression(truth: Numbers, predicted: Numbers) -> RegressionMetrics:
    """Compute the metrics of a regressor; both arrays have shape ``(n,)``."""
    if not len(truth):
        notes = dict.fromkeys(("r2", "mae", "rmse"), _NO_ROWS)
        return RegressionMetrics(r2=None, mae=None, rmse=None, holdout_rows=0, notes=notes)
    scores = _score_numbers(truth, predicted)
    notes = {name: _TOO_LARGE for name, score in scores.items() if not np.isfinite(score)}
    if truth.min() == truth.max():
        notes["r2"] = "the hold-out rows all have the same target"
    known = {name: None if name in notes else score for name, score in scores.items()}
    return RegressionMetrics(**known, holdout_rows=len(truth), notes=notes)


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Suppress the warnings of scikit-learn and numpy: notes say which metrics are undefined."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _score_numbers(truth: Numbers, predicted: Numbers) -> dict[str, float]:
    if not np.isfinite(predicted).all():  # scikit-learn raises ValueError for these
        return dict.fromkeys(("r2", "mae", "rmse"), np.inf)
    with _no_warnings():
        return {
            "r2": float(metrics.r2_score(truth, predicted)),
            "mae": float(metrics.mean_absolute_error(truth, predicted)),
            "rmse": float(metrics.root_mean_squared_error(truth, predicted)),
        }


def _score_labels(truth: ClassCodes, predicted: ClassCodes) -> Scores:
    return {
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(truth, predicted)),
        "f1_macro": macro_f1(truth, predicted),
    }


def _score_probabilities(
    truth: ClassCodes, probabilities: Numbers | None, classes: int, notes: dict[str, str]
) -> Scores:
    if probabilities is None or not np.isfinite(probabilities).all():
        notes |= dict.fromkeys(("log_loss", "roc_auc"), "this model type has no probabilities")
        return {}
    absent = classes - len(np.unique(truth))
    if absent:
        notes["roc_auc"] = f"the hold-out rows lack {absent} of {classes} classes: these have too few rows"
    return {
        "log_loss": _log_loss(truth, probabilities),
        "roc_auc": None if absent else _roc_auc(truth, probabilities, classes),
    }


def _log_loss(truth: ClassCodes, probabilities: Numbers) -> float:
    """Return the mean log loss, which depends only on the probability that each row gives to its true class.

    So scikit-learn gets one column instead of a column per class, which gives the same result in a fraction of the
    time.
    """
    # Rounding can put a probability just outside 0 to 1, for which scikit-learn raises ValueError.
    of_truth = np.clip(probabilities[np.arange(len(truth)), truth], 0.0, 1.0)
    loss = float(metrics.log_loss(np.ones_like(truth), of_truth, labels=[0, 1]))
    return 0.0 if loss <= _PERFECT_LOG_LOSS else loss


def _roc_auc(truth: ClassCodes, probabilities: Numbers, classes: int) -> float:
    """Return the area under the ROC curve of each class against the rest, averaged over the classes.

    With `multi_class="ovr"`, scikit-learn's `roc_auc_score` raises ValueError if a row does not sum to 1.
    """
    return float(np.mean([_area_under_roc(truth == code, probabilities[:, code]) for code in range(classes)]))


def _area_under_roc(is_positive: NDArray[np.bool_], scores: Numbers) -> float:
    # scikit-learn sorts stably, which takes much longer unless the scores are sorted already. Ties need no order.
    order = np.argsort(scores)[::-1]
    false_positives, true_positives, _ = metrics.roc_curve(is_positive[order], scores[order])
    return float(metrics.auc(false_positives, true_positives))
