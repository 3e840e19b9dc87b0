"""What is decided about one column, and the words that mean a missing value in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from mini_ml.contracts import ColumnKind
from mini_ml.ml.cells.dates import DateFormat, Order
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.cells.number_text import Decimal, take_apart
from mini_ml.ml.schema.data_warnings import cut
from mini_ml.ml.schema.findings import MOST_WORDS, Finding, find_cells

EMPTY: Final = "all cells are missing"
CONSTANT: Final = "constant: all cells have the same value"
ALMOST_ALL: Final = 0.95
"""Fraction of the cells that must be numbers, or dates, for a column to be read as such."""
MOST: Final = 0.5
"""Fraction that suffices if the other cells are a few words, which then mean missing values."""
MIN_DISTINCT: Final = 20
"""Different numbers or dates that a column needs for its own words for missing values."""


@dataclass(frozen=True, kw_only=True)
class FileMarks:
    """What the columns of a file show together, for columns that show nothing by themselves."""

    decimal: Decimal | None = None
    order: Order | None = None
    delimiter: str = ","


@dataclass(frozen=True)
class Verdict:
    """The kind of a column; `kind` is None if the column is left out, and `reason` says why."""

    kind: ColumnKind | None
    numbers: NumberFormat | None = None
    dates: DateFormat | None = None
    missing_words: tuple[str, ...] = ()
    format: str | None = None
    """An example of how a cell is read."""
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    fallback: ColumnKind | None = None
    """Kind of a column of codes if no other column is left."""
    decimal: Decimal = "."
    """Decimal mark of the numbers among the categories."""


def find_missing_words(rest: Mapping[str, int], readable: int, distinct: int, present: int) -> tuple[str, ...]:
    """Return the words that mean a missing value in a column of numbers or dates; empty if the rest is something else.

    They have indicator columns, so only columns in which they are common get them.
    """
    if readable >= ALMOST_ALL * present or readable < MOST * present or distinct < MIN_DISTINCT:
        return ()
    different = tuple(dict.fromkeys(text.lower() for text in rest))
    if len(different) > MOST_WORDS or any(take_apart(text) is not None for text in rest):
        return ()
    return different


def find_words(rest: Mapping[str, int], known: tuple[str, ...], what: str) -> Iterable[Finding]:
    """Yield the finding about cells that are not what the column is: words for missing values, or unreadable cells."""
    if known:
        yield from find_cells(
            "missing_words", rest, words=", ".join(f"“{cut(text)}”" for text in islice(rest, MOST_WORDS))
        )
    else:
        yield from find_cells("unreadable_cells", rest, kind=what)
