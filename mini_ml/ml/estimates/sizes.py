"""Estimate the size of a model file, before compression, for model types whose size depends on the rows."""

import math
from collections.abc import Callable
from typing import Final

from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.estimates.formulas import Params
from mini_ml.ml.estimators.build import MatrixShape
from mini_ml.topology import MIB, Limits

_NODE_BYTES: Final = 64
_NUMBER_BYTES: Final = 8
_NODES_PER_ROW: Final = 1.2
"""Nodes per training row in a full regression tree."""
_NODES_PER_ROW_OF_TWO_CLASSES: Final = 0.25
"""Nodes per training row in a full tree for two classes: 80,000 rows and 100 trees gave 128 MB.

Pure noise gives three times that, which the check of the finished file catches. The number grows with the logarithm of
the number of classes: with 200 classes there is nearly one leaf per row.
"""


def check_size(model_type: str, params: Params, *, shape: MatrixShape, limits: Limits) -> None:
    """Raise LimitExceeded if the model file is estimated to be too large."""
    size = artifact_bytes(model_type, params, shape=shape)
    if size <= limits.artifact_bytes:
        return
    most = limits.artifact_bytes // MIB
    raise LimitExceeded(
        f"The model would take about {size // MIB:,} MiB; the limit is {most:,} MiB.",
        issues=[
            Issue(
                parameter="model_params",
                limit="artifact_bytes",
                reason=f"{model_type} on {shape.rows:,} rows makes {size // MIB:,} MiB; the limit is {most:,} MiB",
                hint="lower n_estimators, set max_depth or min_samples_leaf, or use HistGradientBoosting"
                if model_type in _SIZES and "n_estimators" in params
                else "use fewer rows, or another model type",
            )
        ],
    )


def artifact_bytes(model_type: str, params: Params, *, shape: MatrixShape) -> int:
    """Return the estimated size in bytes; 0 for model types whose size does not grow with the rows."""
    size = _SIZES.get(model_type)
    return int(size(params, shape)) if size else 0


def _tree(params: Params, shape: MatrixShape) -> float:
    rows = max(1.0, shape.rows / _leaf_rows(params.get("min_samples_leaf", 1), shape))
    nodes = _nodes_per_row(shape) * rows
    if depth := params.get("max_depth"):
        nodes = min(nodes, 2.0 ** min(depth + 1, 64))
    if leaves := params.get("max_leaf_nodes"):
        nodes = min(nodes, 2.0 * leaves)
    return nodes * (_NODE_BYTES + _NUMBER_BYTES * len(shape.labels or [""]))


def _nodes_per_row(shape: MatrixShape) -> float:
    if shape.labels is None:
        return _NODES_PER_ROW
    return min(_NODES_PER_ROW, _NODES_PER_ROW_OF_TWO_CLASSES * math.log2(max(2, len(shape.labels))))


def _leaf_rows(at_least: float, shape: MatrixShape) -> float:
    return at_least * shape.rows if isinstance(at_least, float) else at_least


def _forest(params: Params, shape: MatrixShape) -> float:
    return _tree(params, shape) * float(params["n_estimators"])


def _boosted(params: Params, shape: MatrixShape) -> float:
    single = MatrixShape(rows=shape.rows, width=shape.width, labels=None)
    return _forest(params, single) * shape.outputs


def _training_matrix(params: Params, shape: MatrixShape) -> float:
    return float(shape.rows * shape.width * _NUMBER_BYTES)


def _kernel(params: Params, shape: MatrixShape) -> float:
    return _training_matrix(params, shape) + float(shape.rows**2 * _NUMBER_BYTES * shape.outputs)


_SIZES: Final[dict[str, Callable[[Params, MatrixShape], float]]] = {
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
