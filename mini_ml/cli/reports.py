"""`mini-ml report`: save the report of a model version as a file."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from mini_ml.client import Client
from mini_ml.report.language import LANGUAGES


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("model_name", metavar="NAME")
    parser.add_argument("--version", default="latest", help="version number, alias or latest (default: %(default)s)")
    parser.add_argument(
        "--output",
        type=_parse_output,
        metavar="PATH",
        help="HTML file to write (default: NAME-VERSION.html in this folder)",
    )
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the report (%(default)s)")


def _parse_output(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"cannot write to {text}: it is a folder, or its parent folder does not exist")
    return path


def save_report(client: Client, options: argparse.Namespace) -> Iterable[str]:
    """Write the report to a file, or with `--json` read its figures alone."""
    if options.json:
        client.report_figures(options.model_name, options.version)
        return []
    version = client.model_version(options.model_name, options.version).version
    page = client.report(options.model_name, str(version), language=options.lang)
    path = options.output or Path(f"{options.model_name}-{version}.html")
    _write(path, page)
    return [f"Wrote the report of version {version} of {options.model_name} to {path}."]


def _write(path: Path, page: str) -> None:
    """Write a page; an existing file stays as it is if that fails, and a device is written to directly."""
    if path.exists() and not path.is_file():
        path.write_text(page, encoding="utf-8")
        return
    place = path.resolve()
    partial = place.with_name(f"{place.name}.part")
    partial.write_text(page, encoding="utf-8")
    partial.replace(place)
