"""Format what a training would read in a file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from mini_ml.cli.display_width import cut_to, display_width, pad_to
from mini_ml.cli.printing import escape_control_characters, format_issue, format_warnings
from mini_ml.contracts import FileReport, InspectAnswer, InspectedColumn
from mini_ml.topology import Limits

_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "blank", "  ": "blanks"}
_MAX_NAME: Final = 30
_KIND: Final = 12
_MISSING: Final = 7
_INDENT: Final = "    "


def format_inspection(found: InspectAnswer, file: Path, *, width: int) -> Iterator[str]:
    """Return how the file is read, its columns, the target and task, the warnings and the problems.

    Args:
        found: the answer of the server.
        file: the file on this machine.
        width: width of the terminal; the columns fit in.
    """
    yield file.name
    if file.stat().st_size > Limits().inline_upload_bytes:
        yield f"  sent      only the start of the file: it is larger than {Limits().inline_upload_bytes:,} bytes"
    yield f"  rows      {_format_rows(found)}"
    yield f"  file      {'; '.join(_describe_file(found.file))}"
    yield f"  target    {found.target}"
    yield f"  task      {found.task or 'none: see the problems'}"
    yield from _format_columns(found, width)
    yield from format_warnings(found.warnings)
    for problem in found.problems:
        yield f"  problem   {format_issue(problem)}"


def _format_rows(found: InspectAnswer) -> str:
    if found.complete:
        return f"{found.rows:,}, all of the file"
    return f"{found.rows:,} looked at; the file has more"


def _describe_file(file: FileReport) -> Iterator[str]:
    """Yield how the file is read, without what is usual."""
    yield f"delimiter {_DELIMITERS.get(file.delimiter, file.delimiter)}"
    yield "no header line" if file.header_line is None else f"header in line {file.header_line}"
    if file.packed:
        yield "packed with gzip"
    if file.quote != '"':
        yield f"quote {file.quote}"
    if file.escape == "backslash":
        yield "quotes escaped with a backslash"
    if file.row_names:
        yield "the first column names the rows"
    if file.trailing_delimiter:
        yield "lines end in a delimiter"
    yield from _count_lines(file)


def _count_lines(file: FileReport) -> Iterable[str]:
    counts = {
        "lines above the rows skipped": file.skipped_lines,
        "blank lines skipped": file.blank_lines,
        "short rows filled": file.padded_rows,
        "long rows trimmed": file.trimmed_rows,
        "rows mended": file.mended_rows,
        "rows that cannot be read": file.bad_rows,
    }
    return [f"{what}: {count:,}" for what, count in counts.items() if count]


def _format_columns(found: InspectAnswer, width: int) -> Iterator[str]:
    """Yield a table with a line for each column, and below it how its cells are read or why it is left out."""
    names = [cut_to(_clean(column.name), _MAX_NAME) for column in found.columns]
    longest = max(8, *map(display_width, names)) + 2
    taken = 2 + longest + _KIND + 1 + _MISSING + 2
    yield f"  {'column':<{longest}}{'kind':<{_KIND}} {'missing':>{_MISSING}}  samples"
    for column, name in zip(found.columns, names, strict=True):
        kind = "target" if column.name == found.target else column.kind or "left out"
        missing = "-" if column.missing is None else str(column.missing)
        samples = cut_to(", ".join(map(_clean, column.samples)), max(10, width - taken))
        yield f"  {pad_to(name, longest)}{kind:<{_KIND}} {missing:>{_MISSING}}  {samples}".rstrip()
        yield from _explain(column, width)


def _explain(column: InspectedColumn, width: int) -> Iterator[str]:
    if column.left_out:
        yield cut_to(f"{_INDENT}left out: {_clean(column.left_out)}", width)
    if column.format:
        yield cut_to(f"{_INDENT}read as {_clean(column.format)}", width)


def _clean(text: str) -> str:
    """Return a text on one line, as it will be printed."""
    return escape_control_characters(" ".join(text.split()))
