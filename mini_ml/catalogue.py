"""Look up model types and validate their parameters, from catalogue.json and without importing scikit-learn."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

from mini_ml.contracts import JsonObject, Task
from mini_ml.errors import Issue, UnknownModelType
from mini_ml.suggest import did_you_mean, join_names, suggest

AUTO: Final[dict[str, Task | None]] = {
    "auto": None,
    "auto:classification": "classification",
    "auto:regression": "regression",
}
"""Model types that let the trainer choose an estimator, with the task that each one forces; None leaves it open."""

ENSEMBLE: Final = "ensemble"
"""The model type of a version whose estimators `auto` averages; no training can name it."""

_MAX_SHOWN_CHARS: Final = 60
_MAX_NUMBER: Final = 1e300

Fragment = Mapping[str, Any]
"""A fragment of JSON Schema; `integers: false` means that the number must be written with a decimal point."""


@cache
def model_types() -> JsonObject:
    """Return the catalogue as in the response of `GET /model-types`; callers must not modify it."""
    catalogue: JsonObject = json.loads(Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8"))
    return catalogue


def check_model_type(name: str) -> None:
    """Check that a name is in the catalogue or in `AUTO`.

    Raises:
        UnknownModelType: it is not; the hint suggests the nearest names.
    """
    if name in AUTO or name in model_types()["model_types"]:
        return
    reason, hint = f"unknown model type `{_shorten(name)}`", f"did you mean {join_names(nearest_types(name))}?"
    if name == ENSEMBLE:
        reason, hint = "`ensemble` cannot be trained by name: `auto` chooses the members", "use model_type `auto`"
    elif why := model_types()["excluded"].get(name):
        reason, hint = f"`{name}` is not offered: it {why}", "GET /model-types lists the available ones"
    raise UnknownModelType(
        f"{reason[0].upper()}{reason[1:]}.", issues=[Issue(parameter="model_type", reason=reason, hint=hint)]
    )


def nearest_types(name: str) -> list[str]:
    """Return the known names that are most similar to `name`; never empty."""
    return suggest(name, [*model_types()["model_types"], *AUTO], count=3) or ["auto", "RandomForestClassifier"]


def task_of(model_type: str) -> Task | None:
    """Return the task of a known model type; None for `auto`."""
    if model_type in AUTO:
        return AUTO[model_type]
    task: Task = model_types()["model_types"][model_type]["task"]
    return task


def counterpart(model_type: str, task: Task) -> str:
    """Return the model type of `task` that is most similar to a model type of the other task."""
    suffix = {"classification": "Classifier", "regression": "Regressor"}
    stem = model_type.removesuffix("Classifier").removesuffix("Regressor").removesuffix("Regression")
    tries = [f"{stem}{suffix[task]}", _RELATIVES.get(model_type, ""), f"RandomForest{suffix[task]}"]
    return next(name for name in tries if name in model_types()["model_types"] and task_of(name) == task)


_RELATIVES: Final = {
    "LinearRegression": "LogisticRegression",
    "LinearSVC": "LinearSVR",
    "LinearSVR": "LinearSVC",
    "LogisticRegression": "Ridge",
    "LogisticRegressionCV": "RidgeCV",
    "NuSVC": "NuSVR",
    "NuSVR": "NuSVC",
    "RidgeClassifier": "Ridge",
    "RidgeClassifierCV": "RidgeCV",
    "RidgeCV": "RidgeClassifierCV",
    "SVC": "SVR",
    "SVR": "SVC",
}


def check_params(model_type: str, params: Mapping[str, object]) -> list[Issue]:
    """Return the issues of the parameters of a known model type, in the order of the parameters."""
    if model_type in AUTO:
        reason = f"`{model_type}` takes no parameters but `random_state`"
        hint = "leave model_params empty, or name a model type"
        issues = [_issue(name, reason, hint) for name in params if name != "random_state"]
        return issues + _check_seed(params)
    entry = model_types()["model_types"][model_type]
    others = {name: value for name, value in params.items() if name != "random_state"}
    found = (_check_param(model_type, entry, name, value) for name, value in others.items())
    return [issue for issue in found if issue] + _check_seed(params)


def _check_param(model_type: str, entry: JsonObject, name: str, value: object) -> Issue | None:
    if why := entry["not_settable"].get(name):
        return _issue(name, f"`{name}` cannot be set: {why}", "leave it out")
    if name not in entry["parameters"]:
        otherwise = f"its parameters: {join_names(entry['parameters'])}"
        hint = did_you_mean(name, entry["parameters"], otherwise=otherwise, count=3)
        return _issue(name, f"{model_type} has no parameter `{_shorten(name)}`", hint)
    accepted: Sequence[Fragment] = entry["parameters"][name]["accepts"]
    if _is_nested(value):
        return _issue(name, f"`{name}` is nested too deeply", f"use {_describe(accepted)}")
    if any(_is_valid(value, fragment) for fragment in accepted):
        return None
    reason = f"`{name}` is {_show(value)}" + (
        ", above the limit of this platform" if _is_above_platform_limit(value, accepted) else ""
    )
    return _issue(name, reason, f"use {_describe(accepted)}")


def _check_seed(params: Mapping[str, object]) -> list[Issue]:
    """Return the issue of `random_state`, which every model type accepts, also those that do not use it."""
    value = params.get("random_state")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32):
        return []
    hint = f"use a whole number from 0 to {2**32 - 1} or null"
    return [_issue("random_state", f"`random_state` is {_show(value)}", hint)]


def _show(value: object) -> str:
    return f"the text “{_shorten(value)}”" if isinstance(value, str) else _shorten(value)


def _issue(name: str, reason: str, hint: str) -> Issue:
    return Issue(parameter=f"model_params.{_shorten(name)}", reason=reason, hint=hint)


# ---------------------------------------------------------------- values against fragments

_MAX_NESTING: Final = 8
"""Maximum nesting of a value; no parameter is nested this deeply, and the checks recurse once per level."""

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "null": (type(None),),
}


def _is_nested(value: object) -> bool:
    """Return whether a value is nested more deeply than any parameter allows."""
    level = [value]
    for _ in range(_MAX_NESTING):
        inner = (
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list | tuple)
        )
        level = list(chain.from_iterable(inner))
    return bool(level)


def _is_valid(value: object, fragment: Fragment) -> bool:
    kind = fragment["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return False
    if isinstance(value, int | float):
        return _is_in_range(value, fragment)
    if isinstance(value, list | tuple):
        return _has_valid_length(value, fragment) and all(_is_valid(item, fragment["items"]) for item in value)
    if isinstance(value, dict):
        return bool(value) and all(_is_valid(item, fragment["additionalProperties"]) for item in value.values())
    return "enum" not in fragment or value in fragment["enum"]


def _is_in_range(value: float, fragment: Fragment) -> bool:
    return (
        -_MAX_NUMBER <= value <= _MAX_NUMBER
        and (fragment.get("integers", True) or isinstance(value, float))
        and fragment.get("minimum", value) <= value <= fragment.get("maximum", value)
        and ("exclusiveMinimum" not in fragment or value > fragment["exclusiveMinimum"])
        and ("exclusiveMaximum" not in fragment or value < fragment["exclusiveMaximum"])
    )


def _has_valid_length(items: Sequence[object], fragment: Fragment) -> bool:
    return bool(fragment["minItems"] <= len(items) <= fragment["maxItems"])


def _is_above_platform_limit(value: object, accepted: Sequence[Fragment]) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_above_platform_limit(item, [f["items"] for f in accepted if "items" in f]) for item in value)
    return isinstance(value, int | float) and any(f.get("platform_limit") and value > f["maximum"] for f in accepted)


# ---------------------------------------------------------------- words


def _describe(accepted: Sequence[Fragment]) -> str:
    return " or ".join(_describe_fragment(fragment) for fragment in accepted)


def _describe_fragment(fragment: Fragment) -> str:
    kind = fragment["type"]
    if kind == "array":
        return f"a list of at most {fragment['maxItems']} items, each {_describe_fragment(fragment['items'])}"
    if kind == "object":
        return f"an object of label to {_describe_fragment(fragment['additionalProperties'])}"
    if kind in ("integer", "number"):
        return " ".join(_describe_range(fragment))
    if "enum" in fragment:
        return " or ".join(f"`{choice}`" for choice in fragment["enum"])
    return {"boolean": "true or false", "null": "null"}.get(kind, f"a {kind}")


def _describe_range(fragment: Fragment) -> Iterator[str]:
    whole = fragment["type"] == "integer"
    yield "a whole number" if whole else "a number" if fragment.get("integers", True) else "a fraction (as 0.5 or 1.0)"
    low, high = fragment.get("minimum"), fragment.get("maximum")
    if low is not None and high is not None:
        yield f"from {low} to {high}"
        return
    for key, word in _BOUNDS.items():
        if key in fragment:
            yield f"{word} {fragment[key]}"


_BOUNDS: Final = {
    "minimum": "of at least",
    "exclusiveMinimum": "above",
    "maximum": "up to",
    "exclusiveMaximum": "below",
}


def _shorten(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _MAX_SHOWN_CHARS else f"{text[:_MAX_SHOWN_CHARS]}…"
