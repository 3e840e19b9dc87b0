"""Compute ROC, precision-recall and calibration of the probability of a label on hold-out rows."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from mini_ml.contracts import CalibrationBin, ClassCurves, Curve, Label
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.measures.ranking import measure_class
from mini_ml.ml.profiling.sampling import spread_evenly
from mini_ml.ml.records.block import Marks

MOST_POINTS: Final = 101
MOST_LABELS: Final = 12
MOST_BINS: Final = 10


def choose_labels(truth: Codes, classes: int, *, most: int = MOST_LABELS) -> list[int]:
    """Return the codes of the labels that have curves: those that some hold-out rows have, but not all.

    Args:
        truth: shape (rows,), codes of the true labels.
        classes: number of labels. Of two, only the second one has curves: those of the first say nothing new.
        most: maximum number of labels; the most frequent ones are chosen.
    """
    counts = np.bincount(truth, minlength=classes)
    known = [code for code in range(1 if classes == 2 else 0, classes) if 0 < counts[code] < len(truth)]
    return sorted(known, key=lambda code: (-counts[code], code))[:most]


def build_curves(truth: Codes, probabilities: Matrix, labels: Sequence[Label]) -> tuple[ClassCurves, ...]:
    """Return the curves of the most frequent labels, most frequent first.

    Args:
        truth: shape (rows,), codes of the true labels.
        probabilities: shape (rows, labels), finite.
        labels: the labels by code.
    """
    return tuple(
        _build_class_curves(truth == code, probabilities[:, code], labels[code])
        for code in choose_labels(truth, len(labels))
    )


def _build_class_curves(is_own: Marks, scores: Matrix, label: Label) -> ClassCurves:
    own, ordered = np.sort(scores[is_own]), np.sort(scores)
    areas = measure_class(ordered, own)
    others = np.sort(scores[~is_own])
    return ClassCurves(
        label=label,
        rows=len(own),
        roc_auc=areas.roc_auc,
        average_precision=areas.average_precision,
        roc=_build_roc(own, others),
        precision_recall=_build_precision_recall(own, ordered),
        calibration=_build_calibration(is_own, scores),
    )


def _build_roc(own: Matrix, others: Matrix) -> Curve:
    """Return at most 101 points of the curve: those that rows of the label, and of the others, divide evenly.

    Args:
        own: sorted scores of the rows that have the label.
        others: sorted scores of the others.
    """
    thresholds = np.unique(np.concatenate([own, others]))
    if len(thresholds) > MOST_POINTS - 1:
        half = (MOST_POINTS - 2) // 2
        chosen = [values[spread_evenly(len(values), most=half)] for values in (own, others)]
        thresholds = np.unique([thresholds[0], *chosen[0], *chosen[1]])
    false, true = (_share_above(values, thresholds) for values in (others, own))
    return Curve(x=(0.0, *false[::-1].tolist()), y=(0.0, *true[::-1].tolist()))


def _build_precision_recall(own: Matrix, ordered: Matrix) -> Curve:
    """Return at most 101 points of the curve, which begins with a precision of 1 as that of scikit-learn does.

    Args:
        own: sorted scores of the rows that have the label.
        ordered: sorted scores of all rows.
    """
    thresholds = np.unique(own)
    if len(thresholds) > MOST_POINTS - 1:
        thresholds = np.unique(own[spread_evenly(len(own), most=MOST_POINTS - 1)])
    recall = _share_above(own, thresholds)
    above = len(ordered) - np.searchsorted(ordered, thresholds)
    precision = recall * len(own) / above
    return Curve(x=(0.0, *recall[::-1].tolist()), y=(1.0, *precision[::-1].tolist()))


def _share_above(ordered: Matrix, thresholds: Matrix) -> Matrix:
    """Return the share of sorted numbers that reach each threshold."""
    found: Matrix = (len(ordered) - np.searchsorted(ordered, thresholds)) / len(ordered)
    return found


def _build_calibration(is_own: Marks, scores: Matrix) -> tuple[CalibrationBin, ...]:
    """Return at most ten bins with about as many rows each; rows with the same probability are in the same bin."""
    bounds = np.unique(np.quantile(scores, np.linspace(0, 1, MOST_BINS + 1)[1:-1]))
    bins = np.searchsorted(bounds, scores)
    rows = np.bincount(bins, minlength=len(bounds) + 1)
    sums, own = (np.bincount(bins, weights=values, minlength=len(rows)) for values in (scores, is_own))
    return tuple(
        CalibrationBin(probability=total / count, share=hits / count, rows=count)
        for total, hits, count in zip(sums.tolist(), own.tolist(), rows.tolist(), strict=True)
        if count
    )
