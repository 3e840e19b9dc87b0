"""Say how a file was read, where that is not the usual way."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mini_ml.contracts import FileReport

_DELIMITERS: Final[Mapping[str, str]] = {"\t": "tabs", "  ": "two or more blanks", " ": "blanks"}
"""How delimiters are called that cannot be seen."""


def format_file(report: FileReport | None) -> Iterable[str]:
    """Return one line about how a file was read; none if it was read in the usual way."""
    parts = [*_describe_dialect(report), *_describe_lines(report), *_describe_rows(report)] if report else []
    if parts:
        yield f"  file      {', '.join(parts)}"


def format_rejects(links: Mapping[str, str]) -> Iterable[str]:
    """Return one line about where the rows are listed that could not be read; none if there are none."""
    if "rejects" in links:
        yield f"  rejects   {links['rejects']}"


def _describe_dialect(report: FileReport) -> Iterator[str]:
    if report.packed:
        yield "packed with gzip"
    if report.delimiter != ",":
        yield f"cells separated by {_DELIMITERS.get(report.delimiter, f'“{report.delimiter}”')}"
    if report.quote not in ('"', ""):
        yield f"cells quoted with “{report.quote}”"


def _describe_lines(report: FileReport) -> Iterator[str]:
    if report.header_line is None:
        yield "no line with column names"
    elif report.header_line != 1:
        yield f"column names in line {report.header_line}"
    if report.skipped_lines:
        yield f"{_count(report.skipped_lines, 'line')} skipped"


def _describe_rows(report: FileReport) -> Iterator[str]:
    if report.padded_rows:
        yield f"{_count(report.padded_rows, 'short row')} filled up with empty cells"
    if report.trimmed_rows:
        yield f"{_count(report.trimmed_rows, 'row')} with extra empty cells"
    if report.mended_rows:
        yield f"{_count(report.mended_rows, 'row')} mended"
    if report.bad_rows:
        yield f"{_count(report.bad_rows, 'row')} not readable"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
