"""The nodes of many trees in one array, evaluated together level by level."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes, Matrix

_ROWS: Final = 512
"""Rows evaluated at a time, so that their data fits in the CPU cache."""
_LEVELS_BETWEEN_CHECKS: Final = 4
"""Every so many levels, rows that have reached a leaf are removed; most paths are much shorter than the deepest."""
NODE: Final = np.dtype([("threshold", "<f8"), ("feature", "<i4"), ("left", "<i4")])
"""Fields of a node. A row whose feature is greater than the threshold goes to node `left + 1`, otherwise to `left`.
The threshold of a leaf is infinite and its `left` is the leaf itself, so a row stays there."""


@dataclass(frozen=True)
class Trees:
    """The nodes of all trees: first the root of each tree, then pairs of children."""

    nodes: NDArray[np.void]
    """Shape (nodes,), of `NODE`."""
    value: Matrix
    """Shape (nodes, outputs)."""
    count: int
    """Number of trees."""
    depth: int
    """Depth of the deepest tree."""
    single: bool
    """Whether rows are rounded to 32 bits before they are compared, as in the trees of scikit-learn."""

    def values(self, matrix: Matrix) -> Matrix:
        """Return the value of the leaf that each row ends in: shape (rows, trees, outputs)."""
        rows = matrix.astype(np.float32).astype(np.float64) if self.single else matrix
        found: Matrix = self.value.take(self._leaves(rows), axis=0)
        return found

    def accumulate(self, matrix: Matrix, first: Matrix) -> Matrix:
        """Add the values of the leaves to `first` in the order of the trees: shape (rows, outputs).

        If the trees have one output and `first` has several, consecutive trees belong to consecutive outputs.
        """
        outputs = first.shape[0]
        total = np.empty((len(matrix), outputs))
        for start in range(0, len(matrix), _ROWS):
            values = self.values(matrix[start : start + _ROWS])
            steps = values.reshape(len(values), -1, outputs)
            steps[:, 0] += first
            # np.sum adds pairwise, so its rounding differs from that of the ensemble.
            total[start : start + _ROWS] = np.add.accumulate(steps, axis=1, out=steps)[:, -1]
        return total

    def _leaves(self, rows: Matrix) -> NDArray[np.int32]:
        """Return the leaf of each row in each tree, shape (rows, trees)."""
        cells = rows.ravel()
        at = np.tile(np.arange(self.count, dtype=np.int32), len(rows))
        begins = np.repeat(np.arange(len(rows), dtype=np.int32) * rows.shape[1], self.count)
        leaves, places = np.empty_like(at), np.arange(len(at))
        for level in range(1, self.depth + 1):
            node = self.nodes.take(at)
            below = node["left"] + (cells.take(node["feature"] + begins) > node["threshold"])
            if level % _LEVELS_BETWEEN_CHECKS == 0:
                leaves[places] = below
                moving = np.flatnonzero(below != at)
                places, below, begins = places[moving], below[moving], begins[moving]
            at = below
        leaves[places] = at
        return leaves.reshape(len(rows), self.count)


def pack_sklearn_trees(trees: Sequence[Any], *, scale: float = 1.0) -> Trees:
    """Pack fitted `Tree` objects of scikit-learn, with their values multiplied by `scale`."""
    packing = _Packing([tree.node_count for tree in trees], outputs=trees[0].value.shape[2])
    for tree in trees:
        packing.add(
            inner=np.flatnonzero(tree.children_left >= 0),
            feature=tree.feature,
            threshold=tree.threshold,
            left=tree.children_left,
            right=tree.children_right,
            value=tree.value[:, 0, :] if scale == 1.0 else scale * tree.value[:, 0, :],
        )
    return packing.trees(depth=max(tree.max_depth for tree in trees), single=True)


def pack_histogram_trees(predictors: Iterable[Any]) -> Trees | None:
    """Pack the trees of histogram gradient boosting; return None if some split by category."""
    trees = [predictor.nodes for predictor in predictors]
    if any(nodes["is_categorical"].any() for nodes in trees):
        return None
    packing = _Packing([len(nodes) for nodes in trees], outputs=1)
    for nodes in trees:
        packing.add(
            inner=np.flatnonzero(nodes["is_leaf"] == 0),
            feature=nodes["feature_idx"],
            threshold=nodes["num_threshold"],
            left=nodes["left"],
            right=nodes["right"],
            value=nodes["value"][:, np.newaxis],
        )
    return packing.trees(depth=max(int(nodes["depth"].max()) for nodes in trees), single=False)


class _Packing:
    """Arrays for the nodes of all trees, filled tree by tree, so that each of millions of nodes is copied only once."""

    def __init__(self, sizes: Sequence[int], *, outputs: int) -> None:
        self._nodes = np.empty(sum(sizes), dtype=NODE)
        self._value = np.empty((sum(sizes), outputs))
        self._trees = 0
        self._filled = len(sizes)

    def add(
        self,
        *,
        inner: Codes,
        feature: Codes,
        threshold: Matrix,
        left: Codes,
        right: Codes,
        value: Matrix,
    ) -> None:
        """Add a tree; its first node is the root, the others may be in any order.

        Args:
            inner: positions of the nodes that are not leaves; only these have a feature, a threshold and children.
            feature: shape (nodes,), like `threshold`, `left` and `right`.
            threshold: greater values go right.
            left: positions of the left children.
            right: positions of the right children.
            value: shape (nodes, outputs).
        """
        place = np.empty(len(feature), dtype=np.int32)
        place[0] = self._trees
        pairs = np.arange(self._filled, self._filled + 2 * len(inner), 2, dtype=np.int32)
        place[left[inner]], place[right[inner]] = pairs, pairs + 1
        nodes = np.empty(len(feature), dtype=NODE)
        nodes["threshold"], nodes["feature"], nodes["left"] = np.inf, 0, place
        nodes["threshold"][inner], nodes["feature"][inner] = threshold[inner], feature[inner]
        nodes["left"][inner] = pairs
        self._nodes[place], self._value[place] = nodes, value
        self._trees += 1
        self._filled += 2 * len(inner)

    def trees(self, *, depth: int, single: bool) -> Trees:
        """Return all trees that were added."""
        return Trees(nodes=self._nodes, value=self._value, count=self._trees, depth=depth, single=single)
