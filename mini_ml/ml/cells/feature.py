"""A feature column, and how one cell of it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np

from mini_ml.contracts import ColumnKind
from mini_ml.ml.cells import words
from mini_ml.ml.cells.dates import DateFormat
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.cells.number_text import Decimal
from mini_ml.ml.frame import Matrix
from mini_ml.spreadsheets import unguard

NUMBER_KINDS: Final[frozenset[ColumnKind]] = frozenset({"numeric", "boolean", "datetime"})

Cell = str | int | float | bool | None
"""A value of a JSON row."""

How = Literal["as written", "other form", "bound", "missing", "own word", "unreadable"]
"""How a cell was read; a cell that is `unreadable` counts as missing."""


class CellReading(NamedTuple):
    """The number of a cell, and how it was read."""

    value: float
    """NaN if the cell is missing or unreadable."""
    how: How


_NAN: Final = float("nan")
_MISSING: Final = CellReading(_NAN, "missing")
_UNREADABLE: Final = CellReading(_NAN, "unreadable")
_OWN_WORD: Final = CellReading(_NAN, "own word")
_HOW: Final[dict[str, How]] = {"usual": "as written", "other": "other form", "bound": "bound"}


@dataclass(frozen=True)
class Feature:
    """A feature column, and how its cells are written."""

    name: str
    kind: ColumnKind
    numbers: NumberFormat | None = None
    """For numeric columns."""
    dates: DateFormat | None = None
    """For datetime columns."""
    missing_words: tuple[str, ...] = ()
    """Words that mean a missing value in this column only, in lower case; each has an indicator column."""
    decimal: Decimal = "."
    """Decimal mark of the categories that are numbers."""
    format: str | None = None
    """An example of how a cell is read, such as `1.234,56 → 1234.56`; None if cells are read as they are."""

    @property
    def is_number(self) -> bool:
        """Return whether the column is parsed into the matrix of numbers."""
        return self.kind in NUMBER_KINDS

    def read(self, text: str) -> CellReading:
        """Read a trimmed cell of a number, boolean or datetime column."""
        gap = self._find_gap(text)
        if gap is not None:
            return _MISSING if gap == "missing" else _OWN_WORD
        if self.numbers is not None:
            reading = self.numbers.read(text)
            return _UNREADABLE if reading is None else CellReading(reading.value, _HOW[reading.form])
        value = words.boolean(text) if self.dates is None else self.dates.value(text)
        return _UNREADABLE if value is None else CellReading(value, "as written")

    def read_many(self, texts: Sequence[str]) -> tuple[Matrix, list[How]]:
        """Read many trimmed cells as `read` does: their numbers, and how they were read."""
        gaps: list[How | None] = [self._find_gap(text) for text in texts]
        values = np.full(len(texts), np.nan)
        present = [place for place, gap in enumerate(gaps) if gap is None]
        read, hows = self._read_present([texts[place] for place in present])
        values[present] = read
        found = iter(hows)
        return values, [next(found) if gap is None else gap for gap in gaps]

    def _find_gap(self, text: str) -> How | None:
        if words.is_missing(text):
            return "missing"
        return "own word" if self.missing_words and text.lower() in self.missing_words else None

    def _read_present(self, texts: list[str]) -> tuple[Matrix, list[How]]:
        if self.numbers is not None:
            values, forms = self.numbers.read_many(texts)
            return values, ["unreadable" if form is None else _HOW[form] for form in forms]
        if self.dates is not None:
            values = self.dates.values(texts)
        else:
            truths = [words.boolean(text) for text in texts]
            values = np.array([np.nan if truth is None else truth for truth in truths])
        return values, ["unreadable" if missing else "as written" for missing in np.isnan(values).tolist()]

    def read_json(self, cell: Cell) -> CellReading:
        """Read a JSON value of a number, boolean or datetime column; a JSON number is always that number."""
        if self.kind == "numeric" and isinstance(cell, int | float) and not isinstance(cell, bool):
            return _read_json_number(cell)
        return self.read(spell(cell, "."))


def _read_json_number(number: int | float) -> CellReading:
    try:
        value = words.usable(float(number))
    except OverflowError:
        value = None
    return _UNREADABLE if value is None else CellReading(value, "as written")


def spell(value: Cell, decimal: Decimal) -> str:
    """Return a JSON value as a CSV cell; the guard of a text is removed, since the text may come from our own CSV."""
    if isinstance(value, str):
        return unguard(value).strip()
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    return str(value)
