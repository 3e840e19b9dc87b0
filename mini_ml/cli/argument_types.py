"""Read values of options of `mini-ml`. Each function raises ArgumentTypeError, which argparse prints."""

import argparse
from pathlib import Path
from typing import Final

from pydantic import JsonValue, TypeAdapter, ValidationError

from mini_ml.adapters.auth.api_keys import validate_name, validate_scopes
from mini_ml.correlation import parse_correlation_id
from mini_ml.topology import Scope

_PARAMS: Final = TypeAdapter(dict[str, JsonValue])


def parse_key_name(text: str) -> str:
    """Return the name of an API key."""
    try:
        return validate_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def parse_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes in a list separated by commas."""
    try:
        return validate_scopes(split_names(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def parse_log_id(text: str) -> str:
    """Return a job id or a correlation id."""
    if parse_correlation_id(text) is None:
        raise argparse.ArgumentTypeError("not a job id or correlation id")
    return text


def parse_file(text: str) -> Path:
    """Return the path of a file that exists."""
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a folder; name a CSV file")
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"file not found: {text}")
    return path


def parse_output(text: str) -> Path:
    """Return a path that a file can be written to."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"cannot write to {text}: it is a folder, or its parent folder does not exist")
    return path


def parse_params(text: str) -> dict[str, JsonValue]:
    """Return the parameters of a model type, from JSON."""
    try:
        return _PARAMS.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            raise argparse.ArgumentTypeError(f"invalid JSON: {first['ctx']['error']}") from error
        raise argparse.ArgumentTypeError("must be a JSON object, such as '{\"max_depth\": 3}'") from error


def split_names(text: str) -> list[str]:
    """Return the names in a list separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]
