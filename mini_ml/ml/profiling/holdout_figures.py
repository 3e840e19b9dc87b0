"""Compute the figures that need only the predictions of the hold-out rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import ClassCurves, Histogram, Label, ProfileNote, ProfilePart, RegressionFigures, WorstError
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.measures.losses import log_losses
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.profiling.curves import build_curves, choose_labels
from mini_ml.ml.profiling.histograms import build_quantiles
from mini_ml.ml.profiling.predictions import MOST_POINTS, compare_numbers, find_worst_labels, find_worst_numbers


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """The hold-out rows, and what the model predicts for them."""

    target: NDArray[Any]
    """Shape (rows,): codes of labels, or numbers."""
    predicted: NDArray[Any]
    """Shape (rows,): codes of labels, or numbers."""
    probabilities: Matrix | None
    """Shape (rows, labels); None if the model has none."""
    lines: Codes
    """Shape (rows,): the line of the file on which each row begins."""

    @classmethod
    def of(
        cls, predictions: Predictions, *, target: NDArray[Any], lines: Codes, labels: Sequence[Label] | None
    ) -> "Holdout":
        """Return rows with their predictions, labels as codes."""
        codes = {label: code for code, label in enumerate(labels or ())}
        values = predictions.values if labels is None else [codes[label] for label in predictions.values]
        return cls(
            target=target,
            predicted=np.array(values, dtype=target.dtype),
            probabilities=predictions.probabilities,
            lines=lines,
        )


@dataclass(frozen=True, kw_only=True)
class HoldoutFigures:
    """The figures of a classifier or of a regressor."""

    prediction_counts: tuple[int, ...] = ()
    prediction_quantiles: Histogram | None = None
    curves: tuple[ClassCurves, ...] = ()
    regression: RegressionFigures | None = None
    worst_errors: tuple[WorstError, ...] = ()
    notes: tuple[ProfileNote, ...] = ()


def compute_holdout_figures(holdout: Holdout, labels: Sequence[Label] | None) -> HoldoutFigures:
    """Return the figures of hold-out rows.

    Args:
        holdout: the rows, maybe none.
        labels: the labels by code; None for regression.
    """
    if not len(holdout.target):
        parts: list[ProfilePart] = ["curves" if labels else "regression", "worst_errors"]
        return HoldoutFigures(notes=tuple(ProfileNote(code="no_holdout_rows", part=part) for part in parts))
    return _describe_numbers(holdout) if labels is None else _describe_labels(holdout, labels)


def _describe_numbers(holdout: Holdout) -> HoldoutFigures:
    shown = min(MOST_POINTS, len(holdout.target))
    notes = [ProfileNote(code="sampled", part="regression", rows=shown)] if shown < len(holdout.target) else []
    return HoldoutFigures(
        prediction_quantiles=build_quantiles(holdout.predicted),
        regression=compare_numbers(holdout.target, holdout.predicted),
        worst_errors=find_worst_numbers(holdout.target, holdout.predicted, holdout.lines),
        notes=tuple(notes),
    )


def _describe_labels(holdout: Holdout, labels: Sequence[Label]) -> HoldoutFigures:
    truth, predicted, probabilities = holdout.target, holdout.predicted, holdout.probabilities
    if probabilities is None:
        losses = (truth != predicted).astype(np.float64)
        curves: tuple[ClassCurves, ...] = ()
        notes = [ProfileNote(code="no_probabilities", part="curves")]
    else:
        losses, curves = log_losses(truth, probabilities), build_curves(truth, probabilities, labels)
        notes = list(_note_absent_curves(truth, len(labels), len(curves)))
    return HoldoutFigures(
        prediction_counts=tuple(np.bincount(predicted, minlength=len(labels)).tolist()),
        curves=curves,
        worst_errors=find_worst_labels(truth, predicted, losses, holdout.lines, labels),
        notes=tuple(notes),
    )


def _note_absent_curves(truth: Codes, classes: int, shown: int) -> Iterator[ProfileNote]:
    possible = len(choose_labels(truth, classes, most=classes))
    wanted = 1 if classes == 2 else classes
    if possible < wanted:
        yield ProfileNote(code="labels_without_rows", part="curves", count=wanted - possible)
    if shown < possible:
        yield ProfileNote(code="many_labels", part="curves", count=possible - shown)
