"""Estimate how long a fitted model takes to predict a row, from what it consists of; nothing is measured.

The unit is one nanosecond of a typical CPU core. The constants come from models of 1,000 and 4,000 rows with 2 and 10
classes, rounded up.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from sklearn.base import BaseEstimator

from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.member import Member

_TREE: Final = 250.0
"""Following a tree from its root to a leaf, and adding up what the leaf says."""
_TREE_OUTPUT: Final = 10.0
"""The same for each class after the second one."""
_NUMBER: Final = 1.0
"""Each number that an estimator has learned, and needs for each row."""
_KERNEL_NUMBER: Final = 3.0
"""Each number of a support vector."""
_CELL: Final = 30.0
"""Copying and encoding a cell."""
_ENCODED_CELL: Final = 3.0
_ROW: Final = 1_000.0


def estimate_prediction_nanoseconds(model: FittedModel) -> float:
    """Return the estimated nanoseconds of a row, if many rows are predicted at a time."""
    outputs = len(model.schema.labels or ())
    return _ROW + sum(_estimate_member(member, len(model.reader.features), outputs) for member in model.members)


def _estimate_member(member: Member, columns: int, outputs: int) -> float:
    trees, numbers = _count_parts(member.estimator)
    of_a_tree = _TREE + _TREE_OUTPUT * max(0, outputs - 2)
    of_a_number = _KERNEL_NUMBER if hasattr(member.estimator, "support_vectors_") else _NUMBER
    return _CELL * columns + _ENCODED_CELL * member.encoder.width + of_a_tree * trees + of_a_number * numbers


def _count_parts(part: Any) -> tuple[int, int]:
    """Return how many trees an estimator consists of, and how many numbers it has learned besides."""
    if hasattr(part, "tree_") or type(part).__name__ == "TreePredictor":
        return 1, 0
    if isinstance(part, np.ndarray) and part.dtype != object:
        return 0, part.size
    counts = [_count_parts(inner) for inner in _list_parts(part)]
    return sum(trees for trees, _ in counts), sum(numbers for _, numbers in counts)


def _list_parts(part: Any) -> Iterable[Any]:
    if isinstance(part, np.ndarray):
        return part.ravel().tolist()
    if isinstance(part, list | tuple):
        return part
    return vars(part).values() if isinstance(part, BaseEstimator) else ()
