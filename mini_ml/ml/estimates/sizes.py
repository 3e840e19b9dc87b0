"""Estimate a model's size as a file, before compression, before it is fitted, where the shape decides it."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.estimators.build import Matrix
from mini_ml.topology import MIB, Limits

Params = Mapping[str, Any]

_NODE_BYTES: Final = 64
_NUMBER_BYTES: Final = 8
_NODES_PER_ROW: Final = 1.2
"""Nodes of a full tree that tells numbers apart, to the last row, for each row."""
_NODES_PER_ROW_OF_TWO_CLASSES: Final = 0.25
"""80,000 rows and 100 trees gave 128 MB; a table of pure noise gives three times that, which the check of the finished
file catches. It grows with the logarithm of the classes: 200 of them give nearly a leaf a row."""


def check_size(model_type: str, params: Params, *, matrix: Matrix, limits: Limits) -> None:
    """Refuse a model that would be too large to keep. Raises LimitExceeded naming the limit."""
    size = artifact_bytes(model_type, params, matrix=matrix)
    if size <= limits.artifact_bytes:
        return
    most = limits.artifact_bytes // MIB
    raise LimitExceeded(
        f"The model would have about {size // MIB:,} MiB; the limit is {most:,} MiB.",
        issues=[
            Issue(
                parameter="model_params",
                limit="artifact_bytes",
                reason=f"{model_type} on {matrix.rows:,} rows makes {size // MIB:,} MiB; the limit is {most:,} MiB",
                hint="lower n_estimators, set max_depth or min_samples_leaf, or use HistGradientBoosting"
                if model_type in _SIZES and "n_estimators" in params
                else "use fewer rows, or another model type",
            )
        ],
    )


def artifact_bytes(model_type: str, params: Params, *, matrix: Matrix) -> int:
    """Return the estimated size; 0 for model types whose size does not grow with the rows."""
    size = _SIZES.get(model_type)
    return int(size(params, matrix)) if size else 0


def _tree(params: Params, matrix: Matrix) -> float:
    rows = max(1.0, matrix.rows / _leaf_rows(params.get("min_samples_leaf", 1), matrix))
    nodes = _nodes_per_row(matrix) * rows
    if depth := params.get("max_depth"):
        nodes = min(nodes, 2.0 ** min(depth + 1, 64))
    if leaves := params.get("max_leaf_nodes"):
        nodes = min(nodes, 2.0 * leaves)
    return nodes * (_NODE_BYTES + _NUMBER_BYTES * len(matrix.labels or [""]))


def _nodes_per_row(matrix: Matrix) -> float:
    if matrix.labels is None:
        return _NODES_PER_ROW
    return min(_NODES_PER_ROW, _NODES_PER_ROW_OF_TWO_CLASSES * math.log2(max(2, len(matrix.labels))))


def _leaf_rows(at_least: float, matrix: Matrix) -> float:
    return at_least * matrix.rows if isinstance(at_least, float) else at_least


def _forest(params: Params, matrix: Matrix) -> float:
    return _tree(params, matrix) * float(params["n_estimators"])


def _boosted(params: Params, matrix: Matrix) -> float:
    single = Matrix(rows=matrix.rows, width=matrix.width, labels=None)
    return _forest(params, single) * matrix.outputs


def _training_matrix(params: Params, matrix: Matrix) -> float:
    return float(matrix.rows * matrix.width * _NUMBER_BYTES)


def _kernel(params: Params, matrix: Matrix) -> float:
    return _training_matrix(params, matrix) + float(matrix.rows**2 * _NUMBER_BYTES * matrix.outputs)


_SIZES: Final[dict[str, Callable[[Params, Matrix], float]]] = {
    "BaggingClassifier": _forest,
    "BaggingRegressor": _forest,
    "DecisionTreeClassifier": _tree,
    "DecisionTreeRegressor": _tree,
    "ExtraTreeClassifier": _tree,
    "ExtraTreeRegressor": _tree,
    "ExtraTreesClassifier": _forest,
    "ExtraTreesRegressor": _forest,
    "GaussianProcessClassifier": _kernel,
    "GaussianProcessRegressor": _kernel,
    "GradientBoostingClassifier": _boosted,
    "GradientBoostingRegressor": _boosted,
    "KNeighborsClassifier": _training_matrix,
    "KNeighborsRegressor": _training_matrix,
    "KernelRidge": _training_matrix,
    "NuSVC": _training_matrix,
    "NuSVR": _training_matrix,
    "RandomForestClassifier": _forest,
    "RandomForestRegressor": _forest,
    "SVC": _training_matrix,
    "SVR": _training_matrix,
}
