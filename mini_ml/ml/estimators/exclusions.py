"""Estimators and parameters of scikit-learn that are not offered, with reasons; the catalogue is built from these."""

from typing import Final

_NEEDS_ESTIMATOR: Final = "needs other estimators, which cannot be given as a parameter"
_SEVERAL_TARGETS: Final = "predicts several targets at once; a model here has one"
_UNLABELLED: Final = "learns from rows without a label, which training drops"
_EMPTY_NEIGHBOURHOOD: Final = "cannot predict a row without a neighbour inside its radius"

EXCLUDED: Final[dict[str, str]] = {
    "CCA": _SEVERAL_TARGETS,
    "ClassifierChain": _NEEDS_ESTIMATOR,
    "FixedThresholdClassifier": _NEEDS_ESTIMATOR,
    "IsotonicRegression": "reads exactly one feature",
    "LabelPropagation": _UNLABELLED,
    "LabelSpreading": _UNLABELLED,
    "MultiOutputClassifier": _NEEDS_ESTIMATOR,
    "MultiOutputRegressor": _NEEDS_ESTIMATOR,
    "MultiTaskElasticNet": _SEVERAL_TARGETS,
    "MultiTaskElasticNetCV": _SEVERAL_TARGETS,
    "MultiTaskLasso": _SEVERAL_TARGETS,
    "MultiTaskLassoCV": _SEVERAL_TARGETS,
    "OneVsOneClassifier": _NEEDS_ESTIMATOR,
    "OneVsRestClassifier": _NEEDS_ESTIMATOR,
    "OutputCodeClassifier": _NEEDS_ESTIMATOR,
    "PLSCanonical": _SEVERAL_TARGETS,
    "RadiusNeighborsClassifier": _EMPTY_NEIGHBOURHOOD,
    "RadiusNeighborsRegressor": _EMPTY_NEIGHBOURHOOD,
    "RegressorChain": _NEEDS_ESTIMATOR,
    "SelfTrainingClassifier": _UNLABELLED,
    "StackingClassifier": _NEEDS_ESTIMATOR,
    "StackingRegressor": _NEEDS_ESTIMATOR,
    "TransformedTargetRegressor": _NEEDS_ESTIMATOR,
    "TunedThresholdClassifierCV": _NEEDS_ESTIMATOR,
    "VotingClassifier": _NEEDS_ESTIMATOR,
    "VotingRegressor": _NEEDS_ESTIMATOR,
}
"""Estimators that are not offered, with the reason."""

_OBJECT: Final = "takes a Python object"
_ENCODED: Final = "refers to columns of the encoded matrix, which is internal to the platform"
_DIAGNOSTIC: Final = "stores diagnostics in the model that the platform does not use"
_SHARED: Final = "decides whether the matrix of the platform may be overwritten"
_FREE_FORM: Final = "takes free-form arguments of inner functions"

NOT_SETTABLE: Final[dict[str, str]] = {
    "n_jobs": "training is single-threaded, so that a model does not depend on the machine",
    "verbose": "its output is not visible to users",
    "warm_start": "every training starts from scratch",
    "copy": _SHARED,
    "copy_X": _SHARED,
    "copy_X_train": _SHARED,
    "estimator": _OBJECT,
    "covariance_estimator": _OBJECT,
    "is_data_valid": _OBJECT,
    "is_model_valid": _OBJECT,
    "metric_params": _FREE_FORM,
    "kernel_params": _FREE_FORM,
    "solver_options": _FREE_FORM,
    "categorical_features": _ENCODED,
    "monotonic_cst": _ENCODED,
    "min_categories": _ENCODED,
    "n_targets": "a model here has one target",
    "alpha_per_target": "a model here has one target",
    "store_covariance": _DIAGNOSTIC,
    "store_cv_results": _DIAGNOSTIC,
    "compute_score": _DIAGNOSTIC,
    "fit_path": _DIAGNOSTIC,
    "use_legacy_attributes": _DIAGNOSTIC,
    "probability": "is deprecated by scikit-learn; CalibratedClassifierCV gives probabilities",
}
"""Parameters that cannot be set for any estimator, with the reason."""

NOT_SETTABLE_FOR: Final[dict[tuple[str, str], str]] = {
    ("GaussianProcessClassifier", "kernel"): _OBJECT,
    ("GaussianProcessRegressor", "kernel"): _OBJECT,
    ("GradientBoostingClassifier", "criterion"): "is deprecated by scikit-learn",
    ("GradientBoostingRegressor", "criterion"): "is deprecated by scikit-learn",
}
"""Parameters that cannot be set for one estimator, with the reason."""

UNUSABLE_CHOICES: Final[dict[str, frozenset[str]]] = {
    "kernel": frozenset({"precomputed"}),
    "solver": frozenset({"interior-point", "revised simplex"}),
    "metric": frozenset({"precomputed", "pyfunc", "haversine", "mahalanobis", "seuclidean"}),
}
"""Choices of a parameter that need more than the matrix, or that SciPy has removed."""

UNUSABLE_NULLS: Final = frozenset(
    {
        ("ElasticNet", "max_iter"),
        ("KNeighborsClassifier", "n_neighbors"),
        ("KNeighborsRegressor", "n_neighbors"),
        ("Lasso", "max_iter"),
    }
)
"""Parameters for which scikit-learn's validation accepts null but its `fit` fails."""

ARRAY_ITEMS: Final[dict[str, dict[str, object]]] = {
    "priors": {"type": "number", "minimum": 0, "maximum": 1},
    "class_prior": {"type": "number", "minimum": 0, "maximum": 1},
    "alphas": {"type": "number", "exclusiveMinimum": 0},
    "Cs": {"type": "number", "exclusiveMinimum": 0},
    "l1_ratio": {"type": "number", "minimum": 0, "maximum": 1},
    "l1_ratios": {"type": "number", "minimum": 0, "maximum": 1},
    "hidden_layer_sizes": {"type": "integer", "minimum": 1},
}
"""JSON Schema of the items of a list, by parameter name; other parameters accept no list."""

SCORING: Final[dict[str, tuple[str, ...]]] = {
    "classification": (
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
        "f1_weighted",
        "neg_brier_score",
        "neg_log_loss",
        "roc_auc_ovr",
    ),
    "regression": ("neg_mean_absolute_error", "neg_mean_squared_error", "neg_root_mean_squared_error", "r2"),
}
"""Scores for estimators with built-in cross-validation, by task; the others do not apply to a single target."""
