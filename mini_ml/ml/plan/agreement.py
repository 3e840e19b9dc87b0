"""Build the scoring plan of a model, and check that it predicts the same as the fitted pipeline."""

import io
from typing import BinaryIO, Final

import numpy as np

from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.plan import store
from mini_ml.ml.plan.compilers import compile_estimator

RELATIVE_TOLERANCE: Final = 1e-9
"""Maximum relative difference of numbers and probabilities; labels must be equal."""
ABSOLUTE_TOLERANCE: Final = 1e-12
"""Maximum absolute difference, for numbers close to 0."""
MOST_ROWS: Final = 20_000
"""Maximum number of hold-out rows to compare, evenly spaced, so that a large table does not take minutes."""


def build_plan(model: FittedModel, holdout: Frame, predictions: Predictions) -> bytes | None:
    """Compile a model to a scoring plan, and compare the predictions of both.

    The plan is read back from its file before it is compared.

    Args:
        model: the fitted pipeline.
        holdout: rows that the measured model was not fitted on.
        predictions: the predictions of the model for these rows.

    Returns:
        The plan as a file; None if the estimator cannot be compiled, the predictions differ, or there are no hold-out
        rows.
    """
    file = io.BytesIO()
    if not holdout.rows or not _dump_compiled(model, file):
        return None
    file.seek(0)
    plan = store.load(file)
    rows = _evenly_spaced(holdout.rows)
    return file.getvalue() if plan is not None and agree(plan, holdout.take(rows), predictions.at(rows)) else None


def _dump_compiled(model: FittedModel, file: BinaryIO) -> bool:
    """Write the scoring plan, and return whether every estimator of the model can be compiled."""
    compiled = [estimator for member in model.members if (estimator := compile_estimator(member.estimator))]
    if len(compiled) < len(model.members):
        return False
    store.dump(model, compiled, file)
    return True


def agree(plan: FittedModel, rows: Frame, predictions: Predictions) -> bool:
    """Return whether a plan predicts the same labels, and the same numbers and probabilities within the tolerance."""
    planned = plan.predict_all(rows)
    if plan.schema.labels is not None and predictions.values != planned.values:
        return False
    mine, theirs = (_comparable_numbers(plan, each) for each in (planned, predictions))
    return np.allclose(mine, theirs, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE)


def _comparable_numbers(model: FittedModel, predictions: Predictions) -> Matrix:
    """Return probabilities or predicted numbers; an empty array for a classifier without probabilities."""
    if predictions.probabilities is not None:
        return predictions.probabilities
    return np.array(predictions.values if model.schema.labels is None else (), dtype=np.float64)


def _evenly_spaced(rows: int) -> slice:
    return slice(0, rows, -(-rows // MOST_ROWS))
