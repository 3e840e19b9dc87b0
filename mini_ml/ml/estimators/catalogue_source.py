"""Generate catalogue.json from the installed scikit-learn.

Run `python -m mini_ml.ml.estimators.catalogue_source` after changing scikit-learn, `ceilings` or `exclusions`.
"""

import inspect
import json
import math
import numbers
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import sklearn
from sklearn.utils import all_estimators
from sklearn.utils._param_validation import Hidden, Interval, Options, RealNotInt

from mini_ml.ml.estimators.ceilings import (
    CEILINGS,
    MOST_CLASSES,
    MOST_ITEMS,
    PLATFORM_DEFAULTS,
    REAL_CEILINGS,
    ROW_LIMITS,
)
from mini_ml.ml.estimators.exclusions import (
    ARRAY_ITEMS,
    EXCLUDED,
    NOT_SETTABLE,
    NOT_SETTABLE_FOR,
    SCORING,
    UNUSABLE_CHOICES,
    UNUSABLE_NULLS,
)

CATALOGUE: Final = Path(__file__).parents[2] / "catalogue.json"

TASKS: Final = {"classifier": "classification", "regressor": "regression"}

SchemaFragment = dict[str, Any]
"""A fragment of JSON Schema; `integers: false` means that the number must be written with a decimal point."""

_WEIGHTS: Final[SchemaFragment] = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_RANDOM_STATE: Final[dict[str, Any]] = {
    "default": 0,
    "accepts": [{"type": "integer", "minimum": 0, "maximum": 2**32 - 1}, {"type": "null"}],
}
"""The parameter of every estimator that has it; null means the default, since every training is repeatable."""
_DEPRECATED: Final = frozenset({"deprecated", "warn"})
_DEPTH_OF_PARAMETERS: Final = 4


def build() -> dict[str, Any]:
    """Build the whole catalogue, sorted by name."""
    found = [(name, cls, task) for kind, task in TASKS.items() for name, cls in all_estimators(type_filter=kind)]
    return {
        "scikit_learn": sklearn.__version__,
        "model_types": {
            name: _describe_model_type(name, cls, task) for name, cls, task in sorted(found) if name not in EXCLUDED
        },
        "excluded": {name: EXCLUDED[name] for name, _, _ in sorted(found) if name in EXCLUDED},
    }


def render(catalogue: dict[str, Any]) -> str:
    """Return the text of catalogue.json, with one line per parameter to keep diffs readable."""
    return _format_lines(catalogue, depth=0) + "\n"


def _format_lines(value: Any, *, depth: int) -> str:
    if not isinstance(value, dict) or not value or depth == _DEPTH_OF_PARAMETERS:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    margin = "  " * (depth + 1)
    members = (f"{margin}{json.dumps(key)}: {_format_lines(member, depth=depth + 1)}" for key, member in value.items())
    return "{\n" + ",\n".join(members) + "\n" + "  " * depth + "}"


def _describe_model_type(name: str, cls: type[Any], task: str) -> dict[str, Any]:
    parameters, not_settable = {}, {}
    for parameter, default in _defaults(name, cls).items():
        reason = NOT_SETTABLE_FOR.get((name, parameter)) or NOT_SETTABLE.get(parameter)
        if reason:
            not_settable[parameter] = reason
        else:
            parameters[parameter] = _describe_parameter(cls, task, parameter, default)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        probabilities = hasattr(cls(), "predict_proba")
    return {
        "task": task,
        "class": ".".join((*cls.__module__.split(".")[:2], name)),
        "summary": (inspect.getdoc(cls) or name).partition("\n")[0],
        "deprecated": str(caught[0].message) if caught else None,
        "probabilities": probabilities,
        "row_limit": ROW_LIMITS.get(name),
        "parameters": parameters,
        "not_settable": not_settable,
    }


def _defaults(name: str, cls: type[Any]) -> dict[str, Any]:
    signature = inspect.signature(cls.__init__).parameters
    return {
        parameter: PLATFORM_DEFAULTS.get((name, parameter), signature[parameter].default)
        for parameter in sorted(cls._parameter_constraints)
        if parameter in signature
    }


def _describe_parameter(cls: type[Any], task: str, parameter: str, default: Any) -> dict[str, Any]:
    if parameter == "random_state":
        return _RANDOM_STATE
    fragments: list[SchemaFragment] = []
    for constraint in cls._parameter_constraints[parameter]:
        fragments += [f for f in _fragments(constraint, task, parameter) if f not in fragments]
    if (cls.__name__, parameter) in UNUSABLE_NULLS:
        fragments.remove({"type": "null"})
    if not fragments:
        raise LookupError(f"{cls.__name__}.{parameter} accepts no JSON value: add it to exclusions.py")
    if default == "loss":
        fragments.insert(0, {"type": "string", "enum": ["loss"]})
    if isinstance(default, str) and default in _DEPRECATED:
        return {"deprecated": True, "accepts": fragments}
    if isinstance(default, float) and math.isinf(default):
        return {"default": None, "accepts": [*fragments, {"type": "null"}]}
    return {"default": list(default) if isinstance(default, tuple) else default, "accepts": fragments}


def _fragments(constraint: Any, task: str, parameter: str) -> Iterator[SchemaFragment]:
    if isinstance(constraint, Hidden):
        return
    if parameter == "scoring" and constraint is not None:
        yield {"type": "string", "enum": list(SCORING[task])}
    elif isinstance(constraint, Interval):
        yield _interval(constraint, parameter)
    elif isinstance(constraint, Options):
        yield from _options(constraint, parameter)
    elif isinstance(constraint, str):
        yield from _named(constraint, parameter)
    else:
        yield from _of_type(constraint, parameter)


def _interval(interval: Interval, parameter: str) -> SchemaFragment:
    whole = interval.type is numbers.Integral
    fragment: SchemaFragment = {"type": "integer" if whole else "number"}
    if interval.type is RealNotInt:
        fragment["integers"] = False
    left, right = interval.left, interval.right
    if left is not None and not math.isinf(left):
        closed = interval.closed in ("left", "both")
        fragment |= (
            {"minimum": left + 1} if whole and not closed else {"minimum" if closed else "exclusiveMinimum": left}
        )
    ceiling = (CEILINGS if whole else REAL_CEILINGS).get(parameter)
    if right is not None and not math.isinf(right):
        fragment["maximum" if interval.closed in ("right", "both") else "exclusiveMaximum"] = right
    elif ceiling is not None:
        fragment |= {"maximum": ceiling, "platform_limit": True}
    return fragment


def _options(options: Options, parameter: str) -> Iterator[SchemaFragment]:
    usable = sorted(str(option) for option in options.options if option not in UNUSABLE_CHOICES.get(parameter, ()))
    if options.type is str and usable:
        yield {"type": "string", "enum": usable}


def _named(constraint: str, parameter: str) -> Iterator[SchemaFragment]:
    if constraint == "boolean":
        yield {"type": "boolean"}
    elif constraint == "cv_object":
        yield {"type": "integer", "minimum": 2, "maximum": CEILINGS["cv"], "platform_limit": True}
        yield {"type": "null"}
    elif constraint == "array-like" and parameter in ARRAY_ITEMS:
        items = dict(ARRAY_ITEMS[parameter])
        if items["type"] == "integer":
            items |= {"maximum": CEILINGS[parameter], "platform_limit": True}
        yield {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS.get(parameter, MOST_CLASSES), "items": items}


def _of_type(constraint: Any, parameter: str) -> Iterator[SchemaFragment]:
    if constraint is None:
        yield {"type": "null"}
    elif constraint is dict and parameter == "class_weight":
        yield dict(_WEIGHTS)
    elif parameter == "constant" and constraint is str:
        yield from ({"type": "string"}, {"type": "number"}, {"type": "boolean"})
    elif constraint is numbers.Real:
        yield {"type": "number", "minimum": 0} if parameter == "epsilon" else {"type": "number"}
    elif constraint is numbers.Integral and parameter != "constant":
        yield {"type": "integer"}


def main() -> None:
    """Write catalogue.json."""
    CATALOGUE.write_text(render(build()), encoding="utf-8")


if __name__ == "__main__":
    main()
