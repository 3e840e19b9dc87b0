"""A file that is being polluted: what it says, how it is written, and what a reader should find in it."""

import gzip
import re
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Literal

from tests.pollution.clean import CleanTable


@dataclass(frozen=True)
class Dialect:
    """How cells are separated and quoted."""

    delimiter: str = ","
    quote: str = '"'
    escape: Literal["doubled", "backslash"] = "doubled"

    def write(self, cell: str) -> str:
        """Return a cell as it stands in the file: quoted if it has to be."""
        special = (self.delimiter, self.quote, "\n", "\r")
        unsafe = cell != cell.strip() or any(mark in cell for mark in special)
        return self.quoted(cell) if unsafe or (self.escape == "backslash" and "\\" in cell) else cell

    def quoted(self, cell: str) -> str:
        """Return a cell in quotes."""
        if self.escape == "backslash":
            return self.quote + re.sub(r"([\\" + self.quote + "])", r"\\\1", cell) + self.quote
        return self.quote + cell.replace(self.quote, self.quote * 2) + self.quote


@dataclass(frozen=True)
class Line:
    """A record as it stands in the file."""

    cells: tuple[str, ...]
    """Written cells, with their quotes."""
    delimiter: str
    before: tuple[str, ...] = ()
    """Lines directly above it."""

    @property
    def text(self) -> str:
        """Its text without a line end."""
        return self.delimiter.join(self.cells)

    def with_cell(self, place: int, cell: str) -> "Line":
        """Return the line with another cell at a place."""
        return replace(self, cells=(*self.cells[:place], cell, *self.cells[place + 1 :]))


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A polluted file before it becomes bytes."""

    table: CleanTable
    names: tuple[str, ...]
    """The names that a reader should find; blank for a column of row names."""
    rows: tuple[tuple[str, ...], ...]
    """The records that a reader should find."""
    given: frozenset[int] = frozenset()
    """Positions of the names that are not in the file; a reader gives them."""
    dialect: Dialect
    above: tuple[str, ...] = ()
    header: Line | None
    records: tuple[Line, ...]
    below: tuple[str, ...] = ()
    ends: tuple[str, ...] = ("\n",)
    """Line ends, used in turns."""
    ends_at_last: bool = True
    """Whether the last line has a line end."""
    encoding: str = "utf-8"
    packed: bool = False

    def with_record(self, place: int, line: Line) -> "Draft":
        """Return the draft with another record at a place."""
        return replace(self, records=(*self.records[:place], line, *self.records[place + 1 :]))

    def lines(self) -> list[str]:
        """Return all lines without their ends; one may hold line ends inside quotes."""
        found = list(self.above)
        for line in (self.header, *self.records):
            if line is not None:
                found += [*line.before, line.text]
        return [*found, *self.below]

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        lines = self.lines()
        text = "".join(line + end for line, end in zip(lines, cycle(self.ends), strict=False))
        if not self.ends_at_last:
            text = text.removesuffix(self.ends[(len(lines) - 1) % len(self.ends)])
        content = text.encode(self.encoding)
        return gzip.compress(content, mtime=0) if self.packed else content


def draft_of(table: CleanTable, dialect: Dialect | None = None) -> Draft:
    """Return the draft of a clean table."""
    dialect = dialect or Dialect(table.delimiter)

    def line(cells: tuple[str, ...]) -> Line:
        return Line(tuple(map(dialect.write, cells)), dialect.delimiter)

    return Draft(
        table=table,
        names=table.names,
        rows=table.rows,
        dialect=dialect,
        header=line(table.names),
        records=tuple(map(line, table.rows)),
    )
