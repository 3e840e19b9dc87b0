"""No plan is published that was not seen to agree with the pipeline it stands in for."""

import io
from typing import Final

import numpy as np

from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.plan import store
from mini_ml.ml.plan.compilers import compiled

RELATIVE_TOLERANCE: Final = 1e-9
"""How far numbers and probabilities may lie apart, as a share of the pipeline's; labels must be the same."""
ABSOLUTE_TOLERANCE: Final = 1e-12
"""What is forgiven beside it, to numbers next to nothing."""
MOST_ROWS: Final = 20_000
"""Hold-out rows that are compared at most, evenly chosen among all, so that a long table costs no minutes."""


def plan_of(model: FittedModel, holdout: Frame, answers: Predictions) -> bytes | None:
    """Return the plan of a model as a file, or None: the estimator has none, or it did not agree.

    What is compared is the file as it will be read, not what it was made of. Without hold-out rows there is no plan.

    Args:
        model: the fitted pipeline.
        holdout: rows that it was not fitted on.
        answers: what it said of them.
    """
    form = compiled(model.estimator)
    if form is None or not holdout.rows:
        return None
    file = io.BytesIO()
    store.dump(model, form, file)
    file.seek(0)
    plan = store.load(file)
    rows = _evenly(holdout.rows)
    return file.getvalue() if plan is not None and agree(plan, holdout.take(rows), answers.at(rows)) else None


def agree(plan: FittedModel, rows: Frame, answers: Predictions) -> bool:
    """Tell whether a plan gives these rows the same labels, and the same numbers and probabilities but for rounding."""
    planned = plan.answers(rows)
    if plan.schema.labels is not None and answers.values != planned.values:
        return False
    mine, theirs = (_numbers(plan, predictions) for predictions in (planned, answers))
    return np.allclose(mine, theirs, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE)


def _numbers(model: FittedModel, predictions: Predictions) -> Matrix:
    """Return probabilities, or predicted numbers; nothing where a classifier has no probabilities."""
    if predictions.probabilities is not None:
        return predictions.probabilities
    return np.array(predictions.values if model.schema.labels is None else (), dtype=np.float64)


def _evenly(rows: int) -> slice:
    return slice(0, rows, -(-rows // MOST_ROWS))
