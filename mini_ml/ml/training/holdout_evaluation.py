"""Have a fitted model predict the rows that were held out, as it will be served, and measure what it says."""

from dataclasses import dataclass

import numpy as np

from mini_ml.contracts import Metrics
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.prepare import Dataset
from mini_ml.ml.training.split import Split


@dataclass(frozen=True)
class HoldoutEvaluation:
    """What a model said of the hold-out rows."""

    answers: Predictions
    metrics: Metrics


def evaluate_on_holdout(model: FittedModel, dataset: Dataset) -> HoldoutEvaluation:
    """Measure the model; one without hold-out rows must still show that it can predict.

    Raises FloatingPointError where it predicts a number that is not finite.
    """
    split = dataset.split
    if not len(split.holdout):
        model.answers(dataset.frame.take(split.training[:10]), strict=True)
        return HoldoutEvaluation(Predictions([]), _measured(split, Predictions([])))
    answers = model.answers(dataset.holdout, strict=True)
    return HoldoutEvaluation(answers, _measured(split, answers))


def _measured(split: Split, answers: Predictions) -> Metrics:
    """Hold the answers to the target; labels become codes again only here."""
    if split.labels is None:
        return evaluation.regression(split.holdout_target, np.array(answers.values, dtype=np.float64))
    codes = {label: code for code, label in enumerate(split.labels)}
    predicted = np.array([codes[label] for label in answers.values], dtype=np.int64)
    return evaluation.classification(split.holdout_target, predicted, answers.probabilities, labels=split.labels)
