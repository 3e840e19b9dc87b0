"""Build an unfitted estimator from a model type and parameters, with a seed, on one thread (`n_jobs` unset)."""

import inspect
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from mini_ml.suggest import suggest

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
class BuiltEstimator:
    """An unfitted estimator, the scale it needs, and its parameters for the manifest."""

    estimator: Any
    scale: Scale | None
    """Scale that its columns need; None if any scale works."""
    params: dict[str, JsonValue]
    """All settable parameters, including defaults, with labels as spelled in the dataset."""


@dataclass(frozen=True, kw_only=True)
class MatrixShape:
    """The shape of the matrix that an estimator will be fitted on."""

    rows: int
    width: int
    """Number of columns."""
    labels: Sequence[str] | None
    """Labels as spelled, in the order of their codes; None for regression."""
    binary: int = 0
    """Number of columns that are 0 or 1 only, such as those of categories."""

    @property
    def outputs(self) -> int:
        """Return how many functions the estimator learns: one, or one per class for three or more classes."""
        return 1 if self.labels is None or len(self.labels) == 2 else len(self.labels)


def build(model_type: str, params: JsonParams, *, shape: MatrixShape, seed: int) -> BuiltEstimator:
    """Build an unfitted estimator.

    Args:
        model_type: a name of the catalogue.
        params: parameters that differ from the defaults.
        shape: the matrix that it will be fitted on; some defaults depend on it.
        seed: for estimators with a `random_state`.

    Raises:
        InvalidOption: a parameter is rejected by the catalogue or scikit-learn, or names an unknown label; the issues
            list all of them.
    """
    chosen = _reported_params(model_type, params, shape, seed)
    _raise_if_any(catalogue.check_params(model_type, params) + _find_unknown_labels(params, shape))
    cls = estimator_class(model_type)
    with warnings.catch_warnings():
        # A deprecated class warns on every construction; the catalogue and the notes of the training report it once.
        warnings.simplefilter("ignore", FutureWarning)
        estimator = cls(**_constructor_arguments(cls, model_type, _encode_labels(chosen, shape), shape, seed))
    try:
        estimator._validate_params()
    except InvalidParameterError as error:
        raise InvalidOption(
            f"scikit-learn rejects a parameter of {model_type}.", issues=[_sklearn_issue(error)]
        ) from error
    if model_type == "CategoricalNB":
        estimator = make_pipeline(
            KBinsDiscretizer(_BINS, encode="ordinal", strategy="uniform", subsample=None), estimator
        )
    return BuiltEstimator(estimator=estimator, scale=needed_scale(model_type), params=chosen)


def estimator_class(model_type: str) -> type[BaseEstimator]:
    """Import and return the class of a model type; only its own module of scikit-learn is imported."""
    module, _, name = catalogue.model_types()["model_types"][model_type]["class"].rpartition(".")
    return cast(type[BaseEstimator], getattr(import_module(module), name))


def _raise_if_any(issues: list[Issue]) -> None:
    if issues:
        raise InvalidOption("; ".join(issue.reason for issue in issues) + ".", issues=issues)


def _sklearn_issue(error: InvalidParameterError) -> Issue:
    sentence = str(error)
    named = sentence.partition("'")[2].partition("'")[0]
    return Issue(parameter=f"model_params.{named}" if named else "model_params", reason=sentence[:300])


# ---------------------------------------------------------------- parameters


def _reported_params(model_type: str, params: JsonParams, shape: MatrixShape, seed: int) -> dict[str, JsonValue]:
    described = catalogue.model_types()["model_types"][model_type]["parameters"]
    defaults = {name: facts["default"] for name, facts in described.items() if "default" in facts}
    if "random_state" in defaults:
        defaults["random_state"] = seed
    for name, most in (("n_neighbors", shape.rows), ("n_components", min(shape.rows, shape.width))):
        if isinstance(defaults.get(name), int):
            defaults[name] = max(1, min(defaults[name], most))
    if model_type == "RANSACRegressor" and shape.width >= shape.rows:
        defaults["min_samples"] = max(1, shape.rows // 2)
    return defaults | {name: value for name, value in params.items() if name in described}


def _constructor_arguments(
    cls: type[BaseEstimator], model_type: str, chosen: dict[str, Any], shape: MatrixShape, seed: int
) -> dict[str, Any]:
    """Return the arguments of the constructor; null is left out if it stands for an infinite default."""
    signature = inspect.signature(cls).parameters
    ours = {name: value for (type_, name), value in PLATFORM_DEFAULTS.items() if type_ == model_type}
    if "random_state" in signature:
        ours["random_state"] = seed
    arguments = ours | {name: _to_python(value) for name, value in chosen.items()}
    if arguments.get("random_state", seed) is None:
        arguments["random_state"] = seed
    if model_type in _LIBSVM and arguments["max_iter"] == -1:
        arguments["max_iter"] = _libsvm_iterations(shape)
    return {name: value for name, value in arguments.items() if not _is_unlimited(value, signature[name].default)}


def _to_python(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _is_unlimited(value: Any, default: Any) -> bool:
    return value is None and default == float("inf")


def _libsvm_iterations(shape: MatrixShape) -> int:
    """Return a limit for the iterations of libsvm, which by default has none and can run for hours on hard data."""
    return min(2**31 - 1, max(10_000, _LIBSVM_OPERATIONS // (shape.rows * max(1, shape.width))))


def _find_unknown_labels(params: JsonParams, shape: MatrixShape) -> list[Issue]:
    if shape.labels is None:
        return []
    known = set(shape.labels)
    return [
        Issue(
            parameter=f"model_params.{name}",
            reason=f"`{short(label)}` is not a label of the target",
            hint=_nearest_label(label, shape.labels),
        )
        for name, label in _find_named_labels(params)
        if label not in known
    ]


def _find_named_labels(params: JsonParams) -> list[tuple[str, str]]:
    """Return the labels that occur in parameters, each with the name of its parameter."""
    weights, constant = params.get("class_weight"), params.get("constant")
    named = [("class_weight", label) for label in weights] if isinstance(weights, dict) else []
    return named if constant is None else [*named, ("constant", spell_label(constant))]


def spell_label(value: JsonValue) -> str:
    """Return a JSON label as spelled in the dataset: `7` for 7, `true` for true."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nearest_label(label: str, labels: Sequence[str]) -> str:
    nearest = suggest(label, labels) or list(labels[:5])
    return f"labels are spelled as in the dataset: {', '.join(f'`{short(name)}`' for name in nearest)}"


def _encode_labels(chosen: dict[str, JsonValue], shape: MatrixShape) -> dict[str, Any]:
    coded: dict[str, Any] = dict(chosen)
    if shape.labels is None:
        return coded
    codes = {label: code for code, label in enumerate(shape.labels)}
    weights, constant = chosen.get("class_weight"), chosen.get("constant")
    if isinstance(weights, dict):
        coded["class_weight"] = {codes[label]: weight for label, weight in weights.items()}
    if constant is not None:
        coded["constant"] = codes[spell_label(constant)]
    return coded


def needed_scale(model_type: str) -> Scale | None:
    """Return the scale that the columns need: all but trees fail with epochs of 1e9 next to zeros and ones."""
    if model_type in _AS_IT_IS:
        return None
    return "unit" if model_type in _NON_NEGATIVE else "standard"
