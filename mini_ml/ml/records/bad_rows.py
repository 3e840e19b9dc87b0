"""Rows that cannot be read, and the file that lists them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

BadRowPolicy = Literal["refuse", "skip", "keep"]
"""What happens with rows that cannot be read: the file is refused; they are left out while they are few; they stay."""


class BadRecord(NamedTuple):
    """A record that cannot be read, by its place in a buffer."""

    start: int
    stop: int
    """Offset after its last byte, without the line end."""
    reason: str
    width: int
    """Number of cells; 0 if a quote is not closed."""


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read."""

    line: int
    """Line on which it begins, counted from 1."""
    reason: str


def write_rejects(rows: Iterable[BadRow]) -> bytes:
    """Return the bad rows as a CSV with the columns line and reason."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("line", "reason"))
    writer.writerows((row.line, row.reason) for row in rows)
    return text.getvalue().encode()
