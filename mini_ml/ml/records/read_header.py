"""Read the start of a CSV: its dialect, the column names, and the line of the first row."""

import re
from typing import Final

from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.ml.records.dialect import DELIMITERS, Dialect
from mini_ml.ml.records.dialect_choice import choose_dialect
from mini_ml.ml.records.header import Cut, FileStart
from mini_ml.ml.records.known_names import KnownNames, find_known
from mini_ml.ml.records.likely_causes import DECIMAL_COMMA
from mini_ml.ml.records.names import NamesPlace, find_names
from mini_ml.ml.records.sample import SAMPLE_RECORDS, Sample, is_number
from mini_ml.ml.records.sniff import SIGNATURE_BYTES, looks_like
from mini_ml.ml.records.text import BOM
from mini_ml.ml.records.unpack import Source
from mini_ml.topology import MIB, Limits

_START_BYTES: Final = 1 << 16
_HEADER_BYTES: Final = 4 * MIB
_ENDLESS: Final = 10
"""A first line with so many times the columns that are allowed is not read at all."""
_LINES_ABOVE: Final = 50
"""Number of lines among which a file to score has its names."""
_SEPARATOR_LINE: Final = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([\t!#-&(-/:-@^_`{-~])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line from which Excel takes the delimiter."""


def read_header(source: Source, limits: Limits, known: KnownNames | None = None) -> Cut:
    """Read the header; return it with the bytes that were read behind it.

    Args:
        source: the file, at its start.
        limits: gives the maximum number of columns.
        known: for a file to score: its header is the first line with these names.

    Raises:
        InvalidDataset: the file is empty or not a CSV.
        LimitExceeded: there are too many columns, or the header is too long.
    """
    text = source.read(_START_BYTES)
    is_whole = len(text) < _START_BYTES
    _reject_other_formats(text, is_whole=is_whole)
    while True:
        found = _find_header(text, limits, known, is_whole=is_whole)
        if found is not None:
            return found
        if len(text) > _HEADER_BYTES:
            issue = Issue(reason="a quote in the header is never closed, or the header has no line end", line=1)
            raise LimitExceeded("The header is too long.", issues=[issue])
        more = source.read(len(text))
        is_whole = len(more) < len(text)
        text += more


def _find_header(text: bytes, limits: Limits, known: KnownNames | None, *, is_whole: bool) -> Cut | None:
    """Return the header and the bytes behind it; None if the text is too short to tell."""
    separator = _SEPARATOR_LINE.match(text)
    first = len(BOM) * text.startswith(BOM) if separator is None else separator.end()
    if not is_whole and not any(mark in text[first:] for mark in (b"\n", b"\r")):
        return None
    _reject_endless_line(text, first, limits)
    start = FileStart(text, first, is_whole, limits)
    declared = None if separator is None else Dialect(separator[1].decode())
    if known is not None:
        for dialect in known.likely_dialects(text) if declared is None else (declared,):
            found = find_known(start, start.sample(dialect, records=_LINES_ABOVE), known)
            if found is not None:
                return found
    sample = start.sample(declared or choose_dialect(text, first, final=is_whole), records=SAMPLE_RECORDS)
    if not is_whole and len(sample.lines) < 2:
        return None
    if not sample.lines:
        issue = Issue(reason="all lines are blank", hint="send a CSV", line=1)
        raise InvalidDataset("The file has no rows.", issues=[issue])
    place = find_names(sample)
    _reject_irregular_names(sample, place)
    _reject_too_few_names(sample, place)
    return start.cut(sample, place)


def _reject_endless_line(text: bytes, first: int, limits: Limits) -> None:
    """Raise LimitExceeded for a first line with very many delimiters, which would take long to read."""
    line = text[first:].lstrip(b"\r\n").partition(b"\n")[0]
    cells = 1 + max(line.count(delimiter.encode()) for delimiter in DELIMITERS)
    if cells > _ENDLESS * limits.columns:
        reason = f"{cells:,} cells in the first line; at most {limits.columns:,} columns are allowed"
        raise LimitExceeded(
            f"The first line has {cells:,} cells; the limit is {limits.columns:,} columns.",
            issues=[Issue(limit="columns", reason=reason, line=1)],
        )


def _reject_irregular_names(sample: Sample, place: NamesPlace) -> None:
    """Raise InvalidDataset if a line with irregular quotes may be the header."""
    for line in sample.lines[: place.index + 1]:
        if line.loose_width >= place.width:
            reason = "a quote in the header is not closed"
            raise InvalidDataset(
                "The header cannot be read.", issues=[Issue(reason=reason, hint="close or remove it", line=line.number)]
            )


def _reject_too_few_names(sample: Sample, place: NamesPlace) -> None:
    """Raise InvalidDataset if the line above data without names has names, but fewer than the rows have cells."""
    above = sample.lines[place.index - 1] if place.index and not place.has_names else None
    if above is None or above.filled < max(2, len(above.cells)) or any(map(is_number, above.cells)):
        return
    reason = f"{above.filled} names, but most rows have {place.width} cells"
    hint = DECIMAL_COMMA if sample.dialect.delimiter == "," else "name every column"
    raise InvalidDataset(
        f"The header has {reason}. Likely cause: {hint}.", issues=[Issue(reason=reason, hint=hint, line=above.number)]
    )


def _reject_other_formats(head: bytes, *, is_whole: bool) -> None:
    """Raise InvalidDataset if the file is empty or its content is not CSV."""
    start = head[:SIGNATURE_BYTES]
    if is_whole and not head.removeprefix(BOM).strip():
        raise InvalidDataset(
            "The file is empty.", issues=[Issue(reason="the file is empty", hint="send a CSV", line=1)]
        )
    other = looks_like(start)
    if other is not None:
        kind, hint = other
        raise InvalidDataset(
            f"The file is not a CSV: it looks like {kind}.",
            issues=[Issue(reason=f"it looks like {kind}", hint=hint, line=1)],
        )
    if b"\0" in start.splitlines()[0]:
        raise InvalidDataset("The file contains a NUL byte.", issues=[Issue(reason="NUL byte in the header", line=1)])
