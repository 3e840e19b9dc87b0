"""Have a fitted model predict the rows that were held out, as it will be served, and measure what it says."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Metrics
from mini_ml.errors import Fault, TrainingFailed
from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.split import Split

_NOT_FINITE: Final = "some predictions for the hold-out rows are infinite or not a number"


def rehearse(model: FittedModel, frame: Frame, split: Split) -> Metrics:
    """Measure the model; one without hold-out rows must still show that it can predict."""
    if not len(split.holdout):
        model.predict(frame.take(split.training[:10]), probabilities=model.schema.probabilities)
    return _measure(model, frame.take(split.holdout), split)


def _measure(model: FittedModel, holdout: Frame, split: Split) -> Metrics:
    """Measure the model as it is served; its labels become codes again only here."""
    if split.labels is None:
        return evaluation.regression(split.holdout_target, _numbers(model, holdout))
    if not holdout.rows:
        nothing = np.empty(0, dtype=np.int64)
        return evaluation.classification(nothing, nothing, None, labels=split.labels)
    predictions = model.predict(holdout, probabilities=model.schema.probabilities)
    codes = {label: code for code, label in enumerate(split.labels)}
    predicted = np.array([codes[label] for label in predictions.values], dtype=np.int64)
    return evaluation.classification(split.holdout_target, predicted, predictions.probabilities, labels=split.labels)


def _numbers(model: FittedModel, holdout: Frame) -> NDArray[np.float64]:
    if not holdout.rows:
        return np.empty(0)
    predicted = np.array(model.predict(holdout).values, dtype=np.float64)
    if not np.isfinite(predicted).all():
        raise TrainingFailed(
            "The model predicts numbers that are not finite.",
            faults=[
                Fault(parameter="model_type", reason=_NOT_FINITE, hint="use another model type, or scale the target")
            ],
        )
    return predicted
