"""How much memory a training takes at its peak, from the table's shape and the parameters alone.

The constants come from peaks of whole trainings; `python -m bench.memory` measures them again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mini_ml.ml.estimates.sizes import artifact_bytes
from mini_ml.ml.estimators.build import TREES, Matrix
from mini_ml.topology import MIB

Params = Mapping[str, Any]

_NUMBER_BYTES: Final = 8
_ENCODING_MATRICES: Final = 1.4
"""The matrix, which is scaled in place, and what encoding needs beside it."""
_WORKING: Final = 4.5
_WITH_PLAN: Final = 4
"""A model of trees beside its scoring plan: as packed, as a file, and as read back to be compared with it."""
_IN_PLACE: Final = (
    "GammaRegressor",
    "LogisticRegression",
    "MLPClassifier",
    "MLPRegressor",
    "Perceptron",
    "PoissonRegressor",
    "SGDClassifier",
    "SGDRegressor",
    "TweedieRegressor",
)
_WORKING_MATRICES: Final[dict[str, float]] = {
    **dict.fromkeys(TREES, 1.0),
    **dict.fromkeys(_IN_PLACE, 1.0),
    "LinearDiscriminantAnalysis": 8.0,
    "LarsCV": 10.0,
    "LassoLarsCV": 10.0,
    "OrthogonalMatchingPursuitCV": 10.0,
}
"""Copies of the matrix that an estimator makes while it is fitted; of most types 4.5."""


def _squared(times: float) -> Callable[[Params, Matrix], float]:
    return lambda params, matrix: times * matrix.rows**2 * _NUMBER_BYTES


def _subsets(params: Params, matrix: Matrix) -> float:
    """Each subset is a view of a whole permutation of the rows."""
    return float(params["max_subpopulation"]) * matrix.rows * _NUMBER_BYTES


_MORE: Final[dict[str, Callable[[Params, Matrix], float]]] = {
    "GaussianProcessClassifier": _squared(10),
    "GaussianProcessRegressor": _squared(12),
    "KernelRidge": _squared(4),
    "QuantileRegressor": lambda params, matrix: 40.0 * matrix.rows * matrix.width * _NUMBER_BYTES,
    "TheilSenRegressor": _subsets,
    **dict.fromkeys(("SVC", "SVR", "NuSVC", "NuSVR"), lambda params, matrix: params["cache_size"] * float(MIB)),
}
"""What some types need beside copies of the matrix, by model type."""


def fitting_bytes(model_type: str, params: Params, *, matrix: Matrix) -> int:
    """Return the estimated bytes of the matrix, of fitting, and of the model that comes out of it."""
    matrix_bytes = float(matrix.rows * max(1, matrix.width) * _NUMBER_BYTES)
    copies = _ENCODING_MATRICES + _WORKING_MATRICES.get(model_type, _WORKING)
    outputs = matrix.rows * matrix.outputs * _NUMBER_BYTES * 4
    more = _MORE.get(model_type)
    model = artifact_bytes(model_type, params, matrix=matrix) * (_WITH_PLAN if model_type in TREES else 1)
    return int(copies * matrix_bytes + outputs + model + (more(params, matrix) if more else 0))
