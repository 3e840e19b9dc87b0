"""The CDK context for programs that run without the CDK command line: values of cdk.json and of `--context`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CDK_JSON: Final = Path(__file__).resolve().parents[1] / "cdk.json"


class InvalidContext(ValueError):
    """A context value cannot be used; the message names it and says what to do."""


def read_context(arguments: Sequence[str], *, file: Path = CDK_JSON) -> dict[str, str]:
    """Return the context values of the arguments, and of `cdk.json` for those that are not given.

    Args:
        arguments: arguments as for the CDK command line; other options than `--context name=value` are ignored.
        file: the `cdk.json`.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--context", "-c", action="append", default=[])
    given = parser.parse_known_args(arguments)[0].context
    stored: dict[str, str] = json.loads(file.read_text(encoding="utf-8")).get("context", {})
    return {**stored, **{name: value for name, _, value in (pair.partition("=") for pair in given)}}
