"""Evaluate a fitted model on the hold-out rows, which it predicts the same way as later requests."""

from dataclasses import dataclass

import numpy as np

from mini_ml.contracts import Metrics
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.prepare import ParsedDataset
from mini_ml.ml.training.split import Split


@dataclass(frozen=True)
class HoldoutEvaluation:
    """The predictions of the hold-out rows, and their metrics."""

    predictions: Predictions
    metrics: Metrics


def evaluate_on_holdout(model: FittedModel, dataset: ParsedDataset) -> HoldoutEvaluation:
    """Predict the hold-out rows and compute the metrics.

    Without hold-out rows, a few training rows are predicted, so that a model that cannot predict is never published.

    Raises:
        FloatingPointError: a predicted number is not finite.
    """
    split = dataset.split
    if not len(split.holdout):
        model.predict_all(dataset.frame.take(split.training[:10]), strict=True)
        return HoldoutEvaluation(Predictions([]), _measure(split, Predictions([])))
    predictions = model.predict_all(dataset.holdout, strict=True)
    return HoldoutEvaluation(predictions, _measure(split, predictions))


def _measure(split: Split, predictions: Predictions) -> Metrics:
    """Compare predictions with the target; predicted labels are converted back to codes here."""
    if split.labels is None:
        return evaluation.measure_regression(split.holdout_target, np.array(predictions.values, dtype=np.float64))
    codes = {label: code for code, label in enumerate(split.labels)}
    predicted = np.array([codes[label] for label in predictions.values], dtype=np.int64)
    return evaluation.measure_classification(
        split.holdout_target, predicted, predictions.probabilities, labels=split.labels
    )
