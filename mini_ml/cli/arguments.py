"""Commands and options of `mini-ml`."""

import argparse
from collections.abc import Sequence
from typing import Final, Self

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.cli.argument_types import (
    parse_file,
    parse_key_name,
    parse_log_id,
    parse_output,
    parse_params,
    parse_scopes,
    split_names,
)
from mini_ml.cli.comparisons import add_compare_arguments, add_promote_arguments
from mini_ml.cli.platform_url import AWS_STAGES, find_stage, is_loopback
from mini_ml.cli.reports import add_report_arguments
from mini_ml.client import DEFAULT_URL
from mini_ml.contracts import BAD_ROWS, EFFORTS, Kind

_FILE_HELP: Final = "CSV file; a file larger than the inline limit is uploaded to S3"
_INSPECT_HELP: Final = "CSV file; of a file larger than the inline limit, only the first bytes are sent"
_TARGET_HELP: Final = "column to predict (default: the last one)"
_TYPE_HELP: Final = "model type from GET /model-types, or auto (the default)"
_MODEL_HELP: Final = "model name (default: %(default)s)"
_PARAMS_HELP: Final = "parameters of the model type, such as '{\"max_depth\": 3}'"
_EFFORT_HELP: Final = "how much time auto spends: balanced (the default), or best, which takes up to ten times as long"
_REFIT_HELP: Final = "publish a model that is fitted on all rows, after it was measured without the hold-out rows"
_TIME_HELP: Final = "column that orders the rows: the newest ones are held out (default: random rows)"
_GROUP_HELP: Final = "column whose equal values are held out together; it is not a feature"
_BAD_ROWS_HELP: Final[dict[Kind, str]] = {
    "train": "rows that cannot be read: skip them while they are few (the default), or refuse the file",
    "predict": "rows that cannot be read: refuse the file (the default), or keep them without a prediction",
}


class CliSettings(BaseSettings):
    """Settings of the commands that talk to a platform."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", env_file=".env", frozen=True, extra="ignore")

    url: str = DEFAULT_URL
    """URL of the platform."""

    api_key: SecretStr | None = None
    """API key that the commands send."""

    token: SecretStr | None = None
    """Token that the commands send instead of an API key."""

    @field_validator("api_key", "token", mode="before")
    @classmethod
    def _convert_empty_to_none(cls, text: str | None) -> str | None:
        return text or None

    @model_validator(mode="after")
    def _check_one_credential(self) -> Self:
        if self.api_key and self.token:
            raise ValueError("Set either MINI_ML_API_KEY or MINI_ML_TOKEN, not both.")
        return self

    @property
    def credential(self) -> str | None:
        """API key or token to send, or None."""
        given = self.api_key or self.token
        return given.get_secret_value() if given else None


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments after `mini-ml`; exit with status 2 if they are invalid."""
    parser = argparse.ArgumentParser(prog="mini-ml", description="Train and serve tabular models from CSV files.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="run the platform on this machine until Ctrl-C")
    commands.add_parser("demo", help="start a temporary platform, train, predict, show the results, stop")
    remote = _build_remote_options()
    _add_inspect(commands.add_parser("inspect", parents=[remote], help="show what a training would read in a CSV file"))
    _add_train(commands.add_parser("train", parents=[remote], help="train a model on a CSV file"))
    _add_predict(commands.add_parser("predict", parents=[remote], help="predict the rows of a CSV file"))
    _add_jobs(commands.add_parser("jobs", parents=[remote], help="list jobs, or show one"))
    _add_models(commands.add_parser("models", parents=[remote], help="list models, or show one or a version of it"))
    report = commands.add_parser("report", parents=[remote], help="save the report of a model version as an HTML file")
    add_report_arguments(report)
    compare = commands.add_parser("compare", parents=[remote], help="compare two versions of a model")
    add_compare_arguments(compare)
    promote = commands.add_parser("promote", parents=[remote], help="point an alias at a version of a model")
    add_promote_arguments(promote)
    _add_drift(
        commands.add_parser(
            "drift", parents=[remote], help="show how the rows of batches differ from the training rows"
        )
    )
    _add_logs(commands.add_parser("logs", help="print log lines, or on AWS the commands that do"))
    _add_key(commands.add_parser("key", help="create an API key"))
    options = parser.parse_args(argv)
    if options.command == "logs" and not (is_loopback(options.url) or options.stage or find_stage(options.url)):
        parser.error(f"argument --stage: name the stage, as {options.url} does not end with one")
    if options.command == "models" and options.version and not options.model_name:
        parser.error("argument --version: name the model, as in: mini-ml models iris --version 3")
    if options.command == "models" and options.alias and (options.version or not options.model_name):
        parser.error("argument --alias: name the model, as in: mini-ml models iris --alias champion")
    return options


def _build_remote_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    _add_url(parser)
    parser.add_argument("--json", action="store_true", help="print the JSON response")
    return parser


def _add_url(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", default=CliSettings().url, help="URL of the platform (MINI_ML_URL; %(default)s)")


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=parse_file, metavar="FILE", help=_INSPECT_HELP)
    parser.add_argument("--target", "--target-column", dest="target_column", metavar="COLUMN", help=_TARGET_HELP)
    _add_drop(parser)
    _add_split_columns(parser)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=parse_file, metavar="FILE", help=_FILE_HELP)
    _add_model(parser)
    parser.add_argument("--target", "--target-column", dest="target_column", metavar="COLUMN", help=_TARGET_HELP)
    parser.add_argument("--type", "--model-type", dest="model_type", default="auto", metavar="TYPE", help=_TYPE_HELP)
    parser.add_argument(
        "--params", "--model-params", dest="model_params", type=parse_params, metavar="JSON", help=_PARAMS_HELP
    )
    _add_drop(parser)
    _add_bad_rows(parser, "train")
    parser.add_argument("--effort", choices=EFFORTS, help=_EFFORT_HELP)
    parser.add_argument("--refit", action=argparse.BooleanOptionalAction, help=_REFIT_HELP)
    _add_split_columns(parser)


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=parse_file, metavar="FILE", help=_FILE_HELP)
    _add_model(parser)
    parser.add_argument("--version", default="latest", help="version number, alias or latest (default: %(default)s)")
    _add_drop(parser)
    _add_bad_rows(parser, "predict")
    parser.add_argument(
        "--output", type=parse_output, metavar="PATH", help="write the rows with their predictions to this CSV file"
    )


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id", nargs="?", metavar="ID")
    parser.add_argument("--state", metavar="STATE", help="state: awaiting_upload, queued, running, succeeded or failed")
    parser.add_argument("--kind", metavar="KIND", help="kind: train or predict")
    parser.add_argument("--model", "--model-name", dest="model_name", metavar="NAME", help="model name")
    parser.add_argument("--limit", type=int, metavar="N", help="maximum number of jobs to list")


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model_name", nargs="?", metavar="NAME")
    parser.add_argument(
        "--version", help="version number, alias or latest: show its metrics and the candidates that were compared"
    )
    parser.add_argument("--alias", metavar="ALIAS", help="alias: show who moved it, when, and why")


def _add_drift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model_name", metavar="NAME", help="model name")
    parser.add_argument("--version", default="latest", help="version number, alias or latest (default: %(default)s)")
    parser.add_argument("--limit", type=int, metavar="N", help="maximum number of batches to list")


def _add_logs(parser: argparse.ArgumentParser) -> None:
    _add_url(parser)
    parser.add_argument("--job", type=parse_log_id, metavar="ID", help="only lines with this job id or correlation id")
    parser.add_argument("--follow", "-f", action="store_true", help="wait for further lines until Ctrl-C")
    parser.add_argument(
        "--stage", choices=AWS_STAGES, help="stage on AWS, if the URL does not end with it, as a domain of yours"
    )


def _add_key(parser: argparse.ArgumentParser) -> None:
    new = parser.add_subparsers(dest="key_command", required=True, metavar="COMMAND").add_parser(
        "new", help="print a new key, and the entry that grants it access"
    )
    new.add_argument(
        "--name",
        required=True,
        type=parse_key_name,
        help="who uses the key; lower-case letters, digits, `.`, `_` and `-`",
    )
    new.add_argument(
        "--scopes",
        required=True,
        type=parse_scopes,
        metavar="A,B",
        help="one or more of train, predict, read and admin",
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", "--model-name", dest="model_name", default="default", metavar="NAME", help=_MODEL_HELP
    )


def _add_drop(parser: argparse.ArgumentParser) -> None:
    help_text = "columns to leave out"
    parser.add_argument(
        "--drop",
        "--columns-to-drop",
        dest="columns_to_drop",
        type=split_names,
        metavar="A,B",
        default=[],
        help=help_text,
    )


def _add_split_columns(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--time-column", metavar="COLUMN", help=_TIME_HELP)
    parser.add_argument("--group-column", metavar="COLUMN", help=_GROUP_HELP)


def _add_bad_rows(parser: argparse.ArgumentParser, kind: Kind) -> None:
    parser.add_argument("--bad-rows", choices=BAD_ROWS[kind], help=_BAD_ROWS_HELP[kind])
