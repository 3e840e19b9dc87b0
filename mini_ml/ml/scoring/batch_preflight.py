"""Refuse a file that cannot be scored on the function that scores it, once its first rows are read."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.estimates.rounding import BASE_BYTES, READING_NANOSECONDS, round_down, round_up
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.topology import MIB, Limits

_WRITING_NANOSECONDS: Final = 200
"""For each cell of the output."""
_ENCODING_NANOSECONDS: Final = 10
"""For each cell of the matrix."""
_VISIT_NANOSECONDS: Final = 20
"""For each node that a row visits in a tree."""
_NUMBER_BYTES: Final = 8
_PARTS: Final = 4
"""Parts of the file in memory at once: one read, one parsed, one scored, one written."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A file to score whose first rows have been read."""

    rows: int
    """About how many rows the file has: from its size and that of its first rows."""
    columns: int
    part_rows: int
    """Rows that are scored at once."""
    part_bytes: int
    model_bytes: int
    """Size of the model as a file, before it was compressed."""


def check_batch(model: FittedModel, batch: Batch, limits: Limits) -> None:
    """Refuse a batch that takes too long or too much memory. Raises LimitExceeded, with the rows that would not."""
    issues = []
    seconds = batch.rows * row_nanoseconds(model, batch.columns) / 1e9
    if seconds > limits.estimated_seconds:
        most = round_down(int(batch.rows * limits.estimated_seconds / seconds))
        issues.append(
            Issue(
                limit="estimated_seconds",
                reason=f"an estimated {math.ceil(seconds):,} s, and the limit is {limits.estimated_seconds:,} s",
                hint=f"hand over at most {most:,} rows at a time, or train a model type that predicts faster",
            )
        )
    needed, most_mib = memory_bytes(model, batch) / MIB, limits.estimated_memory_mib
    if needed > most_mib:
        issues.append(
            Issue(
                limit="estimated_memory_mib",
                reason=f"an estimated {needed:,.0f} MiB of memory, and the limit is {most_mib:,} MiB",
                hint=f"train a smaller model, or use a stage whose function may take {round_up(needed):,} MiB",
            )
        )
    if issues:
        told = " and ".join(fault.reason for fault in issues)
        raise LimitExceeded(f"Scoring about {batch.rows:,} rows takes {told}.", issues=issues)


def memory_bytes(model: FittedModel, batch: Batch) -> int:
    """Return the estimated peak of the process that scores."""
    parsed = batch.part_bytes + batch.part_rows * batch.columns * 2 * _NUMBER_BYTES
    matrix = batch.part_rows * (2 * model.encoder.width + 2 * len(model.schema.labels or ())) * _NUMBER_BYTES
    return BASE_BYTES + 2 * batch.model_bytes + _PARTS * parsed + matrix


def row_nanoseconds(model: FittedModel, columns: int) -> float:
    """Return the estimated time of a row, from the line of the file to the line of the output."""
    width = model.encoder.width
    text = columns * (READING_NANOSECONDS + _WRITING_NANOSECONDS)
    return text + width * _ENCODING_NANOSECONDS + _estimator_nanoseconds(model.estimator, width)


def _estimator_nanoseconds(estimator: Any, width: int) -> float:
    found = (_trees(estimator), _histograms(estimator), _compared_rows(estimator) * width, _weights(estimator))
    return max(*found, 4.0 * width)


def _trees(estimator: Any) -> float:
    trees = np.ravel(getattr(estimator, "estimators_", []))
    depths = [tree.tree_.max_depth for tree in trees[:5] if hasattr(tree, "tree_")]
    return len(trees) * max(depths, default=1) * float(_VISIT_NANOSECONDS)


def _histograms(estimator: Any) -> float:
    rounds = getattr(estimator, "_predictors", [])
    return len(rounds) * len(rounds[0]) * 8 * float(_VISIT_NANOSECONDS) if len(rounds) else 0.0


def _compared_rows(estimator: Any) -> float:
    """Return how many training rows each row is compared with, in nanoseconds for each column."""
    inner = getattr(estimator, "base_estimator_", estimator)
    kept = (getattr(inner, name, None) for name in ("_fit_X", "support_vectors_", "X_fit_", "X_train_"))
    return max((2.0 * rows.shape[0] for rows in kept if rows is not None), default=0.0)


def _weights(estimator: Any) -> float:
    return float(sum(np.size(layer) for layer in getattr(estimator, "coefs_", [])))
