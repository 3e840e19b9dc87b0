"""The nodes of many trees in a few arrays, walked side by side, level by level."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes, Matrix

_SLICE: Final = 128
"""So many rows are walked at once: what they need stays in the processor's own memory."""


@dataclass(frozen=True)
class Trees:
    """All nodes, one tree after the other; a leaf's children are the leaf itself."""

    roots: NDArray[np.int32]
    """Shape (trees,)."""
    feature: NDArray[np.int32]
    """Shape (nodes,)."""
    threshold: NDArray[np.floating[Any]]
    """Shape (nodes,); what is greater goes right. Rows are compared in its precision."""
    children: NDArray[np.int32]
    """Shape (2 × nodes,): left and right child of each node."""
    value: Matrix
    """Shape (nodes, outputs)."""
    depth: int

    def values(self, matrix: Matrix) -> Matrix:
        """Return the value of the leaf that each row ends in: shape (rows, trees, outputs)."""
        rows = matrix.astype(self.threshold.dtype, copy=False)
        found: Matrix = self.value.take(self._leaves(rows), axis=0)
        return found

    def running(self, matrix: Matrix, first: Matrix) -> Matrix:
        """Add the leaves' values to `first`, tree by tree, as an ensemble does: shape (rows, outputs).

        Trees of one output, where `first` has more, take turns.
        """
        outputs = first.shape[0]
        total = np.empty((len(matrix), outputs))
        for start in range(0, len(matrix), _SLICE):
            values = self.values(matrix[start : start + _SLICE])
            steps = values.reshape(len(values), -1, outputs)
            steps[:, 0] += first
            # A plain sum adds in pairs, and so in another order than the ensemble.
            total[start : start + _SLICE] = np.add.accumulate(steps, axis=1, out=steps)[:, -1]
        return total

    def _leaves(self, rows: NDArray[np.floating[Any]]) -> NDArray[np.int32]:
        cells = rows.ravel()
        begins = (np.arange(len(rows), dtype=np.int32) * rows.shape[1])[:, np.newaxis]
        nodes = np.repeat(self.roots[np.newaxis], len(rows), axis=0)
        for _ in range(self.depth):
            cell = cells.take(self.feature.take(nodes) + begins)
            nodes = self.children.take(2 * nodes + (cell > self.threshold.take(nodes)))
        return nodes


def of_sklearn_trees(trees: Sequence[Any], *, scale: float = 1.0) -> Trees:
    """Pack fitted `Tree` objects, in their order, their values multiplied by `scale`."""
    leaf = np.concatenate([tree.children_left < 0 for tree in trees])
    return _packed(
        sizes=[tree.node_count for tree in trees],
        leaf=leaf,
        feature=np.concatenate([tree.feature for tree in trees]),
        threshold=_in_32_bits(np.concatenate([tree.threshold for tree in trees])),
        left=np.concatenate([tree.children_left for tree in trees]),
        right=np.concatenate([tree.children_right for tree in trees]),
        value=scale * np.concatenate([tree.value[:, 0, :] for tree in trees]),
        depth=max(tree.max_depth for tree in trees),
    )


def of_histogram_trees(predictors: Iterable[Any]) -> Trees | None:
    """Pack the trees of a histogram gradient boosting; None where some split by category."""
    trees = [predictor.nodes for predictor in predictors]
    nodes = np.concatenate(trees)
    if nodes["is_categorical"].any():
        return None
    return _packed(
        sizes=[len(tree) for tree in trees],
        leaf=nodes["is_leaf"].astype(np.bool_),
        feature=nodes["feature_idx"],
        threshold=nodes["num_threshold"],
        left=nodes["left"],
        right=nodes["right"],
        value=nodes["value"][:, np.newaxis],
        depth=int(nodes["depth"].max()),
    )


def _packed(
    *,
    sizes: Sequence[int],
    leaf: NDArray[np.bool_],
    feature: Codes,
    threshold: NDArray[np.floating[Any]],
    left: Codes,
    right: Codes,
    value: Matrix,
    depth: int,
) -> Trees:
    roots = np.cumsum([0, *sizes[:-1]])
    offset, own = np.repeat(roots, sizes), np.arange(len(leaf))
    children = np.stack([np.where(leaf, own, child + offset) for child in (left, right)], axis=1)
    return Trees(
        roots=roots.astype(np.int32),
        feature=np.where(leaf, 0, feature).astype(np.int32),
        threshold=np.where(leaf, 0, threshold).astype(threshold.dtype),
        children=children.ravel().astype(np.int32),
        value=np.ascontiguousarray(value, dtype=np.float64),
        depth=depth,
    )


def _in_32_bits(threshold: Matrix) -> NDArray[np.float32]:
    """Round down: a 32-bit number is greater than the threshold exactly if it is greater than this."""
    near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)
