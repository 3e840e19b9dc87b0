"""What can be typed after `mini-ml`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.auth.api_keys import checked_name, checked_scopes
from mini_ml.client import DEFAULT_URL
from mini_ml.topology import Scope

_FOLLOWS_S3: Final = "a file past the inline limit goes straight to S3"
_TARGET_HELP: Final = "what to learn (default: the last column)"
_TYPE_HELP: Final = "a name of GET /model-types, or auto (the default)"


class CliSettings(BaseSettings):
    """What the environment tells the command line."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", env_file=".env", frozen=True, extra="ignore")

    url: str = DEFAULT_URL
    """Address of the platform."""

    api_key: SecretStr | None = None
    """API key that the commands send along."""

    token: SecretStr | None = None
    """Token that the commands send along instead of an API key."""

    @field_validator("api_key", "token", mode="before")
    @classmethod
    def _empty_is_none(cls, text: str | None) -> str | None:
        return text or None

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if self.api_key and self.token:
            raise ValueError("give one of MINI_ML_API_KEY and MINI_ML_TOKEN, not both")
        return self

    @property
    def credential(self) -> str | None:
        """What is sent along."""
        given = self.api_key or self.token
        return given.get_secret_value() if given else None


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the options of a command line; ends the process with 2 where it makes no sense."""
    parser = argparse.ArgumentParser(prog="mini-ml", description="Train and serve tabular models from CSV files.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="run the platform on this machine until Ctrl-C")
    commands.add_parser("demo", help="start the platform, train, predict, show what happened, stop")
    remote = _remote()
    _add_train(commands.add_parser("train", parents=[remote], help="train a model on a CSV"))
    _add_predict(commands.add_parser("predict", parents=[remote], help="score a CSV"))
    _add_jobs(commands.add_parser("jobs", parents=[remote], help="list jobs, or show one"))
    models = commands.add_parser("models", parents=[remote], help="list models, or show one")
    models.add_argument("model_name", nargs="?", metavar="NAME")
    _add_key(commands.add_parser("key", help="make an API key"))
    return parser.parse_args(argv)


def _remote() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--url", default=CliSettings().url, help="address of the platform (MINI_ML_URL; %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the answer as it came")
    return parser


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=_file, metavar="FILE", help=f"the CSV; {_FOLLOWS_S3}")
    parser.add_argument("--model", "--model-name", dest="model_name", default="default", metavar="NAME")
    parser.add_argument("--target", "--target-column", dest="target_column", metavar="COLUMN", help=_TARGET_HELP)
    parser.add_argument("--type", "--model-type", dest="model_type", default="auto", metavar="TYPE", help=_TYPE_HELP)
    parser.add_argument("--params", "--model-params", dest="model_params", type=_mapping, metavar="JSON")
    _add_drop(parser)


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=_file, metavar="FILE", help=f"the CSV; {_FOLLOWS_S3}")
    parser.add_argument("--model", "--model-name", dest="model_name", default="default", metavar="NAME")
    parser.add_argument("--version", default="latest", help="a number, an alias or latest")
    _add_drop(parser)
    parser.add_argument("--output", type=_writable, metavar="PATH", help="write the CSV with the predictions here")


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id", nargs="?", metavar="ID")
    parser.add_argument("--state", metavar="STATE", help="awaiting_upload, queued, running, succeeded or failed")
    parser.add_argument("--kind", metavar="KIND", help="train or predict")
    parser.add_argument("--model", "--model-name", dest="model_name", metavar="NAME")
    parser.add_argument("--limit", type=int, metavar="N")


def _add_key(parser: argparse.ArgumentParser) -> None:
    new = parser.add_subparsers(dest="key_command", required=True, metavar="COMMAND").add_parser(
        "new", help="print a new key, and what the platform is to be told of it"
    )
    new.add_argument(
        "--name", required=True, type=_key_name, help="who will use it: lower-case letters, digits, `.`, `_`, `-`"
    )
    new.add_argument("--scopes", required=True, type=_scopes, metavar="A,B", help="of train, predict, read and admin")


def _add_drop(parser: argparse.ArgumentParser) -> None:
    help_text = "columns that the model shall not see"
    parser.add_argument(
        "--drop", "--columns-to-drop", dest="columns_to_drop", type=_names, metavar="A,B", default=[], help=help_text
    )


def _key_name(text: str) -> str:
    try:
        return checked_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _scopes(text: str) -> frozenset[Scope]:
    try:
        return checked_scopes(_names(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def _writable(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"no file can be made at {text}: it is a folder, or its folder does not exist")
    return path


def _mapping(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("not a JSON object, as in '{\"max_depth\": 3}'")
    return value


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
