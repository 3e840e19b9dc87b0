"""Build an estimator from its name and parameters: seeded, on one thread (n_jobs unset), on the scale that it needs."""

import inspect
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, cast

from pydantic import JsonValue
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer
from sklearn.utils._param_validation import InvalidParameterError

from mini_ml import catalogue
from mini_ml.errors import InvalidOption, Issue
from mini_ml.ml.encoding.scaling import Scale
from mini_ml.ml.estimators.ceilings import PLATFORM_DEFAULTS
from mini_ml.ml.records.issues import short

JsonParams = Mapping[str, JsonValue]

TREES: Final = frozenset(
    f"{kind}{suffix}"
    for kind in ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees", "GradientBoosting", "HistGradientBoosting")
    for suffix in ("Classifier", "Regressor")
)
_AS_IT_IS: Final = TREES | {
    f"{kind}{suffix}" for kind in ("AdaBoost", "Bagging", "Dummy") for suffix in ("Classifier", "Regressor")
}
_NON_NEGATIVE: Final = frozenset({"CategoricalNB", "ComplementNB", "MultinomialNB"})
_LIBSVM: Final = frozenset({"NuSVC", "NuSVR", "SVC", "SVR"})
_LIBSVM_OPERATIONS: Final = 300_000_000_000
_BINS: Final = 10


@dataclass(frozen=True, kw_only=True)
class Built:
    """An unfitted estimator, and its parameters as they are reported."""

    estimator: Any
    scale: Scale | None
    """The scale it needs its columns on."""
    params: dict[str, JsonValue]
    """All that are settable, defaults included, in the user's own labels."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """What an estimator will be fitted on, before it is."""

    rows: int
    width: int
    labels: Sequence[str] | None
    """Spelled labels in the order of their codes; None for regression."""

    @property
    def outputs(self) -> int:
        """Return how many functions are learned side by side: one, or one for each of three or more classes."""
        return 1 if self.labels is None or len(self.labels) == 2 else len(self.labels)


def build(model_type: str, params: JsonParams, *, matrix: Matrix, seed: int) -> Built:
    """Return an unfitted estimator of a type of the catalogue.

    Raises:
        InvalidOption: a parameter does not fit the catalogue, scikit-learn or the labels; all issues at once.
    """
    chosen = _reported(model_type, params, matrix)
    _refuse(catalogue.check_params(model_type, params) + _unknown_labels(params, matrix))
    cls = estimator_class(model_type)
    with warnings.catch_warnings():
        # A deprecated class says so whenever one is made; the catalogue says it once, and so does training's note.
        warnings.simplefilter("ignore", FutureWarning)
        estimator = cls(**_arguments(cls, model_type, _coded(chosen, matrix), matrix, seed))
    try:
        estimator._validate_params()
    except InvalidParameterError as error:
        raise InvalidOption(
            f"scikit-learn refuses a parameter of {model_type}.", issues=[_sklearn_fault(error)]
        ) from error
    if model_type == "CategoricalNB":
        estimator = make_pipeline(
            KBinsDiscretizer(_BINS, encode="ordinal", strategy="uniform", subsample=None), estimator
        )
    return Built(estimator=estimator, scale=_scale(model_type), params=chosen)


def estimator_class(model_type: str) -> type[BaseEstimator]:
    """Return the class of a type of the catalogue; only its own module of scikit-learn is imported."""
    module, _, name = catalogue.model_types()["model_types"][model_type]["class"].rpartition(".")
    return cast(type[BaseEstimator], getattr(import_module(module), name))


def _refuse(issues: list[Issue]) -> None:
    if issues:
        raise InvalidOption("; ".join(fault.reason for fault in issues) + ".", issues=issues)


def _sklearn_fault(error: InvalidParameterError) -> Issue:
    sentence = str(error)
    named = sentence.partition("'")[2].partition("'")[0]
    return Issue(parameter=f"model_params.{named}" if named else "model_params", reason=sentence[:300])


# ---------------------------------------------------------------- parameters


def _reported(model_type: str, params: JsonParams, matrix: Matrix) -> dict[str, JsonValue]:
    described = catalogue.model_types()["model_types"][model_type]["parameters"]
    defaults = {name: facts["default"] for name, facts in described.items() if "default" in facts}
    for name, most in (("n_neighbors", matrix.rows), ("n_components", min(matrix.rows, matrix.width))):
        if isinstance(defaults.get(name), int):
            defaults[name] = max(1, min(defaults[name], most))
    if model_type == "RANSACRegressor" and matrix.width >= matrix.rows:
        defaults["min_samples"] = max(1, matrix.rows // 2)
    return defaults | dict(params)


def _arguments(
    cls: type[BaseEstimator], model_type: str, chosen: dict[str, Any], matrix: Matrix, seed: int
) -> dict[str, Any]:
    """Return what the class is called with: nothing that it would take as its own default anyway."""
    signature = inspect.signature(cls).parameters
    ours = {name: value for (type_, name), value in PLATFORM_DEFAULTS.items() if type_ == model_type}
    if "random_state" in signature:
        ours["random_state"] = seed
    arguments = ours | {name: _pythonic(value) for name, value in chosen.items()}
    if model_type in _LIBSVM and arguments["max_iter"] == -1:
        arguments["max_iter"] = _libsvm_iterations(matrix)
    return {name: value for name, value in arguments.items() if not _is_unlimited(value, signature[name].default)}


def _pythonic(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _is_unlimited(value: Any, default: Any) -> bool:
    return value is None and default == float("inf")


def _libsvm_iterations(matrix: Matrix) -> int:
    """Return a bound on libsvm's steps, which it lacks: without one, hard data would run for hours."""
    return min(2**31 - 1, max(10_000, _LIBSVM_OPERATIONS // (matrix.rows * max(1, matrix.width))))


def _unknown_labels(params: JsonParams, matrix: Matrix) -> list[Issue]:
    if matrix.labels is None:
        return []
    known = set(matrix.labels)
    return [
        Issue(
            parameter=f"model_params.{name}",
            reason=f"`{short(label)}` is no label of the target",
            hint=_nearest_label(label, matrix.labels),
        )
        for name, label in _labels_named(params)
        if label not in known
    ]


def _labels_named(params: JsonParams) -> list[tuple[str, str]]:
    """Return the labels that parameters of a classifier name, each with its parameter."""
    weights, constant = params.get("class_weight"), params.get("constant")
    named = [("class_weight", label) for label in weights] if isinstance(weights, dict) else []
    return named if constant is None else [*named, ("constant", spelled(constant))]


def spelled(value: JsonValue) -> str:
    """Return a label given as JSON as the dataset spells it: `7` for 7, `true` for true."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nearest_label(label: str, labels: Sequence[str]) -> str:
    nearest = get_close_matches(label, labels, n=1) or list(labels[:5])
    return f"labels are spelled as in the dataset: {', '.join(f'`{short(name)}`' for name in nearest)}"


def _coded(chosen: dict[str, JsonValue], matrix: Matrix) -> dict[str, Any]:
    coded: dict[str, Any] = dict(chosen)
    if matrix.labels is None:
        return coded
    codes = {label: code for code, label in enumerate(matrix.labels)}
    weights, constant = chosen.get("class_weight"), chosen.get("constant")
    if isinstance(weights, dict):
        coded["class_weight"] = {codes[label]: weight for label, weight in weights.items()}
    if constant is not None:
        coded["constant"] = codes[spelled(constant)]
    return coded


def _scale(model_type: str) -> Scale | None:
    """Return the scale that the columns need: epochs of 1e9 beside zeros and ones break all but trees."""
    if model_type in _AS_IT_IS:
        return None
    return "unit" if model_type in _NON_NEGATIVE else "standard"
