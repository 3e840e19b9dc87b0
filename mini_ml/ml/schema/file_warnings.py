"""Write warnings about a file: what was skipped, added or assumed before any column was looked at."""

from collections.abc import Iterable, Iterator, Sequence

from mini_ml.contracts import DataWarning, WarningExample
from mini_ml.ml.notices import MOST_EXAMPLES, Notice
from mini_ml.ml.records.dialect import COMMA_AND_BLANK, Dialect
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.issues import list_names
from mini_ml.ml.records.reading import FileReading
from mini_ml.ml.schema.data_warnings import cut, write_warning


def warn_of_training_file(reading: FileReading) -> Iterator[DataWarning]:
    """Yield what was decided about a file to train on."""
    header = reading.header
    yield from _warn_of_lines(reading)
    if header.line is None:
        yield write_warning("no_header", params={"names": list_names(header.names)})
    elif header.unnamed:
        yield write_warning("unnamed_columns", count=len(header.unnamed), params={"names": list_names(header.unnamed)})
    if header.doubled:
        yield write_warning("doubled_names", count=len(header.doubled), params={"names": list_names(header.doubled)})
    if header.has_row_names:
        yield write_warning("row_names")
    yield from _warn_of_rows(reading, bad="bad_rows_skipped")


def warn_of_scored_file(reading: FileReading, features: Sequence[str]) -> Iterator[DataWarning]:
    """Yield what was decided about a file to score.

    Args:
        reading: how it was read.
        features: names of the columns that the model reads.
    """
    header = reading.header
    yield from _warn_of_lines(reading)
    if header.line is None:
        yield write_warning("columns_in_order", params={"names": list_names(header.names)})
    for name in header.doubled:
        if name in features:
            yield write_warning("read_first_of_doubled", column=name)
    yield from _warn_of_rows(reading, bad="bad_rows_kept")


def _warn_of_lines(reading: FileReading) -> Iterator[DataWarning]:
    header = reading.header
    if not header.dialect.is_usual:
        yield write_warning("unusual_dialect", params={"dialect": _describe(header.dialect)})
    if header.skipped:
        examples = [WarningExample(line=one.line, value=cut(one.text)) for one in header.skipped[:MOST_EXAMPLES]]
        yield write_warning("skipped_lines", count=len(header.skipped), examples=examples)
    if header.second_names:
        yield write_warning("second_names", params={"names": list_names(_filled(header))})
    if reading.blank_lines:
        yield write_warning("blank_lines", count=reading.blank_lines)


def _filled(header: Header) -> list[str]:
    return [name for name in header.second_names if name]


def _warn_of_rows(reading: FileReading, *, bad: str) -> Iterator[DataWarning]:
    yield from _warn_of_notice("padded_rows", reading.padded)
    if not reading.all_trimmed:
        yield from _warn_of_notice("trimmed_rows", reading.trimmed)
    yield from _warn_of_notice("mended_rows", reading.mended)
    if reading.bad:
        first = reading.bad_rows[:MOST_EXAMPLES]
        examples = [WarningExample(line=row.line, value=cut(row.reason)) for row in first]
        yield write_warning(bad, count=reading.bad, examples=examples)


def _warn_of_notice(code: str, notice: Notice) -> Iterable[DataWarning]:
    if notice.count:
        examples = [WarningExample(line=one.line, value=cut(one.value)) for one in notice.examples]
        yield write_warning(code, count=notice.count, examples=examples)


def _describe(dialect: Dialect) -> str:
    parts = []
    if dialect.separates_by_blanks:
        parts.append(f"cells are separated by {'two blanks' if len(dialect.delimiter) > 1 else 'a blank'} or more")
    if dialect.delimiter == COMMA_AND_BLANK:
        parts.append("cells are separated by a comma and a blank")
    if dialect.quote != '"':
        parts.append(f"cells are quoted with {dialect.quote}")
    if dialect.escape == "backslash":
        parts.append("a backslash stands in front of quotes inside quoted cells")
    return ", ".join(parts)
