"""Evaluate a fitted model on the hold-out rows, which it predicts the same way as later requests."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mini_ml.contracts import ClassificationMetrics, DataWarning, Label, Metrics, RegressionMetrics
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.training import baseline, evaluation, intervals
from mini_ml.ml.training.prepare import ParsedDataset
from mini_ml.ml.training.split import Split


@dataclass(frozen=True)
class HoldoutEvaluation:
    """The predictions of the hold-out rows, and their metrics."""

    predictions: Predictions
    metrics: Metrics
    warnings: tuple[DataWarning, ...] = ()
    """What the metrics say about the model."""


def evaluate_on_holdout(model: FittedModel, dataset: ParsedDataset) -> HoldoutEvaluation:
    """Predict the hold-out rows and compute the metrics.

    Without hold-out rows, a few training rows are predicted, so that a model that cannot predict is never published.

    Raises:
        FloatingPointError: a predicted number is not finite.
    """
    predictions = predict_holdout(model, dataset)
    metrics = measure_holdout(dataset.split, predictions, groups=dataset.split.holdout_groups)
    warning = baseline.warn_of_baseline(metrics)
    return HoldoutEvaluation(predictions, metrics, () if warning is None else (warning,))


def predict_holdout(model: FittedModel, dataset: ParsedDataset) -> Predictions:
    """Return the predictions of the hold-out rows; raises as `evaluate_on_holdout` does."""
    split = dataset.split
    if len(split.holdout):
        return model.predict_all(dataset.holdout, strict=True)
    model.predict_all(dataset.frame.take(split.training[:10]), strict=True)
    return Predictions([])


def measure_holdout(split: Split, predictions: Predictions, *, groups: Codes | None = None) -> Metrics:
    """Compare the predictions of the hold-out rows with their target.

    Args:
        split: the hold-out rows and their target, and the training rows for the baseline.
        predictions: of the hold-out rows; labels are converted back to codes here.
        groups: shape (hold-out rows,), rows that resemble each other, for the intervals; None if rows are independent.
    """
    if split.labels is None:
        return _measure_numbers(split, np.array(predictions.values, dtype=np.float64), groups)
    codes = {label: code for code, label in enumerate(split.labels)}
    predicted = np.array([codes[label] for label in predictions.values], dtype=np.int64)
    return _measure_labels(split, split.labels, predicted, predictions.probabilities, groups)


def _measure_numbers(split: Split, predicted: Matrix, groups: Codes | None) -> RegressionMetrics:
    truth = split.holdout_target
    metrics = evaluation.measure_regression(truth, predicted)
    scores = metrics.model_dump(include=set(evaluation.REGRESSION_METRICS))
    return metrics.model_copy(
        update={
            "baseline": baseline.measure_mean_baseline(truth, split.training_target),
            "intervals": intervals.regression_intervals(truth, predicted, scores=scores, groups=groups),
        }
    )


def _measure_labels(
    split: Split, labels: Sequence[Label], predicted: Codes, probabilities: Matrix | None, groups: Codes | None
) -> ClassificationMetrics:
    truth = split.holdout_target
    metrics = evaluation.measure_classification(truth, predicted, probabilities, labels=labels)
    scores = metrics.model_dump(include=set(evaluation.CLASSIFICATION_METRICS))
    return metrics.model_copy(
        update={
            "baseline": baseline.measure_class_baseline(truth, split.training_target, labels=labels),
            "intervals": intervals.classification_intervals(
                truth, predicted, probabilities, scores=scores, groups=groups
            ),
        }
    )
