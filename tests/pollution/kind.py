"""A kind of pollution, and the places where it can occur."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from tests.pollution.draft import Dialect, Draft

_PLACES: Final = {"first": 0.0, "middle": 0.5, "last": 1.0}


@dataclass(frozen=True)
class Spot:
    """Where, and in which variant, a kind of pollution occurs."""

    row: str = "first"
    column: str = "first"
    variant: str = ""

    def of_rows(self, count: int) -> int:
        """Return the position of the row among so many."""
        return round(_PLACES[self.row] * (count - 1))

    def of_columns(self, count: int) -> int:
        """Return the position of the column among so many."""
        return round(_PLACES[self.column] * (count - 1))


Edit = Callable[[Draft, Spot], Draft | None]
"""Returns the polluted draft, or None if the kind does not apply to it."""
Respell = Callable[[Dialect, str], Dialect]
"""Returns the dialect in which all cells are written, given one and the variant."""


def _unchanged(draft: Draft, spot: Spot) -> Draft | None:
    return draft


def _same(dialect: Dialect, variant: str) -> Dialect:
    return dialect


@dataclass(frozen=True)
class Kind:
    """A kind of pollution."""

    name: str
    edit: Edit = _unchanged
    respell: Respell = _same
    by_row: bool = False
    """Whether it occurs in one row."""
    by_column: bool = False
    """Whether it occurs in one column."""
    variants: tuple[str, ...] = ("",)

    def spots(self) -> Iterator[Spot]:
        """Return all places and variants."""
        rows = tuple(_PLACES) if self.by_row else ("first",)
        columns = tuple(_PLACES) if self.by_column else ("first",)
        return (Spot(*place) for place in product(rows, columns, self.variants))

    def label(self, spot: Spot) -> str:
        """Return the place and the variant in words."""
        parts = [f"{spot.row} row"] * self.by_row + [f"{spot.column} column"] * self.by_column
        return ", ".join([*parts, *filter(None, [spot.variant])])
