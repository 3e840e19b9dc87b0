"""Limits that the platform sets for estimators: maximum parameter values, maximum rows, and its own defaults."""

from typing import Final

CEILINGS: Final[dict[str, int]] = {
    "Cs": 100,
    "alphas": 1_000,
    "batch_size": 100_000,
    "cv": 20,
    "degree": 10,
    "hidden_layer_sizes": 2_000,
    "leaf_size": 10_000,
    "max_depth": 1_000,
    "max_fun": 100_000,
    "max_iter": 100_000,
    "max_iter_predict": 1_000,
    "max_leaf_nodes": 1_000_000,
    "max_n_alphas": 10_000,
    "max_samples": 2_000_000,
    "max_trials": 10_000,
    "n_components": 2_000,
    "n_estimators": 2_000,
    "n_neighbors": 1_000,
    "n_nonzero_coefs": 2_000,
    "n_restarts_optimizer": 10,
}
"""Maximum integer by parameter name, for all estimators; scikit-learn has no maximum for these."""

REAL_CEILINGS: Final[dict[str, float]] = {
    "C": 1e6,
    "cache_size": 500,
    "degree": 10,
    "max_samples": 1,
    "max_subpopulation": 100_000,
}
"""Maximum by parameter name, for parameters that accept fractions."""

MOST_ITEMS: Final[dict[str, int]] = {"hidden_layer_sizes": 10, "Cs": 100, "alphas": 1_000, "l1_ratios": 20}
"""Maximum length of a list by parameter name; other lists have one item per class."""

MOST_CLASSES: Final = 1_000

ROW_LIMITS: Final[dict[str, int]] = {
    "GaussianProcessClassifier": 2_000,
    "GaussianProcessRegressor": 5_000,
    "KNeighborsClassifier": 200_000,
    "KNeighborsRegressor": 200_000,
    "KernelRidge": 10_000,
    "NuSVC": 20_000,
    "NuSVR": 20_000,
    "QuantileRegressor": 20_000,
    "SVC": 20_000,
    "SVR": 20_000,
    "TheilSenRegressor": 100_000,
}
"""Maximum number of training rows of estimators whose time or memory grows faster than the number of rows."""

PLATFORM_DEFAULTS: Final[dict[tuple[str, str], object]] = {
    ("LogisticRegressionCV", "l1_ratios"): [0.0],
    ("LogisticRegressionCV", "scoring"): "accuracy",
    ("LogisticRegressionCV", "use_legacy_attributes"): False,
    ("QuadraticDiscriminantAnalysis", "shrinkage"): "auto",
    ("QuadraticDiscriminantAnalysis", "solver"): "eigen",
}
"""Defaults that differ from scikit-learn's, which are deprecated or fail on one-hot columns."""
