"""Reads what a client may ask for, from strings, whichever door they came by: form fields or object metadata."""

import csv
import json
import math
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote

from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.contracts import PredictOptions, TrainOptions
from mini_ml.errors import InvalidOption, InvalidRequest, Issue

OUTPUTS = ("rows", "predictions", "probabilities")
_METADATA = ("target-column", "model-type", "model-params", "columns-to-drop", "output")
"""Keys of object metadata that are options."""
_ALIKE = 0.8
"""How like an option (difflib's ratio) another key must be to be taken for a misspelt one."""


def train_options(*, target_column: str, model_type: str, model_params: str, columns_to_drop: str) -> TrainOptions:
    """Return the checked options of a training; an empty string means "not given".

    Raises:
        InvalidRequest: a value is not of the form that its parameter has.
        UnknownModelType, InvalidOption: a value is of the right form and wrong; all issues at once.
    """
    params = parse_params(model_params)
    dropped = parse_columns(columns_to_drop)
    catalogue.check_model_type(model_type or "auto")
    issues = catalogue.check_params(model_type or "auto", params)
    if target_column and target_column in dropped:
        reason = f"`{target_column}` is the target and cannot be dropped"
        issues = [*issues, Issue(parameter="columns_to_drop", reason=reason, hint="take it out of columns_to_drop")]
    if issues:
        raise InvalidOption(f"{len(issues)} of the options cannot be used.", issues=issues)
    return TrainOptions(
        target_column=target_column or None,
        model_type=model_type or "auto",
        model_params=params,
        columns_to_drop=dropped,
    )


def predict_options(*, version: str, columns_to_drop: str, output: str = "") -> PredictOptions:
    """Return the options of a batch prediction. Raises InvalidRequest or InvalidOption."""
    wanted = [part.strip() for part in output.split(",") if part.strip()] or ["rows"]
    unknown = [part for part in wanted if part not in OUTPUTS]
    if unknown:
        issues = [
            Issue(parameter="output", reason=f"`{part[:80]}` is unknown", hint=f"use {', '.join(OUTPUTS)}")
            for part in unknown
        ]
        raise InvalidOption("The output cannot be of this kind.", issues=issues)
    return PredictOptions(
        version=version,
        columns_to_drop=parse_columns(columns_to_drop),
        only_predictions="predictions" in wanted,
        probabilities="probabilities" in wanted,
    )


def from_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return the options that object metadata carries, percent-decoded once, by the names of the form's fields.

    Raises:
        InvalidOption: a key is almost one of the options.
    """
    _refuse_misspelt(metadata)
    return {key.replace("-", "_"): unquote(metadata.get(key, "")) for key in _METADATA}


def _refuse_misspelt(metadata: Mapping[str, str]) -> None:
    """Refuse a key that is almost an option: passed over, another column would be learned than was meant.

    Other keys are none of our business; tools that copy files add their own.
    """
    spare = [key for key in metadata if key not in _METADATA]
    near = {key: get_close_matches(key.lower().replace("_", "-"), _METADATA, n=1, cutoff=_ALIKE) for key in spare}
    issues = [
        Issue(parameter=key[:80], reason=f"there is no option `{key[:80]}`", hint=f"did you mean `{known[0]}`?")
        for key, known in near.items()
        if known
    ]
    if issues:
        raise InvalidOption("The object's metadata has keys that are almost options.", issues=issues)


def parse_columns(text: str) -> tuple[str, ...]:
    """Read column names from a JSON list or from comma-separated text, in which quotes protect commas.

    Raises:
        InvalidRequest: it begins like a JSON list and is none of strings, or has several lines.
    """
    text = text.strip()
    if text.startswith("["):
        return tuple(_json_columns(text))
    try:
        names = next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error as error:
        raise _malformed(
            "columns_to_drop", "it is no single line of names", 'write ["id","name"] or id,name'
        ) from error
    return _unique(name.strip() for name in names)


def _json_columns(text: str) -> tuple[str, ...]:
    names = _json(text, "columns_to_drop", "a JSON list of column names or names separated by commas")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _malformed("columns_to_drop", "it is no list of strings", 'write ["id","name"] or id,name')
    return _unique(names)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def parse_params(text: str) -> dict[str, JsonValue]:
    """Read model parameters from a JSON object. Raises InvalidRequest."""
    if not text.strip():
        return {}
    params = _json(text, "model_params", 'a JSON object, for example {"n_estimators": 50}')
    if not isinstance(params, dict):
        raise _malformed("model_params", "it is no JSON object", 'write for example {"n_estimators": 50}')
    return params


def _json(text: str, parameter: str, form: str) -> Any:
    try:
        found = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        json.dumps(found, ensure_ascii=False).encode()  # refuses half characters such as \ud800
        return found
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise _malformed(parameter, f"it is not valid JSON{where}", f"write {form}") from error


def _refuse_constant(token: str) -> float:
    raise ValueError(f"{token} is no JSON")


def _finite(token: str) -> float:
    number = float(token)
    if not math.isfinite(number):
        raise ValueError("the number is out of range")
    return number


def _malformed(parameter: str, reason: str, hint: str) -> InvalidRequest:
    fault = Issue(parameter=parameter, reason=reason, hint=hint)
    return InvalidRequest(f"`{parameter}` cannot be read: {reason}.", issues=[fault])
