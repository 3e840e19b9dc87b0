"""Choose the dialect of a file by how consistently each one reads its first records."""

import re
from collections.abc import Iterator
from typing import Final

from mini_ml.ml.records.dialect import BLANK, BLANKS, COMMA_AND_BLANK, DELIMITERS, RARE_DELIMITERS, Dialect
from mini_ml.ml.records.sample import Line, Sample, is_gap, is_number, number_columns, take_sample

_APOSTROPHES: Final = re.compile(rb"(?:^|[,;\t|])'(?![-=+@'])[^']*'(?=[,;\t|\r\n]|\Z)", re.MULTILINE)
"""Cells in apostrophes, unless the first one may be the guard of a formula."""
_QUOTED: Final = re.compile(rb'"[^"]*"')
_QUOTES: Final = re.compile(rb'(?:^|[,;\t|]) *"', re.MULTILINE)
_MIN_QUOTED: Final = 3
_FAR_MORE: Final = 10
"""How many times as many apostrophes as quotes must stand at the start of cells for them to be the quotes."""
_ENOUGH: Final = 0.5
"""A delimiter with a lower score is taken only if no other one has a higher score."""
_OTHER_FIRST_LINE: Final = 0.7
"""Factor for a first line of another width: it may be a title, or the delimiter may be in the texts below it."""
_BLANKS_CONSISTENCY: Final = 0.95
_SAMPLE_BYTES: Final = 1 << 16


def choose_dialect(text: bytes, start: int, *, final: bool) -> Dialect:
    """Return the dialect that reads the first records best.

    If none does, take the delimiter that occurs most often in the first line; a comma if none occurs.

    Args:
        text: start of the file.
        start: offset of the first record.
        final: whether the text is the whole file.
    """
    head, is_whole = text[: start + _SAMPLE_BYTES], final and len(text) <= start + _SAMPLE_BYTES
    scores = {dialect: _rate(head, start, dialect, final=is_whole) for dialect in _candidates(head)}
    best = max(scores, key=lambda dialect: scores[dialect])
    if scores[best] >= _ENOUGH:
        return best
    rare = {dialect: _rate(head, start, dialect, final=is_whole) for dialect in map(Dialect, RARE_DELIMITERS)}
    if max(rare.values()) > max(_ENOUGH, scores[best]):
        return max(rare, key=lambda dialect: rare[dialect])
    for delimiter in (BLANKS, BLANK):
        if _is_separated(take_sample(head, start, Dialect(delimiter), final=is_whole)):
            return Dialect(delimiter)
    first = head[start:].lstrip().splitlines()[:1] or [b""]
    counts = {delimiter: _QUOTED.sub(b"", first[0]).count(delimiter.encode()) for delimiter in DELIMITERS}
    return Dialect(max(counts, key=lambda delimiter: counts[delimiter]))


def _candidates(head: bytes) -> Iterator[Dialect]:
    apostrophes, quotes = len(_APOSTROPHES.findall(head)), len(_QUOTES.findall(head))
    for delimiter in DELIMITERS:
        yield Dialect(delimiter)
        if delimiter == "," and b", " in head:
            yield Dialect(COMMA_AND_BLANK)
        if b'\\"' in head or b"\\" + delimiter.encode() in head:
            yield Dialect(delimiter, escape="backslash")
        if apostrophes >= max(_MIN_QUOTED, _FAR_MORE * quotes):
            yield Dialect(delimiter, quote="'")
            if b"\\'" in head:
                yield Dialect(delimiter, quote="'", escape="backslash")


def _rate(head: bytes, start: int, dialect: Dialect, *, final: bool) -> float:
    """Return between 0 and 1 how consistently a dialect reads the records."""
    sample = take_sample(head, start, dialect, final=final)
    if not sample.lines:
        return 0.0
    width = _most_frequent_width(sample)
    usual = [line for line in sample.lines if len(line.cells) == width]
    widest = next((len(line.cells) for line in sample.lines if len(line.cells) >= width), 0)
    within = sum(1 < len(line.cells) <= widest for line in sample.lines)
    consistency = max(len(usual), 0.9 * within) / len(sample.lines)
    if width < 2:
        return 0.0
    first = 1.0 if len(sample.lines[0].cells) == width else _OTHER_FIRST_LINE
    return consistency * first * (1 + _clean_share(usual, dialect)) / 2


def _most_frequent_width(sample: Sample) -> int:
    widths = [len(line.cells) for line in sample.lines if len(line.cells) > 1]
    return max(widths, key=lambda width: (widths.count(width), width), default=0)


def _clean_share(lines: list[Line], dialect: Dialect) -> float:
    """Return the share of cells without marks of another dialect; numbers may have commas."""
    marks = "".join({",", ";", "\t", "|", '"'} - {dialect.delimiter})
    cells = [cell for line in lines for cell in line.cells]
    unclean = sum(
        (any(mark in cell for mark in marks) and not is_number(cell) and not is_gap(cell)) or _is_wrapped(cell)
        for cell in cells
    )
    return 1 - unclean / len(cells)


def _is_wrapped(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "\"'"


def _is_separated(sample: Sample) -> bool:
    """Return whether blanks separate the cells of nearly all records, and most columns are numbers."""
    width = sample.usual_width()
    usual = [line for line in sample.lines if len(line.cells) == width]
    if width < 2 or len(usual) < max(2, _BLANKS_CONSISTENCY * len(sample.lines)):
        return False
    numbers = len(list(number_columns(usual[1:], width)))
    return numbers > 0 if sample.dialect.delimiter == BLANKS else 2 * numbers >= width
