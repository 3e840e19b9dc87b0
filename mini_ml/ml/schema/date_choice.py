"""Choose the date format of a column: the order of day and month, and which forms occur."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mini_ml.ml.cells.dates import DateFormat, Order, days_and_months, describe
from mini_ml.ml.notices import MOST_EXAMPLES
from mini_ml.ml.schema.findings import Finding

_SAMPLE: Final = 50
"""Distinct cells of which one must be a date, else the others are not looked at."""
_DESCRIBED: Final = 2_000
"""Distinct cells that are looked at one by one, from all over the column; of the others, only the order of day and
month is counted."""
_LIKELY: Final = 0.4
"""Less than the fraction of dates that a column of dates needs."""
_MONTHS: Final = 12


@dataclass
class DateVotes:
    """What the cells of a column show about the way its dates are written, in numbers of cells."""

    cells: int = 0
    dates: int = 0
    """Dates among the cells that were looked at one by one."""
    looked_at: int = 0
    """Cells that were looked at one by one."""
    day_first: int = 0
    """Cells that are dates only if the day comes first."""
    month_first: int = 0
    either: int = 0
    """Cells that are dates in both orders."""
    named: int = 0
    timed: int = 0
    short_years: int = 0
    examples: list[str] = field(default_factory=list)
    """The first dates that are the same in neither order."""

    @property
    def may_be_dates(self) -> bool:
        """Return whether so many cells are dates that the column may be one of dates."""
        return self.dates >= _LIKELY * self.looked_at > 0

    @property
    def order(self) -> Order | None:
        """Return the order that the cells certainly show; None if they show none or both equally."""
        if self.day_first == self.month_first:
            return None
        return "day first" if self.day_first > self.month_first else "month first"


def count_dates(texts: Mapping[str, int]) -> DateVotes:
    """Count what the cells show.

    Args:
        texts: number of occurrences of each trimmed cell.
    """
    votes = DateVotes(cells=sum(texts.values()))
    cells = list(texts)
    if not any(describe(text) for text in _spread(cells, _SAMPLE)):
        return votes
    step = max(1, len(cells) // _DESCRIBED)
    for text in cells[::step]:
        votes.looked_at += texts[text]
        parts = describe(text)
        if parts is not None:
            votes.dates += texts[text]
            votes.named += texts[text] if parts.named else 0
            votes.timed += texts[text] if parts.timed else 0
            votes.short_years += texts[text] if parts.short_year else 0
            if parts.first is not None and parts.second is not None:
                _count_order(votes, text, parts.first, parts.second, texts[text])
    others = [text for place, text in enumerate(cells) if place % step]
    for layout, first, second in days_and_months(others):
        counts = np.array([texts[others[place]] for place in layout.places.tolist()])
        votes.day_first += int(counts[(first > _MONTHS) & (second <= _MONTHS)].sum())
        votes.month_first += int(counts[(second > _MONTHS) & (first <= _MONTHS)].sum())
        votes.either += int(counts[(first <= _MONTHS) & (second <= _MONTHS)].sum())
    return votes


def _spread(cells: Sequence[str], count: int) -> Sequence[str]:
    """Return about `count` cells from all over a column."""
    return cells[:: max(1, len(cells) // count)]


def _count_order(votes: DateVotes, text: str, first: int, second: int, count: int) -> None:
    if first > _MONTHS:
        votes.day_first += count
    elif second > _MONTHS:
        votes.month_first += count
    else:
        votes.either += count
        if first != second and len(votes.examples) < MOST_EXAMPLES:
            votes.examples.append(text)


def choose_dates(votes: DateVotes, file_order: Order | None) -> tuple[DateFormat, tuple[Finding, ...]]:
    """Choose the format of a column.

    Args:
        votes: what its cells show.
        file_order: the order of day and month that other columns show for certain.
    """
    findings: tuple[Finding, ...] = ()
    order: Order = "year first"
    if votes.day_first or votes.month_first or votes.either:
        order = votes.order or file_order or "day first"
        if votes.order is None and file_order is None and votes.examples:
            findings = (Finding("ambiguous_day_month", votes.either, tuple(votes.examples), {"order": order}),)
    return DateFormat(order=order, named=votes.named > 0, timed=votes.timed > 0), findings
