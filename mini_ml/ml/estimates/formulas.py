"""Formulas for the time of a fit, from the shape of the matrix and the parameters.

The unit is one nanosecond of a typical CPU core. Nothing is measured at run time, so the same request always gets the
same estimate. The constants come from fits of 500 to 10,000 rows, rounded up.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

Params = Mapping[str, Any]
"""All settable parameters, defaults included."""

_BINARY_COLUMN: Final = 0.125
_LEAST_OF_A_TREE: Final = 200_000
"""Time of a tree of histogram boosting on a few rows."""
_HOLDOUT_ROWS_PER_TRAINING_ROW: Final = 0.25
"""Number of hold-out rows per training row."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """The input of the formulas: the shape of the matrix and the parameters."""

    rows: int
    width: int
    binary: int = 0
    """Number of columns that are 0 or 1 only."""
    outputs: int
    classes: int
    params: Params

    @property
    def cells(self) -> float:
        """Number of cells of the matrix: rows × width."""
        return float(self.rows * self.width)

    def iterations(self, expected: int) -> int:
        """Return the number of iterations to assume: most fits stop long before `max_iter`."""
        most = self.params.get("max_iter") or expected
        return expected if most < 0 else min(most, max(expected, most // 10))

    def folds(self) -> int:
        """Return the number of folds of an estimator with built-in cross-validation."""
        return self.params.get("cv") or 5

    def grid(self, name: str) -> int:
        """Return how many values of a parameter such as `alphas` the estimator tries."""
        values = self.params.get(name, 1)
        return len(values) if isinstance(values, list | tuple) else int(values)


# ---------------------------------------------------------------- trees


def _tree(work: Workload, *, depth: int | None = None) -> float:
    deep = math.log2(work.rows / _leaf_rows(work) + 1) + 1
    given = depth if depth is not None else work.params.get("max_depth")
    levels = deep if given is None else min(deep, given + 1)
    of_a_cell = 40 + (1.5 * work.classes if work.classes > 1 else 0)
    return of_a_cell * work.rows * _features(work) * _share_to_sort(work) * levels


def _leaf_rows(work: Workload) -> float:
    at_least = work.params.get("min_samples_leaf") or 1
    return max(1.0, at_least * work.rows if isinstance(at_least, float) else at_least)


def _share_to_sort(work: Workload) -> float:
    """Return the time that a column takes on average, as a fraction of what a column of different numbers takes.

    A column of zeros and ones is sorted in one pass, and is not looked at again once a node has only one of them:
    10,000 rows took 5 instead of 48 ns per row, column and level for regression, 9 instead of 70 for classification.
    """
    return 1.0 - (1.0 - _BINARY_COLUMN) * work.binary / work.width


def _features(work: Workload) -> float:
    chosen = work.params.get("max_features")
    if chosen in ("sqrt", "log2"):
        return math.sqrt(work.width) if chosen == "sqrt" else math.log2(work.width + 1)
    if isinstance(chosen, float):
        return max(1.0, chosen * work.width)
    return work.width if chosen is None else min(chosen, work.width)


def _forest(work: Workload) -> float:
    return _tree(work) * float(work.params["n_estimators"])


def _boosted_trees(work: Workload) -> float:
    return 2 * _forest(replace(work, classes=1)) * work.outputs


def _adaptive(depth: int) -> Callable[[Workload], float]:
    return lambda work: 2 * _tree(work, depth=depth) * float(work.params["n_estimators"])


def _histograms(work: Workload) -> float:
    leaves = work.params["max_leaf_nodes"] or 2 ** min(12, work.params["max_depth"] or 12)
    of_a_tree = _LEAST_OF_A_TREE + 2560.0 * leaves * work.width + 6 * work.cells
    return of_a_tree * float(work.params["max_iter"]) * work.outputs


# ---------------------------------------------------------------- linear


def linear(work: Workload) -> float:
    """Return the nanoseconds of an iterative linear model, the default for model types without a formula."""
    return 4 * work.cells * work.outputs * work.iterations(100)


def _linear_grid(work: Workload) -> float:
    grid = work.grid("Cs") * work.grid("l1_ratios")
    return 4 * work.cells * work.outputs * work.iterations(25) * grid * work.folds()


def _descent_grid(work: Workload) -> float:
    grid = work.grid("alphas") * work.grid("l1_ratio" if isinstance(work.params.get("l1_ratio"), list) else "")
    return 2 * work.cells * work.iterations(10) * grid * work.folds()


def _liblinear(work: Workload) -> float:
    return 2 * work.cells * work.outputs * work.iterations(1000)


def _calibrated(work: Workload) -> float:
    return _liblinear(work) * work.folds()


def _least_squares(work: Workload) -> float:
    return 4 * work.cells * work.width + 10.0 * work.width**3


def _per_class_squares(work: Workload) -> float:
    return _least_squares(work) * work.classes


def _repeated_squares(work: Workload) -> float:
    return _least_squares(work) + 5.0 * work.width**3 * work.iterations(300)


def _paths(work: Workload) -> float:
    steps = min(work.width, work.params.get("max_iter") or work.width)
    return (3 * work.cells * steps + 10.0 * work.width**2 * steps) * work.folds()


def _components(work: Workload) -> float:
    return 2 * work.cells * float(work.params["n_components"]) * work.iterations(50)


def _consensus(work: Workload) -> float:
    trial = 500_000.0 + 10 * work.cells + 10.0 * work.width**3
    return trial * float(work.params["max_trials"])


def _medians(work: Workload) -> float:
    subset = float(work.params.get("n_subsamples") or work.width + 1)
    return float(work.params["max_subpopulation"]) * (100_000 + 3 * subset * (work.width + 1) ** 2)


# ---------------------------------------------------------------- quadratic, cubic, networks


def _libsvm(work: Workload) -> float:
    return 2 * work.cells * work.rows


def _linear_program(work: Workload) -> float:
    return 4 * work.cells * work.rows


def _gaussian_process(work: Workload) -> float:
    return float(work.rows**3) * work.outputs * float(1 + work.params.get("n_restarts_optimizer", 0))


def _kernel_ridge(work: Workload) -> float:
    return 0.05 * work.rows**3 + work.cells * work.rows


def _neighbours(work: Workload) -> float:
    return _HOLDOUT_ROWS_PER_TRAINING_ROW * work.cells * work.rows


def _network(work: Workload) -> float:
    hidden = work.params["hidden_layer_sizes"]
    sizes = [work.width, *(hidden if isinstance(hidden, list | tuple) else [hidden]), work.outputs]
    weights = sum(before * after for before, after in pairwise(sizes))
    return float(work.rows * weights) * float(work.params["max_iter"])


def _one_pass(work: Workload) -> float:
    return 20 * work.cells


FORMULAS: Final[dict[str, Callable[[Workload], float]]] = {
    "ARDRegression": _repeated_squares,
    "AdaBoostClassifier": _adaptive(1),
    "AdaBoostRegressor": _adaptive(3),
    "BaggingClassifier": _forest,
    "BaggingRegressor": _forest,
    "BayesianRidge": _least_squares,
    "BernoulliNB": _one_pass,
    "CalibratedClassifierCV": _calibrated,
    "CategoricalNB": _one_pass,
    "ComplementNB": _one_pass,
    "DecisionTreeClassifier": _tree,
    "DecisionTreeRegressor": _tree,
    "DummyClassifier": _one_pass,
    "DummyRegressor": _one_pass,
    "ElasticNetCV": _descent_grid,
    "ExtraTreeClassifier": _tree,
    "ExtraTreeRegressor": _tree,
    "ExtraTreesClassifier": _forest,
    "ExtraTreesRegressor": _forest,
    "GaussianNB": _one_pass,
    "GaussianProcessClassifier": _gaussian_process,
    "GaussianProcessRegressor": _gaussian_process,
    "GradientBoostingClassifier": _boosted_trees,
    "GradientBoostingRegressor": _boosted_trees,
    "HistGradientBoostingClassifier": _histograms,
    "HistGradientBoostingRegressor": _histograms,
    "KNeighborsClassifier": _neighbours,
    "KNeighborsRegressor": _neighbours,
    "KernelRidge": _kernel_ridge,
    "Lars": _paths,
    "LarsCV": _paths,
    "LassoCV": _descent_grid,
    "LassoLars": _paths,
    "LassoLarsCV": _paths,
    "LassoLarsIC": _paths,
    "LinearDiscriminantAnalysis": _least_squares,
    "LinearRegression": _least_squares,
    "LinearSVC": _liblinear,
    "LinearSVR": _liblinear,
    "LogisticRegressionCV": _linear_grid,
    "MLPClassifier": _network,
    "MLPRegressor": _network,
    "MultinomialNB": _one_pass,
    "NearestCentroid": _one_pass,
    "NuSVC": _libsvm,
    "NuSVR": _libsvm,
    "OrthogonalMatchingPursuit": _least_squares,
    "OrthogonalMatchingPursuitCV": _paths,
    "PLSRegression": _components,
    "QuadraticDiscriminantAnalysis": _per_class_squares,
    "QuantileRegressor": _linear_program,
    "RANSACRegressor": _consensus,
    "RandomForestClassifier": _forest,
    "RandomForestRegressor": _forest,
    "Ridge": _least_squares,
    "RidgeCV": _least_squares,
    "RidgeClassifier": _least_squares,
    "RidgeClassifierCV": _least_squares,
    "SVC": _libsvm,
    "SVR": _libsvm,
    "TheilSenRegressor": _medians,
}
"""Formula by model type; for all others, `linear`."""
