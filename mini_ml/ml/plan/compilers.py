"""Compile fitted estimators, looked up by class name so that scikit-learn is not imported."""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Final

import numpy as np

from mini_ml.ml.plan.compiled_estimators import (
    BoostedClassifier,
    BoostedRegression,
    CompiledEstimator,
    LinearClassifier,
    LinearRegression,
    ProbabilityRule,
    TreeClassifier,
    TreeRegression,
    array_bytes,
)
from mini_ml.ml.plan.link_functions import LinkFunction
from mini_ml.ml.plan.trees import pack_histogram_trees, pack_sklearn_trees

Compiler = Callable[[Any], CompiledEstimator | None]
"""Compiles a fitted estimator; returns None if its parameters are not supported."""

_LINKS: Final[Mapping[str, LinkFunction]] = {
    "IdentityLink": "identity",
    "LogLink": "log",
    "LogitLink": "logit",
    "HalfLogitLink": "half_logit",
    "MultinomialLogit": "softmax",
}


def compile_estimator(estimator: Any) -> CompiledEstimator | None:
    """Compile a fitted estimator of scikit-learn; return None if it is not supported."""
    kind = type(estimator)
    compiler = COMPILERS.get(kind.__name__) if kind.__module__.startswith("sklearn.") else None
    return compiler(estimator) if compiler else None


def size_of(estimator: Any) -> int:
    """Return the bytes of the arrays of a compiled estimator; 0 if it is not supported."""
    compiled = compile_estimator(estimator)
    return 0 if compiled is None else array_bytes(compiled)


def _compile_regression(estimator: Any) -> CompiledEstimator:
    return LinearRegression(_floats(estimator.coef_), _floats(estimator.intercept_), "identity")


def _compile_generalized(estimator: Any) -> CompiledEstimator:
    link = _LINKS[type(estimator._base_loss.link).__name__]
    return LinearRegression(_floats(estimator.coef_), _floats(estimator.intercept_), link)


def _compile_inner(estimator: Any) -> CompiledEstimator | None:
    return compile_estimator(estimator.estimator_)


def _classifier_compiler(rule: ProbabilityRule) -> Compiler:
    def compile_classifier(estimator: Any) -> CompiledEstimator:
        weights = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64))
        intercept = np.broadcast_to(_floats(estimator.intercept_), len(weights)).copy()
        return LinearClassifier(weights, intercept, _codes(estimator), rule)

    return compile_classifier


def _compile_gradient_descent(estimator: Any) -> CompiledEstimator | None:
    if estimator.loss == "modified_huber":
        return None
    return _classifier_compiler("logistic" if estimator.loss == "log_loss" else "none")(estimator)


def _compile_tree(estimator: Any) -> CompiledEstimator:
    return _compile_mean(estimator, [estimator])


def _compile_forest(estimator: Any) -> CompiledEstimator:
    return _compile_mean(estimator, estimator.estimators_)


def _compile_mean(estimator: Any, members: list[Any]) -> CompiledEstimator:
    trees = pack_sklearn_trees([member.tree_ for member in members])
    return TreeClassifier(trees, _codes(estimator)) if hasattr(estimator, "classes_") else TreeRegression(trees)


def _compile_boosting(estimator: Any) -> CompiledEstimator:
    trees = pack_sklearn_trees([tree.tree_ for tree in estimator.estimators_.ravel()], scale=estimator.learning_rate)
    # `init` cannot be set to an estimator, so the initial prediction is the same for every row.
    baseline = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), dtype=np.float32))[0]
    if not hasattr(estimator, "classes_"):
        return BoostedRegression(trees, baseline, "identity")
    link = _LINKS[type(estimator._loss.link).__name__]
    return BoostedClassifier(trees, baseline, link, _codes(estimator), ties_go_up=True)


def _compile_histogram(estimator: Any) -> CompiledEstimator | None:
    trees = pack_histogram_trees(chain.from_iterable(estimator._predictors))
    if trees is None:
        return None
    baseline, link = _floats(estimator._baseline_prediction), _LINKS[type(estimator._loss.link).__name__]
    if not hasattr(estimator, "classes_"):
        return BoostedRegression(trees, baseline, link)
    return BoostedClassifier(trees, baseline, link, _codes(estimator), ties_go_up=False)


def _floats(values: Any) -> Any:
    return np.array(values, dtype=np.float64).ravel()


def _codes(estimator: Any) -> Any:
    return np.asarray(estimator.classes_, dtype=np.intp)


COMPILERS: Final[Mapping[str, Compiler]] = {
    **dict.fromkeys(
        (
            "ARDRegression", "BayesianRidge", "ElasticNet", "ElasticNetCV", "HuberRegressor", "Lars", "LarsCV",
            "Lasso", "LassoCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "LinearRegression", "LinearSVR",
            "OrthogonalMatchingPursuit", "OrthogonalMatchingPursuitCV", "PassiveAggressiveRegressor",
            "QuantileRegressor", "Ridge", "RidgeCV", "SGDRegressor", "TheilSenRegressor",
        ),
        _compile_regression,
    ),
    **dict.fromkeys(("GammaRegressor", "PoissonRegressor", "TweedieRegressor"), _compile_generalized),
    "RANSACRegressor": _compile_inner,
    **dict.fromkeys(
        ("LinearSVC", "PassiveAggressiveClassifier", "Perceptron", "RidgeClassifier", "RidgeClassifierCV"),
        _classifier_compiler("none"),
    ),
    **dict.fromkeys(
        ("LinearDiscriminantAnalysis", "LogisticRegression", "LogisticRegressionCV"), _classifier_compiler("softmax")
    ),
    "SGDClassifier": _compile_gradient_descent,
    **dict.fromkeys(
        ("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor"), _compile_tree
    ),
    **dict.fromkeys(
        ("ExtraTreesClassifier", "ExtraTreesRegressor", "RandomForestClassifier", "RandomForestRegressor"),
        _compile_forest,
    ),
    **dict.fromkeys(("GradientBoostingClassifier", "GradientBoostingRegressor"), _compile_boosting),
    **dict.fromkeys(("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"), _compile_histogram),
}  # fmt: skip
"""Compiler by class name; all other estimators are scored by the pipeline."""
