"""The first records of a file, as one dialect reads them: what the dialect and the header are chosen from."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mini_ml.column_names import clean_name
from mini_ml.ml.records.block import line_ends
from mini_ml.ml.records.dialect import Dialect
from mini_ml.ml.records.record import CsvRecord, ignore_quotes, read_record
from mini_ml.ml.records.text import decode

SAMPLE_RECORDS: Final = 200
_LINE_ENDS: Final = re.compile(rb"[\r\n]++(?!\Z)|[\r\n]+(?=[\r\n])")
_ALMOST_ALL: Final = 0.9
_NUMBER: Final = re.compile(
    r"[<>≤≥]?\s*[-+−(]?\s*(?:R\$|US\$|[A-Z]{3} |[$€£¥])?\s*[-+]?(?:\d[\d.,'’\s]*|[.,]\d+)(?:[eE][-+]?\d+)?"
    r"\s*(?:%|[€$£]|\+)?\)?"
)
_DATE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?|\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d+)?")
_TRUTH: Final = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n", "sim", "não", "nao", "s", "v"})
_GAPS: Final = frozenset(
    {"", "-", "--", "?", ".", "..", "na", "n/a", "nan", "null", "none", "#n/a", "<na>", "s/d", "n/d", "n.d."}
)


@dataclass(frozen=True)
class Line:
    """A record of the sample that is not blank."""

    record: CsvRecord
    number: int
    """Line on which it begins, counted from 1."""
    cells: tuple[str, ...]
    """Cleaned as column names are; none if its quotes are irregular."""
    loose_width: int = 0
    """Number of cells of a line with irregular quotes, if the quotes are ignored."""

    @cached_property
    def filled(self) -> int:
        """Return the number of cells that are not blank."""
        return sum(map(bool, self.cells))

    @cached_property
    def last_filled(self) -> int:
        """Return the number of cells up to the last one that is not blank."""
        return max((place for place, cell in enumerate(self.cells, start=1) if cell), default=0)


@dataclass(frozen=True)
class Sample:
    """The first records of a file under one dialect."""

    dialect: Dialect
    lines: tuple[Line, ...]
    """The records that are not blank."""
    has_all: bool
    """Whether the file has no other records."""

    def usual_width(self, first: int = 0) -> int:
        """Return the most frequent number of cells of the records from one on; the larger of two."""
        return _most_frequent(len(line.cells) for line in self.lines[first:])


def take_sample(text: bytes, start: int, dialect: Dialect, *, final: bool, records: int = SAMPLE_RECORDS) -> Sample:
    """Read the first records of a text that begins at line 1.

    Args:
        text: start of the file.
        start: offset of the first record to read.
        dialect: how they are read.
        final: whether the text is the whole file.
        records: how many to read at most.
    """
    lines: list[Line] = []
    number = 1 + line_ends(text[:start])
    while start < len(text) and len(lines) < records:
        blank = _LINE_ENDS.match(text, start)
        if blank is not None:
            number += line_ends(blank[0])
            start = blank.end()
            continue
        record = read_record(text, start, dialect, final=final)
        if record is None:
            break
        if text[start : record.stop].strip():
            cells = () if record.cells is None else tuple(clean_name(decode(cell)) for cell in record.cells)
            loose = 0 if cells else len(ignore_quotes(text[start : record.stop], dialect))
            lines.append(Line(record, number, cells, loose))
        number += line_ends(text[start : record.following])
        start = record.following
    return Sample(dialect, tuple(lines), final and start >= len(text))


def is_number(cell: str) -> bool:
    """Return whether a cell looks like a number, a date or a time, in any of many forms."""
    return _NUMBER.fullmatch(cell) is not None or _DATE.fullmatch(cell) is not None


def is_gap(cell: str) -> bool:
    """Return whether a cell looks like a missing value."""
    return cell.lower() in _GAPS


def is_truth(cell: str) -> bool:
    """Return whether a cell may be a truth value in a column of zeros and ones."""
    return cell.lower() in _TRUTH


def number_columns(lines: Sequence[Line], width: int, *, fewest: int = 1) -> Iterator[int]:
    """Yield the positions of the columns whose cells look like numbers, as far as they are present.

    Args:
        lines: the records.
        width: number of columns.
        fewest: number of cells that have to be present.
    """
    for place in range(width):
        cells = [line.cells[place] for line in lines if place < len(line.cells)]
        present = [cell for cell in cells if not is_gap(cell)]
        if len(present) >= fewest and sum(map(is_number, present)) >= _ALMOST_ALL * len(present):
            yield place


def _most_frequent(numbers: Iterator[int]) -> int:
    counts = Counter(numbers)
    return max(counts, key=lambda number: (counts[number], number), default=0)
