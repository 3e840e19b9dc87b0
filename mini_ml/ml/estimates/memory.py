"""Estimate the peak memory of a training from the shape of the matrix and the parameters.

The constants come from measured peaks of whole trainings; `python -m bench.memory` repeats the measurement.
"""

from collections.abc import Callable
from typing import Final

from mini_ml.ml.estimates.formulas import Params
from mini_ml.ml.estimates.sizes import artifact_bytes
from mini_ml.ml.estimators.build import TREES, MatrixShape
from mini_ml.topology import MIB

_NUMBER_BYTES: Final = 8
_ENCODING_MATRICES: Final = 1.4
"""Copies of the matrix: the matrix itself, which is scaled in place, and temporary arrays of the encoding."""
_WORKING: Final = 4.5
"""Copies of the matrix that most estimators make while they are fitted."""
_WITH_PLAN: Final = 4
"""Copies of a tree model: the model, its scoring plan, the plan as a file, and the plan read back for comparison."""
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
"""Copies of the matrix that an estimator makes while it is fitted, by model type; for all others, `_WORKING`."""


def _squared(times: float) -> Callable[[Params, MatrixShape], float]:
    return lambda params, shape: times * shape.rows**2 * _NUMBER_BYTES


def _subsets(params: Params, shape: MatrixShape) -> float:
    """Return the memory of the subsets: each one keeps a permutation of all rows alive."""
    return float(params["max_subpopulation"]) * shape.rows * _NUMBER_BYTES


_MORE: Final[dict[str, Callable[[Params, MatrixShape], float]]] = {
    "GaussianProcessClassifier": _squared(10),
    "GaussianProcessRegressor": _squared(12),
    "KernelRidge": _squared(4),
    "QuantileRegressor": lambda params, shape: 40.0 * shape.rows * shape.width * _NUMBER_BYTES,
    "TheilSenRegressor": _subsets,
    **dict.fromkeys(("SVC", "SVR", "NuSVC", "NuSVR"), lambda params, shape: params["cache_size"] * float(MIB)),
}
"""Additional memory in bytes, by model type."""


def fitting_bytes(model_type: str, params: Params, *, shape: MatrixShape) -> int:
    """Return the estimated bytes of the matrix, the fit, and the fitted model."""
    matrix_bytes = float(shape.rows * max(1, shape.width) * _NUMBER_BYTES)
    copies = _ENCODING_MATRICES + _WORKING_MATRICES.get(model_type, _WORKING)
    outputs = shape.rows * shape.outputs * _NUMBER_BYTES * 4
    more = _MORE.get(model_type)
    model = model_bytes(model_type, params, shape=shape)
    return int(copies * matrix_bytes + outputs + model + (more(params, shape) if more else 0))


def model_bytes(model_type: str, params: Params, *, shape: MatrixShape) -> int:
    """Return the estimated bytes of the fitted model and of its scoring plan."""
    return artifact_bytes(model_type, params, shape=shape) * (_WITH_PLAN if model_type in TREES else 1)
