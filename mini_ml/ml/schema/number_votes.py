"""Count what the cells of a column show about the way its numbers are written; `number_choice` decides from it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mini_ml.ml.cells.layouts import group_by_layout
from mini_ml.ml.cells.number_format import Grouping, certain_marks, has_three_digits, is_ambiguous
from mini_ml.ml.cells.number_text import Decimal, find_duration, take_apart
from mini_ml.ml.notices import MOST_EXAMPLES

_LIKELY: Final = 0.4
"""Less than the fraction of numbers that a numeric column needs."""


@dataclass
class NumberVotes:
    """What the cells of a column show about the way its numbers are written, in numbers of cells."""

    decimals: Counter[Decimal] = field(default_factory=Counter)
    """Cells that certainly have this decimal mark."""
    groupings: Counter[Grouping] = field(default_factory=Counter)
    """Cells that certainly have groups separated by this mark."""
    ambiguous: Counter[Decimal] = field(default_factory=Counter)
    """Cells with one mark that may be either."""
    longest_integer: int = 0
    """Digits of the longest integer without a mark."""
    currencies: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    both: int = 0
    """Cells with a currency and a unit, such as `R$ 5/kg`."""
    accounting: int = 0
    """Cells that are negative by brackets or by a sign behind the number."""
    two_parts: int = 0
    """Cells that are durations such as 1:30."""
    three_parts: int = 0
    """Cells that are durations such as 1:30:00."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """The first ambiguous cells by their mark, durations of two parts by a colon, and cells with
    and without a unit by `unit` and `bare`."""
    numbers: int = 0
    """Cells that look like numbers."""
    cells: int = 0

    def add_plain(self, count: int, *, has_points: bool, digits: int) -> None:
        """Add plain numbers that are not looked at one by one.

        Args:
            count: how many there are.
            has_points: whether one has a point that certainly is a decimal point.
            digits: of the longest integer.
        """
        self.longest_integer = max(self.longest_integer, digits)
        self.cells += count
        self.numbers += count
        if has_points:
            self.decimals["."] += count

    @property
    def may_be_numbers(self) -> bool:
        """Return whether so many cells look like numbers that the column may be numeric."""
        return self.numbers + self.two_parts + self.three_parts >= _LIKELY * self.cells

    @property
    def decimal(self) -> Decimal | None:
        """Return the decimal mark that the cells certainly show; None if they show none or both equally."""
        shown = Counter(self.decimals)
        for grouping, count in self.groupings.items():
            if grouping in (",", "."):
                shown["." if grouping == "," else ","] += count
        if shown[","] == shown["."]:
            return None
        return "," if shown[","] > shown["."] else "."

    def add_example(self, mark: str, text: str) -> None:
        """Keep a cell as an example if it is one of the first of its mark."""
        kept = self.examples.setdefault(mark, [])
        if len(kept) < MOST_EXAMPLES:
            kept.append(text)


def count_votes(texts: Mapping[str, int]) -> NumberVotes:
    """Count what the cells show.

    Args:
        texts: number of occurrences of each trimmed cell.
    """
    votes = NumberVotes()
    cells, counts = list(texts), np.fromiter(texts.values(), dtype=np.int64, count=len(texts))
    alone = np.ones(len(cells), dtype=np.bool_)
    for layout in group_by_layout(cells):
        if not _needs_each_cell(layout.first):
            _count_cell(votes, layout.first, int(counts[layout.places].sum()))
            alone[layout.places] = False
    for place in np.flatnonzero(alone).tolist():
        _count_cell(votes, cells[place], int(counts[place]))
    return votes


def _needs_each_cell(text: str) -> bool:
    """Return whether cells of the same layout can show different things: `0,123` is certain, `1,123` is not."""
    parts = take_apart(text)
    return parts is not None and has_three_digits(parts.body)


def _count_cell(votes: NumberVotes, text: str, count: int) -> None:
    votes.cells += count
    duration = find_duration(text)
    if duration is not None:
        if duration.third is not None:
            votes.three_parts += count
        else:
            votes.two_parts += count
            votes.add_example(":", text)
        return
    parts = take_apart(text)
    if parts is None:
        return
    votes.numbers += count
    votes.add_example("unit" if parts.currency or parts.unit else "bare", text)
    votes.both += count if parts.currency and parts.unit else 0
    if parts.currency:
        votes.currencies[parts.currency] += count
    if parts.unit:
        votes.units[parts.unit] += count
    votes.accounting += count if parts.accounting else 0
    _count_marks(votes, text, parts.body, count)


def _count_marks(votes: NumberVotes, text: str, body: str, count: int) -> None:
    if body.isdigit():
        votes.longest_integer = max(votes.longest_integer, len(body))
        return
    if is_ambiguous(body):
        mark: Decimal = "," if "," in body else "."
        votes.ambiguous[mark] += count
        votes.add_example(mark, text)
        return
    marks = certain_marks(body)
    if marks is not None:
        if marks.decimal:
            votes.decimals[marks.decimal] += count
        if marks.grouping:
            votes.groupings[marks.grouping] += count
