"""Parses the options of a job from strings: form fields over HTTP, or object metadata of an S3 upload."""

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
_MIN_SIMILARITY = 0.8
"""A key at least this similar to an option (difflib's ratio) counts as a misspelling of it."""


def train_options(*, target_column: str, model_type: str, model_params: str, columns_to_drop: str) -> TrainOptions:
    """Parse and check the options of a training; an empty string means "not given".

    Raises:
        InvalidRequest: a value cannot be parsed.
        UnknownModelType, InvalidOption: a value is not allowed; all issues are reported at once.
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
    """Parse and check the options of a batch prediction. Raises InvalidRequest or InvalidOption."""
    parts = [part.strip() for part in output.split(",") if part.strip()] or ["rows"]
    unknown = [part for part in parts if part not in OUTPUTS]
    if unknown:
        issues = [
            Issue(parameter="output", reason=f"`{part[:80]}` is unknown", hint=f"use {', '.join(OUTPUTS)}")
            for part in unknown
        ]
        raise InvalidOption("Unknown output.", issues=issues)
    return PredictOptions(
        version=version,
        columns_to_drop=parse_columns(columns_to_drop),
        only_predictions="predictions" in parts,
        probabilities="probabilities" in parts,
    )


def from_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return the options in object metadata, percent-decoded once, by the names of the form's fields.

    Raises:
        InvalidOption: a key looks like a misspelt option.
    """
    _reject_misspelt(metadata)
    return {key.replace("-", "_"): unquote(metadata.get(key, "")) for key in _METADATA}


def _reject_misspelt(metadata: Mapping[str, str]) -> None:
    """Raise InvalidOption for a key that looks like an option: ignoring it could train on the wrong column.

    Other keys are ignored, because tools that copy files add their own.
    """
    spare = [key for key in metadata if key not in _METADATA]
    near = {
        key: get_close_matches(key.lower().replace("_", "-"), _METADATA, n=1, cutoff=_MIN_SIMILARITY) for key in spare
    }
    issues = [
        Issue(parameter=key[:80], reason=f"there is no option `{key[:80]}`", hint=f"did you mean `{known[0]}`?")
        for key, known in near.items()
        if known
    ]
    if issues:
        raise InvalidOption("The object's metadata has keys that look like misspelt options.", issues=issues)


def parse_columns(text: str) -> tuple[str, ...]:
    """Parse column names from a JSON list or from comma-separated text with optional quotes.

    Raises:
        InvalidRequest: it starts with `[` but is not a JSON list of strings, or it has several lines.
    """
    text = text.strip()
    if text.startswith("["):
        return tuple(_json_columns(text))
    try:
        names = next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error as error:
        raise _malformed(
            "columns_to_drop", "it is not a single line of names", 'write ["id","name"] or id,name'
        ) from error
    return _unique(name.strip() for name in names)


def _json_columns(text: str) -> tuple[str, ...]:
    names = _json(text, "columns_to_drop", "a JSON list of column names or names separated by commas")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _malformed("columns_to_drop", "it is not a list of strings", 'write ["id","name"] or id,name')
    return _unique(names)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def parse_params(text: str) -> dict[str, JsonValue]:
    """Parse model parameters from a JSON object. Raises InvalidRequest."""
    if not text.strip():
        return {}
    params = _json(text, "model_params", 'a JSON object, for example {"n_estimators": 50}')
    if not isinstance(params, dict):
        raise _malformed("model_params", "it is not a JSON object", 'write for example {"n_estimators": 50}')
    return params


def _json(text: str, parameter: str, form: str) -> Any:
    try:
        found = json.loads(text, parse_constant=_reject_constant, parse_float=_finite)
        json.dumps(found, ensure_ascii=False).encode()  # rejects lone surrogates such as \ud800
        return found
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise _malformed(parameter, f"it is not valid JSON{where}", f"write {form}") from error


def _reject_constant(token: str) -> float:
    raise ValueError(f"{token} is not valid JSON")


def _finite(token: str) -> float:
    number = float(token)
    if not math.isfinite(number):
        raise ValueError("the number is out of range")
    return number


def _malformed(parameter: str, reason: str, hint: str) -> InvalidRequest:
    issue = Issue(parameter=parameter, reason=reason, hint=hint)
    return InvalidRequest(f"`{parameter}` cannot be read: {reason}.", issues=[issue])
