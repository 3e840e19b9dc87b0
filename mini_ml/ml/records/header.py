"""The header of a CSV, built from the start of the file and from where the column names are in it."""

from dataclasses import dataclass

from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.ml.records.block import line_ends
from mini_ml.ml.records.dialect import Dialect
from mini_ml.ml.records.names import NamesPlace, count_names, give_names
from mini_ml.ml.records.sample import Line, Sample, take_sample
from mini_ml.ml.records.text import decode
from mini_ml.topology import Limits


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
    """Whether the first row was found by what a model knows, because the file has no names."""

    @property
    def delimiter(self) -> str:
        """Return the delimiter of the file."""
        return self.dialect.delimiter


@dataclass(frozen=True)
class FileStart:
    """The first bytes of a file."""

    text: bytes
    first: int
    """Offset of the first record, behind a byte order mark and a `sep=` line."""
    is_whole: bool
    """Whether the file ends with them."""
    limits: Limits

    def sample(self, dialect: Dialect, *, records: int) -> Sample:
        """Return the first records, as a dialect reads them."""
        return take_sample(self.text, self.first, dialect, final=self.is_whole, records=records)

    def cut(self, sample: Sample, place: NamesPlace, names: tuple[str, ...] = (), *, is_known: bool = False) -> "Cut":
        """Build the header; return it with the bytes behind it.

        Args:
            sample: the records, in the dialect of the file.
            place: where the names are.
            names: of the columns, if the file has none.
            is_known: whether the first row was found by what a model knows.

        Raises:
            LimitExceeded: there are too many columns.
        """
        line, above = sample.lines[place.index], sample.lines[: place.index]
        self._check_width(place.width, line.number)
        second = sample.lines[place.index + 1] if place.has_second_line else None
        end = line.record.start if not place.has_names else (second or line).record.following
        record, unnamed, doubled = b"", names or count_names(place.width), tuple[str, ...]()
        given = unnamed
        if place.has_names:
            cells = [""] * place.has_row_names + list(line.cells)
            given, unnamed, doubled = give_names(cells[: place.width])
            record = self.text[line.record.start : line.record.following]
        lines_above = line.number - 1 - line_ends(self.text[: self.first])
        header = Header(
            names=given,
            dialect=sample.dialect,
            raw=self.text[: self.first] + record,
            next_line=1 + line_ends(self.text[:end]) + (0 < end == len(self.text) and self.text[-1:] not in b"\r\n"),
            line=line.number if place.has_names else None,
            unnamed=unnamed,
            doubled=doubled,
            trailing=max(0, len(line.cells) + place.has_row_names - place.width),
            has_row_names=place.has_row_names,
            second_names=() if second is None else second.cells,
            skipped=tuple(SkippedLine(one.number, self._text_of(one)) for one in above),
            line_end=self.text[line.record.stop : line.record.following] or b"\n",
            blank_lines=lines_above - sum(self._lines_of(one) for one in above),
            is_known=is_known,
        )
        return header, self.text[end:]

    def _text_of(self, line: Line) -> str:
        return decode(self.text[line.record.start : line.record.stop]).strip()

    def _lines_of(self, line: Line) -> int:
        return line_ends(self.text[line.record.start : line.record.following])

    def _check_width(self, width: int, line: int) -> None:
        """Raise LimitExceeded if there are too many columns."""
        limit = self.limits.columns
        if width > limit:
            reason = f"{width} columns; at most {limit} are allowed"
            raise LimitExceeded(
                f"The file has {width} columns; the limit is {limit}.",
                issues=[Issue(limit="columns", reason=reason, line=line)],
            )


Cut = tuple[Header, bytes]
"""A header, and the bytes that were read behind it."""


def no_rows(header: Header) -> InvalidDataset:
    """Return the error of a file with names and no rows."""
    issue = Issue(reason="no rows after the header", hint="add data rows", line=header.next_line)
    return InvalidDataset("The file has a header and no rows.", issues=[issue])
