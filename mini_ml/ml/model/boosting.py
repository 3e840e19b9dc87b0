"""All trees of a gradient boosting as a few arrays, walked side by side."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix


@dataclass(frozen=True)
class Boosting:
    """The nodes of all trees, one after the other; a leaf's children are the leaf itself."""

    roots: NDArray[np.intp]
    """In the order in which the trees were grown: for each round, a tree for each output."""
    feature: NDArray[np.intp]
    threshold: Matrix
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    value: Matrix
    depth: int
    baseline: Matrix
    """Shape (1, outputs)."""

    def raw(self, matrix: Matrix) -> Matrix:
        """Return the sums of the leaves' values, added in the order of the rounds: shape (rows, outputs)."""
        rows = np.arange(len(matrix))[:, np.newaxis]
        nodes = np.repeat(self.roots[np.newaxis], len(matrix), axis=0)
        for _ in range(self.depth):
            goes_left = matrix[rows, self.feature[nodes]] <= self.threshold[nodes]
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        steps = self.value[nodes].reshape(len(matrix), -1, self.baseline.shape[1])
        baseline = np.broadcast_to(self.baseline, (len(matrix), 1, self.baseline.shape[1]))
        total: Matrix = np.concatenate((baseline, steps), axis=1).cumsum(axis=1)[:, -1]
        return total


def packed(estimator: Any) -> Boosting | None:
    """Pack the trees of a histogram gradient boosting; None where some split by category."""
    trees = [tree.nodes for tree in chain.from_iterable(estimator._predictors)]
    nodes = np.concatenate(trees)
    if nodes["is_categorical"].any():
        return None
    roots = np.cumsum([0, *map(len, trees[:-1])])
    offset = np.repeat(roots, [len(tree) for tree in trees])
    leaf, own = nodes["is_leaf"].astype(np.bool_), np.arange(len(nodes))
    return Boosting(
        roots=roots.astype(np.intp),
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.intp),
        threshold=nodes["num_threshold"].astype(np.float64),
        left=np.where(leaf, own, nodes["left"] + offset).astype(np.intp),
        right=np.where(leaf, own, nodes["right"] + offset).astype(np.intp),
        value=nodes["value"].astype(np.float64),
        depth=int(nodes["depth"].max()),
        baseline=np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(1, -1),
    )
