"""Cells that were not read as they are written, by column: how many there are, and the first examples."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

MOST_EXAMPLES: Final = 3

NoticeCode = Literal["unreadable_cells", "other_form", "bounds"]


@dataclass(frozen=True)
class Example:
    """A cell, and where it stands."""

    line: int
    """Line of the CSV, counted from 1; for JSON rows, the number of the row."""
    value: str


@dataclass
class Notice:
    """Cells of one column that were read in the same unusual way."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)
    """The first ones, at most `MOST_EXAMPLES`."""

    def add(self, count: int, examples: list[Example]) -> None:
        """Count more cells, which stand behind those counted before."""
        self.count += count
        self.examples.extend(examples[: MOST_EXAMPLES - len(self.examples)])


@dataclass
class Notices:
    """The notices of some rows, by column and code."""

    found: dict[tuple[str, NoticeCode], Notice] = field(default_factory=dict)

    def add(self, column: str, code: NoticeCode, count: int, examples: list[Example]) -> None:
        """Count cells of a column."""
        self.found.setdefault((column, code), Notice()).add(count, examples)

    def update(self, later: "Notices") -> None:
        """Add the notices of rows that stand behind these."""
        for (column, code), notice in later.found.items():
            self.add(column, code, notice.count, notice.examples)

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.found)

    def __iter__(self) -> Iterator[tuple[str, NoticeCode, Notice]]:
        """Iterate over column, code and notice."""
        return iter([(column, code, notice) for (column, code), notice in self.found.items()])
