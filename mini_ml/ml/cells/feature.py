"""A feature column, and what a single cell of it means."""

from dataclasses import dataclass
from typing import Final

from mini_ml.contracts import ColumnKind
from mini_ml.ml.cells import dates, words
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.records.spreadsheets import unguarded

NUMBER_KINDS: Final[frozenset[ColumnKind]] = frozenset({"numeric", "boolean", "datetime"})

Cell = str | int | float | bool | None
"""A value of a JSON row."""


@dataclass(frozen=True)
class Feature:
    """A feature column and how its cells are read."""

    name: str
    kind: ColumnKind
    format: str | None = None
    """Date format of a datetime column."""

    @property
    def is_number(self) -> bool:
        """Tell whether the column is read into the matrix of numbers."""
        return self.kind in NUMBER_KINDS

    def value(self, text: str, decimal: Decimal) -> float | None:
        """Return the number that a trimmed, present cell stands for; None where it is none of this kind."""
        if self.kind == "numeric":
            return words.number(text, decimal)
        if self.kind == "boolean":
            return words.boolean(text)
        return dates.epoch(text, self.format or "")


def spell(value: Cell, decimal: Decimal) -> str:
    """Return the CSV spelling of a JSON value; a text that was taken from a CSV of ours means what it means there."""
    if isinstance(value, str):
        return unguarded(value).strip()
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    return str(value)
