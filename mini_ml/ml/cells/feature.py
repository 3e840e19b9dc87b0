"""A feature column, and the value of a single cell of it."""

from dataclasses import dataclass
from typing import Final

from mini_ml.contracts import ColumnKind
from mini_ml.ml.cells import dates, words
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.records.spreadsheets import unguard

NUMBER_KINDS: Final[frozenset[ColumnKind]] = frozenset({"numeric", "boolean", "datetime"})

Cell = str | int | float | bool | None
"""A value of a JSON row."""


@dataclass(frozen=True)
class Feature:
    """A feature column and how its cells are parsed."""

    name: str
    kind: ColumnKind
    format: str | None = None
    """Date format of a datetime column, one of `dates.FORMATS`; None for other kinds."""

    @property
    def is_number(self) -> bool:
        """Return whether the column is parsed into the matrix of numbers."""
        return self.kind in NUMBER_KINDS

    def value(self, text: str, decimal: Decimal) -> float | None:
        """Parse a trimmed, non-missing cell as a number; return None if it does not fit the kind of the column."""
        if self.kind == "numeric":
            return words.number(text, decimal)
        if self.kind == "boolean":
            return words.boolean(text)
        return dates.epoch(text, self.format or "")


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
