"""Ask a forest's trees one after the other: for a few rows, a forest spends nearly all its time on its thread pool."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix

MOST_ROWS: Final = 64
"""Up to so many rows are walked; above, the forest's own way is as good."""

_MODULE: Final = "sklearn.ensemble._forest"
_FORESTS: Final = {"ExtraTreesClassifier", "ExtraTreesRegressor", "RandomForestClassifier", "RandomForestRegressor"}


class _Nodes(Protocol):
    def predict(self, rows: NDArray[np.float32]) -> Matrix: ...


class _Tree(Protocol):
    tree_: _Nodes


class Forest(Protocol):
    """What is asked of scikit-learn's forests."""

    estimators_: Sequence[_Tree]
    classes_: NDArray[np.int64]
    """Classifiers only."""


def is_forest(estimator: object) -> TypeGuard[Forest]:
    """Tell whether an estimator is the mean of its trees; by name, since other models need no import of forests."""
    return type(estimator).__module__ == _MODULE and type(estimator).__name__ in _FORESTS


def walk(forest: Forest, matrix: Matrix) -> Matrix:
    """Return the mean of the trees in the forest's own order of adding: shape (rows, classes), or (rows, 1)."""
    rows = matrix.astype(np.float32)
    total = np.zeros(1)
    for tree in forest.estimators_:
        total = total + tree.tree_.predict(rows)
    return total / len(forest.estimators_)
