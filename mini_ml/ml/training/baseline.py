"""Compare a model with one that does not look at the features."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from mini_ml.contracts import ClassificationMetrics, DataWarning, Label, Metrics
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.schema.data_warnings import write_warning
from mini_ml.ml.training.evaluation import (
    CLASSIFICATION_METRICS,
    REGRESSION_METRICS,
    Scores,
    measure_classification,
    measure_regression,
)

_NAMES: Final = {"log_loss": "log loss", "accuracy": "accuracy", "rmse": "RMSE"}
"""How the message of the warning calls a metric."""


def measure_class_baseline(truth: Codes, training: Codes, *, labels: Sequence[Label]) -> Scores:
    """Return the metrics of answering with the most frequent label, and the frequencies of the labels, each time.

    Args:
        truth: shape (hold-out rows,), codes of the true labels.
        training: shape (training rows,), codes of the labels to count; each occurs.
        labels: the labels by code.
    """
    if not len(truth):
        return {}
    frequencies = np.bincount(training, minlength=len(labels)) / len(training)
    predicted = np.full(len(truth), frequencies.argmax())
    probabilities = np.broadcast_to(frequencies, (len(truth), len(labels)))
    metrics = measure_classification(truth, predicted, probabilities, labels=labels)
    return {name: getattr(metrics, name) for name in CLASSIFICATION_METRICS}


def measure_mean_baseline(truth: Matrix, training: Matrix) -> Scores:
    """Return the metrics of answering with the mean of the training rows each time.

    Args:
        truth: shape (hold-out rows,).
        training: shape (training rows,), the numbers whose mean is taken.
    """
    if not len(truth):
        return {}
    with np.errstate(over="ignore"):
        metrics = measure_regression(truth, np.full(len(truth), training.mean()))
    return {name: getattr(metrics, name) for name in REGRESSION_METRICS}


def warn_of_baseline(metrics: Metrics) -> DataWarning | None:
    """Return a warning if a model is not better than its baseline.

    The log loss decides, for models without probabilities the accuracy, and the RMSE for regressions.
    """
    if isinstance(metrics, ClassificationMetrics):
        metric, answer = ("log_loss" if metrics.log_loss is not None else "accuracy"), "the class frequencies"
    else:
        metric, answer = "rmse", "the mean"
    if metric == "accuracy":
        answer = "the most frequent label"
    score, baseline = getattr(metrics, metric), metrics.baseline.get(metric)
    if score is None or baseline is None or (score > baseline if metric == "accuracy" else score < baseline):
        return None
    return write_warning(
        "not_better_than_baseline",
        params={
            "metric": metric,
            "name": _NAMES[metric],
            "answer": answer,
            "score": f"{score:.4g}",
            "baseline": f"{baseline:.4g}",
        },
    )
