"""Ask an ensemble's trees directly: for a few rows, it spends nearly all its time on its thread pool.

A walker adds in the ensemble's own order, and is used only once it has given the very same answers for hold-out rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.boosting import Boosting, packed

MOST_ROWS: Final = 64
"""Up to so many rows are walked; above, the ensemble's own way is as good."""

Answer = tuple[NDArray[np.generic], Matrix | None]
"""Class positions or numbers, and the probabilities of a classifier."""

_FORESTS: Final = {"ExtraTreesClassifier", "ExtraTreesRegressor", "RandomForestClassifier", "RandomForestRegressor"}
_BOOSTINGS: Final = {"HistGradientBoostingClassifier", "HistGradientBoostingRegressor"}


class Walker(Protocol):
    """Answers in an estimator's stead."""

    def answer(self, matrix: Matrix) -> Answer:
        """Predict each row."""
        ...


def walker_of(estimator: Any) -> Walker | None:
    """Return what walks an estimator's trees; by its name, since other models need no import of ensembles."""
    kind = type(estimator)
    if not kind.__module__.startswith("sklearn.ensemble."):
        return None
    classes = getattr(estimator, "classes_", None)
    if kind.__name__ in _FORESTS:
        return ForestWalker([tree.tree_ for tree in estimator.estimators_], classes)
    boosting = packed(estimator) if kind.__name__ in _BOOSTINGS else None
    return None if boosting is None else BoostingWalker(boosting, estimator._loss, classes)


class _Tree(Protocol):
    def predict(self, rows: NDArray[np.float32]) -> Matrix: ...


@dataclass(frozen=True)
class ForestWalker:
    """The mean of trees."""

    trees: Sequence[_Tree]
    classes: NDArray[np.generic] | None
    """None for regression."""

    def answer(self, matrix: Matrix) -> Answer:
        """Predict each row."""
        rows = matrix.astype(np.float32)
        total = np.zeros(1)
        for tree in self.trees:
            total = total + tree.predict(rows)
        mean = total / len(self.trees)
        return (mean[:, 0], None) if self.classes is None else (self.classes[mean.argmax(axis=1)], mean)


class _Link(Protocol):
    def inverse(self, raw: Matrix) -> Matrix: ...


class _Loss(Protocol):
    link: _Link

    def predict_proba(self, raw: Matrix) -> Matrix: ...


@dataclass(frozen=True)
class BoostingWalker:
    """The sum of trees, through the inverse of the loss's link."""

    trees: Boosting
    loss: _Loss
    classes: NDArray[np.generic] | None
    """None for regression."""

    def answer(self, matrix: Matrix) -> Answer:
        """Predict each row."""
        raw = self.trees.raw(matrix)
        if self.classes is None:
            return self.loss.link.inverse(raw.ravel()), None
        codes = (raw.ravel() > 0).astype(np.intp) if raw.shape[1] == 1 else raw.argmax(axis=1)
        return self.classes[codes], self.loss.predict_proba(raw)
