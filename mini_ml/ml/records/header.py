"""Read the start of a CSV: its dialect, the column names, and the line of the first row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from mini_ml.contracts import FileReport
from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.ml.records.block import line_ends
from mini_ml.ml.records.dialect import BLANK, BLANKS, COMMA_AND_BLANK, DELIMITERS, RARE_DELIMITERS, Dialect
from mini_ml.ml.records.dialect_choice import choose_dialect
from mini_ml.ml.records.names import NamesPlace, count_names, find_names, give_names
from mini_ml.ml.records.sample import Line, Sample, take_sample
from mini_ml.ml.records.sniff import SIGNATURE_BYTES, looks_like
from mini_ml.ml.records.text import BOM, decode
from mini_ml.ml.records.unpack import Source
from mini_ml.topology import MIB, Limits

_HEAD_BYTES: Final = 1 << 16
_HEADER_BYTES: Final = 4 * MIB
_LINES_ABOVE: Final = 50
"""Number of lines among which a file to score has its names."""
_SEPARATOR_LINE: Final = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([\t!#-&(-/:-@^_`{-~])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line that tells Excel the delimiter."""


@dataclass(frozen=True)
class SkippedLine:
    """A line above the rows that is neither names nor a row."""

    line: int
    text: str


@dataclass(frozen=True)
class Header:
    """The names of a CSV's columns, and how the file is read."""

    names: tuple[str, ...]
    """Different, cleaned column names; only the first may be blank, for a row index."""
    dialect: Dialect
    raw: bytes
    """The original bytes of the record and of a `sep=` line above it, with byte order mark and line end."""
    next_line: int
    """Line number of the first row, counted from 1 as editors do."""
    line: int | None = 1
    """Line number of the names; None if the file has none."""
    unnamed: tuple[str, ...] = ()
    """Names that were given to columns without one."""
    doubled: tuple[str, ...] = ()
    """Names that occur more than once; the second column of a name `x` is called `x_2`."""
    trailing: int = 0
    """Number of cells behind the last column that every row may have, such as the one behind a last delimiter."""
    has_row_names: bool = False
    """Whether the names lack one for the first column, as R writes them."""
    second_names: tuple[str, ...] = ()
    """The cells of a second header line, which was skipped."""
    skipped: tuple[SkippedLine, ...] = ()
    """Lines above the names that were skipped, except blank ones."""
    blank_lines: int = 0
    """Blank lines above the names."""
    line_end: bytes = b"\n"
    """Of the names, or of the first row."""
    is_known: bool = False
    """Whether a model told where the first row is."""

    @property
    def delimiter(self) -> str:
        """Return the delimiter of the file."""
        return self.dialect.delimiter


@dataclass(frozen=True)
class KnownNames:
    """What a model knows about the files that it scores."""

    features: tuple[str, ...]
    file: FileReport
    """How the training file was read."""
    columns: int
    """Number of columns of the training file."""
    target: str

    @property
    def dialect(self) -> Dialect:
        """Return the dialect of the training file."""
        return Dialect(self.file.delimiter, self.file.quote, self.file.escape)


def read_header(source: Source, limits: Limits, known: KnownNames | None = None) -> tuple[Header, bytes]:
    """Read the header; return it with the bytes that were read after it.

    Args:
        source: the file, at its start.
        limits: gives the maximum number of columns.
        known: for a file to score: its header is the first line with these names.

    Raises:
        InvalidDataset: the file is empty or not a CSV.
        LimitExceeded: there are too many columns, or the header is too long.
    """
    head = source.read(_HEAD_BYTES)
    final = len(head) < _HEAD_BYTES
    _reject_other_formats(head)
    while True:
        found = _find_header(head, limits, known, final=final)
        if found is not None:
            return found
        if len(head) > _HEADER_BYTES:
            issue = Issue(reason="a quote in the header is never closed, or the header has no line end", line=1)
            raise LimitExceeded("The header is too long.", issues=[issue])
        more = source.read(len(head))
        final = len(more) < len(head)
        head += more


def no_rows(header: Header) -> InvalidDataset:
    """Return the error of a file with names and no rows."""
    issue = Issue(reason="no rows after the header", hint="add data rows", line=header.next_line)
    return InvalidDataset("The file has a header and no rows.", issues=[issue])


def _find_header(head: bytes, limits: Limits, known: KnownNames | None, *, final: bool) -> tuple[Header, bytes] | None:
    """Return the header and the bytes after it; None if the head is too short to tell."""
    separator = _SEPARATOR_LINE.match(head)
    start = len(BOM) * head.startswith(BOM) if separator is None else separator.end()
    if separator is not None:
        dialects: tuple[Dialect, ...] = (Dialect(separator[1].decode()),)
    else:
        dialects = tuple(_likely_dialects(known)) if known else (choose_dialect(head, start, final=final),)
    samples = (take_sample(head, start, dialect, final=final, records=_LINES_ABOVE) for dialect in dialects)
    if known is not None:
        for sample in samples:
            found = _find_known(head, start, sample, known, limits)
            if found is not None:
                return found
        dialects = dialects if separator else (choose_dialect(head, start, final=final),)
    sample = take_sample(head, start, dialects[0], final=final)
    if not final and len(sample.lines) < 2:
        return None
    if not sample.lines:
        raise InvalidDataset(
            "The file has no rows.", issues=[Issue(reason="all lines are blank", hint="send a CSV", line=1)]
        )
    place = find_names(sample)
    _reject_irregular_names(sample, place)
    header = _build_header(head, start, sample, place, limits)
    return header, head[_end_of_header(head, start, sample, place) :]


def _likely_dialects(known: KnownNames) -> Iterator[Dialect]:
    """Yield the dialects in which a file to score may have its names, that of the training file first."""
    own = known.dialect
    yield own
    others = (*DELIMITERS, *RARE_DELIMITERS, BLANKS, BLANK, COMMA_AND_BLANK)
    for quote in dict.fromkeys((own.quote, '"', "'")):
        for dialect in (Dialect(delimiter, quote, own.escape) for delimiter in others):
            if dialect != own:
                yield dialect


def _find_known(
    head: bytes, start: int, sample: Sample, known: KnownNames, limits: Limits
) -> tuple[Header, bytes] | None:
    """Return the header with the names of a model, if a line of the sample has them all."""
    needed = set(known.features)
    for index, line in enumerate(sample.lines):
        is_wider = sample.usual_width(index + 1) == len(line.cells) + 1
        has_row_names = known.file.row_names and is_wider and line.filled == len(line.cells)
        names, _, _ = give_names([""] * has_row_names + list(line.cells))
        if not needed <= set(names):
            continue
        width = max(line.last_filled + has_row_names, *(names.index(name) + 1 for name in needed), 1)
        second = sample.lines[index + 1].cells if index + 1 < len(sample.lines) else ()
        has_second = bool(second) and second == known.file.second_names
        place = NamesPlace(index, True, width, has_row_names=has_row_names, has_second_line=has_second)
        header = _build_header(head, start, sample, place, limits)
        return header, head[_end_of_header(head, start, sample, place) :]
    return _find_nameless(head, start, sample, known, limits)


def _find_nameless(
    head: bytes, start: int, sample: Sample, known: KnownNames, limits: Limits
) -> tuple[Header, bytes] | None:
    """Return the header of a file without names, if the model was trained on such a file and the first row fits.

    As many lines may be above the first row as in the training file.
    """
    dialect = sample.dialect
    if known.file.header_line is not None or (dialect.delimiter not in DELIMITERS and dialect != known.dialect):
        return None
    for index, line in enumerate(sample.lines[: known.file.skipped_lines + 1]):
        width = _nameless_width(line, known.columns)
        if width is not None and (index == known.file.skipped_lines or 2 * line.filled > width):
            own = count_names(known.columns)
            names = own if width == known.columns else tuple(name for name in own if name != known.target)
            place = NamesPlace(index, False, width)
            header = replace(_build_header(head, start, sample, place, limits, names=names), is_known=True)
            return header, head[_end_of_header(head, start, sample, place) :]
    return None


def _nameless_width(line: Line, columns: int) -> int | None:
    """Return how many columns a row without names has: all, or all but the target; blank cells behind do not count."""
    fitting = (width for width in (columns, columns - 1) if line.last_filled <= width <= len(line.cells))
    return next(fitting, None)


def _build_header(
    head: bytes, start: int, sample: Sample, place: NamesPlace, limits: Limits, names: tuple[str, ...] = ()
) -> Header:
    line = sample.lines[place.index]
    _check_number(place.width, line.number, limits)
    above = sample.lines[: place.index]
    end = _end_of_header(head, start, sample, place)
    if not place.has_names:
        names = names or count_names(place.width)
        unnamed, own_record = names, b""
        doubled: tuple[str, ...] = ()
    else:
        cells = [""] * place.has_row_names + list(line.cells)
        names, unnamed, doubled = give_names(cells[: place.width])
        own_record = head[line.record.start : line.record.following]
    second = sample.lines[place.index + 1] if place.has_second_line else None
    return Header(
        names=names,
        dialect=sample.dialect,
        raw=head[:start] + own_record,
        next_line=1 + line_ends(head[:end]) + (0 < end == len(head) and head[-1:] not in b"\r\n"),
        line=line.number if place.has_names else None,
        unnamed=unnamed,
        doubled=doubled,
        trailing=max(0, len(line.cells) + place.has_row_names - place.width),
        has_row_names=place.has_row_names,
        second_names=second.cells if second is not None else (),
        skipped=tuple(_describe_line(head, one) for one in above),
        line_end=head[line.record.stop : line.record.following] or b"\n",
        blank_lines=line.number - 1 - line_ends(head[:start]) - sum(_lines_of(head, one) for one in above),
    )


def _end_of_header(head: bytes, start: int, sample: Sample, place: NamesPlace) -> int:
    """Return the offset of the first row."""
    if place.has_names:
        return sample.lines[place.index + place.has_second_line].record.following
    return sample.lines[place.index].record.start


def _describe_line(head: bytes, line: Line) -> SkippedLine:
    return SkippedLine(line.number, decode(head[line.record.start : line.record.stop]).strip())


def _lines_of(head: bytes, line: Line) -> int:
    return line_ends(head[line.record.start : line.record.following])


def _check_number(width: int, line: int, limits: Limits) -> None:
    """Raise LimitExceeded if there are too many columns."""
    if width > limits.columns:
        raise LimitExceeded(
            f"The file has {width} columns; the limit is {limits.columns}.",
            issues=[Issue(limit="columns", reason=f"{width} columns; at most {limits.columns} are allowed", line=line)],
        )


def _reject_irregular_names(sample: Sample, place: NamesPlace) -> None:
    """Raise InvalidDataset if a line with irregular quotes may be the header."""
    for line in sample.lines[: place.index + 1]:
        if line.loose_width >= place.width:
            reason = "a quote in the header is not closed"
            raise InvalidDataset(
                "The header cannot be read.", issues=[Issue(reason=reason, hint="close or remove it", line=line.number)]
            )


def _reject_other_formats(head: bytes) -> None:
    """Raise InvalidDataset if the file is empty or its content is not CSV."""
    start = head[:SIGNATURE_BYTES]
    if not head.removeprefix(BOM).strip():
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
