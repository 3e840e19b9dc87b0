"""Reject a file that would exceed the time or memory of its function, after the first rows have been read."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.estimates.rounding import BASE_BYTES, READING_NANOSECONDS, round_down, round_up
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.member import Member
from mini_ml.topology import MIB, Limits

_WRITING_NANOSECONDS: Final = 200
"""Time per cell of the output."""
_ENCODING_NANOSECONDS: Final = 10
"""Time per cell of the matrix."""
_VISIT_NANOSECONDS: Final = 20
"""Time per node that a row visits in a tree."""
_NUMBER_BYTES: Final = 8
_PARTS: Final = 4
"""Parts of the file in memory at once: one read, one parsed, one scored, one written."""


@dataclass(frozen=True, kw_only=True)
class BatchEstimate:
    """The size of a file to score, estimated from its first rows."""

    rows: int
    """Estimated number of rows of the whole file."""
    columns: int
    part_rows: int
    """Rows that are scored at a time."""
    part_bytes: int
    """Memory of these rows as text."""
    model_bytes: int
    """Size of the model file before compression."""


def check_batch(model: FittedModel, batch: BatchEstimate, limits: Limits) -> None:
    """Check a batch against the limits of time and memory.

    Raises:
        LimitExceeded: the batch is estimated to exceed them; the hint names a number of rows that would not.
    """
    issues = []
    seconds = batch.rows * row_nanoseconds(model, batch.columns) / 1e9
    if seconds > limits.estimated_seconds:
        most = round_down(int(batch.rows * limits.estimated_seconds / seconds))
        issues.append(
            Issue(
                limit="estimated_seconds",
                reason=f"an estimated {math.ceil(seconds):,} s, and the limit is {limits.estimated_seconds:,} s",
                hint=f"send at most {most:,} rows at a time, or train a model type that predicts faster",
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
        reasons = " and ".join(issue.reason for issue in issues)
        raise LimitExceeded(f"Scoring about {batch.rows:,} rows takes {reasons}.", issues=issues)


def memory_bytes(model: FittedModel, batch: BatchEstimate) -> int:
    """Return the estimated peak memory of the scoring process in bytes."""
    parsed = batch.part_bytes + batch.part_rows * batch.columns * 2 * _NUMBER_BYTES
    matrix = batch.part_rows * (2 * model.width + 2 * len(model.schema.labels or ())) * _NUMBER_BYTES
    return BASE_BYTES + 2 * batch.model_bytes + _PARTS * parsed + matrix


def row_nanoseconds(model: FittedModel, columns: int) -> float:
    """Return the estimated time per row, from reading to writing."""
    text = columns * (READING_NANOSECONDS + _WRITING_NANOSECONDS)
    return text + sum(map(_member_nanoseconds, model.members))


def _member_nanoseconds(member: Member) -> float:
    width = member.encoder.width
    return width * _ENCODING_NANOSECONDS + _estimator_nanoseconds(member.estimator, width)


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
    """Return the nanoseconds per column to compare a row with the training rows that the estimator keeps."""
    inner = getattr(estimator, "base_estimator_", estimator)
    kept = (getattr(inner, name, None) for name in ("_fit_X", "support_vectors_", "X_fit_", "X_train_"))
    return max((2.0 * rows.shape[0] for rows in kept if rows is not None), default=0.0)


def _weights(estimator: Any) -> float:
    return float(sum(np.size(layer) for layer in getattr(estimator, "coefs_", [])))
