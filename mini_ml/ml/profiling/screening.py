"""Find the columns whose importance is worth measuring, if there is no time for all of them."""

from typing import Final

import numpy as np

from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.model.fitted import Predictions

_RANGES: Final = 8
_MOST_OUTPUTS: Final = 3
"""Number of labels whose probabilities are looked at: those that differ most between the rows."""


def choose_columns(reader: Reader, rows: Frame, predictions: Predictions, *, most: int) -> list[int]:
    """Return the positions of at most `most` features, in their order.

    Texts come first, then the columns whose ranges or categories tell most about the predictions. What a column tells
    only together with another one is not seen.

    Args:
        reader: parsed the rows.
        rows: hold-out rows.
        predictions: what the model predicts for them.
        most: maximum number of columns.
    """
    if len(reader.features) <= most:
        return list(range(len(reader.features)))
    outputs = _choose_outputs(predictions)
    numbers, tokens = iter(rows.numbers.T), iter(rows.tokens)
    scores: list[float] = []
    for feature in reader.features:
        codes = _cut(next(numbers)) if feature.is_number else next(tokens).codes + 1
        scores.append(np.inf if feature.kind == "text" else _explain(codes, outputs))
    ranked = np.argsort(-np.array(scores), kind="stable")[:most]
    return sorted(ranked.tolist())


def _choose_outputs(predictions: Predictions) -> Matrix:
    """Return what is predicted, shape (rows, outputs): numbers, probabilities, or 1 for the label of the row."""
    outputs = predictions.probabilities
    if outputs is None:
        distinct, codes = np.unique(np.array(predictions.values), return_inverse=True)
        is_label = distinct.dtype.kind not in "f"
        outputs = np.eye(len(distinct))[codes] if is_label else distinct[codes][:, np.newaxis]
    with np.errstate(all="ignore"):
        spread = outputs.std(axis=0)
    return outputs[:, np.argsort(-spread, kind="stable")[:_MOST_OUTPUTS]]


def _cut(values: Matrix) -> Codes:
    """Return the range of each number, of which all have about as many rows; 0 for missing ones."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return np.zeros(len(values), dtype=np.intp)
    cuts = np.unique(known[np.arange(1, _RANGES) * len(known) // _RANGES])
    return np.where(np.isnan(values), 0, 1 + np.searchsorted(cuts, values, side="right"))


def _explain(codes: Codes, outputs: Matrix) -> float:
    """Return the share of the variance between groups of rows, less what groups at random would have: ε²."""
    counts = np.bincount(codes)
    groups, rows = np.count_nonzero(counts), len(codes)
    if groups < 2 or groups >= rows:
        return 0.0
    with np.errstate(all="ignore"):
        centered = (outputs - outputs.mean(axis=0)) / np.abs(outputs).max()
        sums = np.array([np.bincount(codes, weights=column) for column in centered.T])
        between = float((sums[:, counts > 0] ** 2 / counts[counts > 0]).sum())
        total = float((centered**2).sum())
        share = (between - (groups - 1) * (total - between) / (rows - groups)) / total
    return share if np.isfinite(share) else 0.0
