"""Which estimators have a plan, and how each becomes one; by name, so that nothing of scikit-learn is imported."""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Final

import numpy as np

from mini_ml.ml.plan.forms import (
    BoostedClassifier,
    BoostedRegression,
    Form,
    LinearClassifier,
    LinearRegression,
    Shares,
    TreeClassifier,
    TreeRegression,
)
from mini_ml.ml.plan.links import Link
from mini_ml.ml.plan.trees import of_histogram_trees, of_sklearn_trees

Compiler = Callable[[Any], Form | None]
"""Makes a form of a fitted estimator; None where its parameters make it something that no form is."""

_LINKS: Final[Mapping[str, Link]] = {
    "IdentityLink": "identity",
    "LogLink": "log",
    "LogitLink": "logit",
    "HalfLogitLink": "half_logit",
    "MultinomialLogit": "softmax",
}


def compiled(estimator: Any) -> Form | None:
    """Return the form of a fitted estimator of scikit-learn, or None where it has none."""
    kind = type(estimator)
    compiler = COMPILERS.get(kind.__name__) if kind.__module__.startswith("sklearn.") else None
    return compiler(estimator) if compiler else None


def _regression(estimator: Any) -> Form:
    return LinearRegression(_floats(estimator.coef_), _floats(estimator.intercept_), "identity")


def _generalized(estimator: Any) -> Form:
    link = _LINKS[type(estimator._base_loss.link).__name__]
    return LinearRegression(_floats(estimator.coef_), _floats(estimator.intercept_), link)


def _inner(estimator: Any) -> Form | None:
    return compiled(estimator.estimator_)


def _classifier(shares: Shares) -> Compiler:
    def of(estimator: Any) -> Form:
        weights = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64))
        intercept = np.broadcast_to(_floats(estimator.intercept_), len(weights)).copy()
        return LinearClassifier(weights, intercept, _codes(estimator), shares)

    return of


def _gradient_descent(estimator: Any) -> Form | None:
    if estimator.loss == "modified_huber":
        return None
    return _classifier("logistic" if estimator.loss == "log_loss" else "none")(estimator)


def _tree(estimator: Any) -> Form:
    return _mean(estimator, [estimator])


def _forest(estimator: Any) -> Form:
    return _mean(estimator, estimator.estimators_)


def _mean(estimator: Any, members: list[Any]) -> Form:
    trees = of_sklearn_trees([member.tree_ for member in members])
    return TreeClassifier(trees, _codes(estimator)) if hasattr(estimator, "classes_") else TreeRegression(trees)


def _boosting(estimator: Any) -> Form:
    trees = of_sklearn_trees([tree.tree_ for tree in estimator.estimators_.ravel()], scale=estimator.learning_rate)
    # Estimators are no settable `init`, so its part is the same for every row.
    baseline = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), dtype=np.float32))[0]
    if not hasattr(estimator, "classes_"):
        return BoostedRegression(trees, baseline, "identity")
    link = _LINKS[type(estimator._loss.link).__name__]
    return BoostedClassifier(trees, baseline, link, _codes(estimator), ties_go_up=True)


def _histogram(estimator: Any) -> Form | None:
    trees = of_histogram_trees(chain.from_iterable(estimator._predictors))
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
        _regression,
    ),
    **dict.fromkeys(("GammaRegressor", "PoissonRegressor", "TweedieRegressor"), _generalized),
    "RANSACRegressor": _inner,
    **dict.fromkeys(
        ("LinearSVC", "PassiveAggressiveClassifier", "Perceptron", "RidgeClassifier", "RidgeClassifierCV"),
        _classifier("none"),
    ),
    **dict.fromkeys(
        ("LinearDiscriminantAnalysis", "LogisticRegression", "LogisticRegressionCV"), _classifier("softmax")
    ),
    "SGDClassifier": _gradient_descent,
    **dict.fromkeys(
        ("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor"), _tree
    ),
    **dict.fromkeys(
        ("ExtraTreesClassifier", "ExtraTreesRegressor", "RandomForestClassifier", "RandomForestRegressor"), _forest
    ),
    **dict.fromkeys(("GradientBoostingClassifier", "GradientBoostingRegressor"), _boosting),
    **dict.fromkeys(("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"), _histogram),
}  # fmt: skip
"""By the name of the class; every other estimator is served by the pipeline."""
