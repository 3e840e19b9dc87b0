"""Compare the predictions of hold-out rows with their targets: predicted beside actual numbers, and worst errors."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from mini_ml.contracts import Label, RegressionFigures, WorstError
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.profiling.histograms import build_histogram
from mini_ml.ml.profiling.sampling import spread_evenly

MOST_POINTS: Final = 500
MOST_ERRORS: Final = 20


def compare_numbers(actual: Matrix, predicted: Matrix) -> RegressionFigures:
    """Return the figures of predicted numbers; both arrays have shape (rows,)."""
    shown = spread_evenly(len(actual), most=MOST_POINTS)
    with np.errstate(over="ignore"):
        residuals = actual - predicted
    return RegressionFigures(
        actual=tuple(actual[shown].tolist()),
        predicted=tuple(predicted[shown].tolist()),
        residuals=build_histogram(residuals) if np.isfinite(residuals).all() else None,
    )


def find_worst_labels(
    truth: Codes, predicted: Codes, losses: Matrix, lines: Codes, labels: Sequence[Label]
) -> tuple[WorstError, ...]:
    """Return the rows with a wrong label whose loss is largest.

    Args:
        truth: shape (rows,), codes of the true labels.
        predicted: shape (rows,), codes of the predicted labels.
        losses: shape (rows,).
        lines: shape (rows,), line of each row in the file.
        labels: the labels by code.
    """
    worst = [row for row in _rank(np.where(truth == predicted, -np.inf, losses)) if truth[row] != predicted[row]]
    return tuple(
        WorstError(
            line=int(lines[row]),
            actual=labels[truth[row]],
            predicted=labels[predicted[row]],
            loss=float(losses[row]),
        )
        for row in worst
    )


def find_worst_numbers(actual: Matrix, predicted: Matrix, lines: Codes) -> tuple[WorstError, ...]:
    """Return the rows with the largest absolute errors; all arrays have shape (rows,)."""
    losses = np.abs(actual / 2 - predicted / 2)  # half of them, as the difference of large numbers may be infinite
    largest = np.finfo(np.float64).max
    return tuple(
        WorstError(
            line=int(lines[row]),
            actual=float(actual[row]),
            predicted=float(predicted[row]),
            loss=min(2 * float(losses[row]), float(largest)),
        )
        for row in _rank(losses)
        if losses[row] > 0
    )


def _rank(losses: Matrix) -> list[int]:
    """Return the positions of the largest losses, largest first; of equals, the first."""
    ranked: list[int] = np.argsort(-losses, kind="stable")[:MOST_ERRORS].tolist()
    return ranked
