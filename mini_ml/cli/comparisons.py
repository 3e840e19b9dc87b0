"""`mini-ml compare` and `mini-ml promote`: which of two versions is better, and which one an alias points to."""

import argparse
from collections.abc import Iterable

from mini_ml.cli.comparison_lines import format_alias, format_comparison
from mini_ml.client import Client


def add_compare_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `compare`."""
    parser.add_argument("model_name", metavar="NAME")
    parser.add_argument("first", metavar="VERSION", help="version number, alias or latest")
    parser.add_argument("second", metavar="OTHER", help="the version that is judged: number, alias or latest")


def add_promote_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `promote`."""
    parser.add_argument("model_name", metavar="NAME")
    parser.add_argument("version", metavar="VERSION", help="version number, alias or latest")
    parser.add_argument("--alias", default="champion", metavar="ALIAS", help="alias to move (default: %(default)s)")
    parser.add_argument(
        "--if-better", action="store_true", help="move it only if the version is better than the present one"
    )
    parser.add_argument("--reason", metavar="TEXT", help="why, for the moves of the alias")


def compare(client: Client, options: argparse.Namespace) -> Iterable[str]:
    """Compare two versions, and return the lines to print."""
    return format_comparison(client.compare(options.model_name, options.first, options.second))


def promote(client: Client, options: argparse.Namespace) -> Iterable[str]:
    """Point an alias at a version, and return where it points and its moves."""
    model_name, version = options.model_name, options.version
    number = int(version) if version.isdecimal() else client.model_version(model_name, version).version
    client.move_alias(model_name, options.alias, number, if_better=options.if_better, reason=options.reason)
    return format_alias(client.alias(model_name, options.alias))
