"""Compute the metrics of predictions on hold-out rows; a metric that cannot be computed is None and has a note."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from mini_ml.contracts import ClassificationMetrics, Label, RegressionMetrics
from mini_ml.ml.measures.losses import log_losses, squared_losses
from mini_ml.ml.measures.ranking import measure_ranking

ClassCodes = NDArray[np.int64]
Numbers = NDArray[np.float64]
Scores = dict[str, float | None]

PROBABILITY_METRICS: Final = ("log_loss", "roc_auc", "average_precision", "brier_score")
CLASSIFICATION_METRICS: Final = ("accuracy", "balanced_accuracy", "f1_macro", *PROBABILITY_METRICS)
REGRESSION_METRICS: Final = ("r2", "mae", "rmse", "median_absolute_error")

_NO_ROWS: Final = "there are no hold-out rows: all rows were needed for the training"
_TOO_LARGE: Final = "the numbers are too large to compute it"


def measure_classification(
    truth: ClassCodes, predicted: ClassCodes, probabilities: Numbers | None, *, labels: Sequence[Label]
) -> ClassificationMetrics:
    """Compute the metrics of a classifier, without baseline and intervals.

    Args:
        truth: shape ``(n,)``, codes of the true labels: positions in `labels`.
        predicted: shape ``(n,)``, codes of the predicted labels.
        probabilities: shape ``(n, len(labels))``; None if the model has no probabilities.
        labels: all classes of the training rows, whether or not they occur in the hold-out rows.
    """
    notes: dict[str, str] = {}
    scores: Scores = dict.fromkeys(CLASSIFICATION_METRICS)
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    if len(truth):
        with _no_warnings():
            confusion = metrics.confusion_matrix(truth, predicted, labels=np.arange(len(labels)))
            scores |= _score_labels(truth, predicted)
            scores |= _score_probabilities(truth, probabilities, len(labels), notes)
    else:
        notes = dict.fromkeys(scores, _NO_ROWS)
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
    """Compute the metrics of a regressor, without baseline and intervals; both arrays have shape ``(n,)``."""
    if not len(truth):
        none: Scores = dict.fromkeys(REGRESSION_METRICS)
        return RegressionMetrics(**none, holdout_rows=0, notes=dict.fromkeys(REGRESSION_METRICS, _NO_ROWS))
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
        return dict.fromkeys(REGRESSION_METRICS, np.inf)
    with _no_warnings():
        return {
            "r2": float(metrics.r2_score(truth, predicted)),
            "mae": float(metrics.mean_absolute_error(truth, predicted)),
            "rmse": float(metrics.root_mean_squared_error(truth, predicted)),
            "median_absolute_error": float(metrics.median_absolute_error(truth, predicted)),
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
        notes |= dict.fromkeys(PROBABILITY_METRICS, "this model type has no probabilities")
        return {}
    scores: Scores = {
        "log_loss": float(log_losses(truth, probabilities).mean()),
        "brier_score": float(squared_losses(truth, probabilities).mean()),
    }
    if absent := classes - len(np.unique(truth)):
        reason = f"the hold-out rows lack {absent} of {classes} classes"
        notes |= dict.fromkeys(("roc_auc", "average_precision"), reason)
        return scores
    areas = measure_ranking(truth, probabilities)
    return {**scores, "roc_auc": areas.roc_auc, "average_precision": areas.average_precision}
