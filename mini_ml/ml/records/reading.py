"""How a file was read: its header, and the rows that were not read as they are written."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mini_ml.contracts import FileReport
from mini_ml.ml.notices import Notice
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.records.header import Header


@dataclass(frozen=True)
class FileReading:
    """What was decided about a file, before any column was looked at."""

    header: Header
    is_packed: bool = False
    """Whether the file is packed with gzip."""
    blank_lines: int = 0
    """Blank lines that were skipped; in a file with one column, those below the names are empty cells."""
    all_trimmed: bool = False
    """Whether every row has an extra empty cell, so that a delimiter at the end of a line separates nothing."""
    padded: Notice = field(default_factory=Notice)
    """Rows that lack cells at their end."""
    trimmed: Notice = field(default_factory=Notice)
    """Rows with extra cells at their end."""
    mended: Notice = field(default_factory=Notice)
    """Rows with irregular quotes or another delimiter that can be read in one way only."""
    bad: int = 0
    """Number of rows that cannot be read."""
    bad_rows: Sequence[BadRow] = ()
    """These rows, unless the file is refused."""

    @property
    def report(self) -> FileReport:
        """Return it as answers and manifests say it."""
        header, dialect = self.header, self.header.dialect
        return FileReport(
            delimiter=dialect.delimiter,
            quote=dialect.quote,
            escape=dialect.escape,
            packed=self.is_packed,
            header_line=header.line,
            skipped_lines=len(header.skipped) + bool(header.second_names),
            row_names=header.has_row_names,
            trailing_delimiter=header.trailing > 0 or self.all_trimmed,
            second_names=header.second_names,
            given_names=header.unnamed,
            doubled_names=header.doubled,
            blank_lines=self.blank_lines,
            padded_rows=self.padded.count,
            trimmed_rows=0 if self.all_trimmed else self.trimmed.count,
            mended_rows=self.mended.count,
            bad_rows=self.bad,
        )
