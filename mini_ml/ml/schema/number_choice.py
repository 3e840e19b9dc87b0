"""Choose the number format of a column from its cells, and from what other columns of the file show.

One mark before exactly three digits is ambiguous. In this order, it is decided by:

1. other cells of the column: `1,5` shows a decimal comma, `1,234,567` and `1,234.5` show groups;
2. integers without a mark beside it: if the largest has three digits, larger ones are written with a mark, in groups;
3. the decimal mark of all other columns of the file, if they agree;
4. a default: a point is a decimal point; a comma separates groups in a comma-separated file, else the fraction.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mini_ml.ml.cells.layouts import group_by_layout
from mini_ml.ml.cells.number_format import Grouping, NumberFormat, certain_marks, has_three_digits, is_ambiguous
from mini_ml.ml.cells.number_text import Decimal, find_duration, take_apart, unit_key
from mini_ml.ml.notices import MOST_EXAMPLES
from mini_ml.ml.schema.data_warnings import cut
from mini_ml.ml.schema.findings import Finding

_LIKELY: Final = 0.4
"""Less than the fraction of numbers that a numeric column needs."""
_OTHER: Final[dict[Decimal, Decimal]] = {",": ".", ".": ","}


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


@dataclass(frozen=True)
class NumberChoice:
    """The format of a numeric column, and what was decided on the way."""

    format: NumberFormat
    findings: tuple[Finding, ...] = ()


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


def find_file_decimal(votes: Iterable[NumberVotes], *, certain_points: int) -> Decimal | None:
    """Return the decimal mark that all columns of numbers show for certain; None if they show none or both.

    Args:
        votes: of the columns whose cells were looked at one by one.
        certain_points: number of other columns that have a decimal point for certain.
    """
    shown = {column.decimal for column in votes if column.may_be_numbers} - {None}
    if certain_points:
        shown.add(".")
    return shown.pop() if len(shown) == 1 else None


def choose_format(votes: NumberVotes, file_decimal: Decimal | None, delimiter: str) -> NumberChoice:
    """Choose the format of a column.

    Args:
        votes: what its cells show.
        file_decimal: the decimal mark that other columns show for certain.
        delimiter: of the file.
    """
    if votes.two_parts + votes.three_parts > votes.numbers:
        return _choose_durations(votes)
    mark = max(votes.ambiguous, key=lambda known: votes.ambiguous[known], default=None)
    decimal = votes.decimal
    findings: tuple[Finding, ...] = ()
    if decimal is None and mark is not None:
        decimal, findings = _resolve(mark, votes, file_decimal, delimiter)
    decimal = decimal or file_decimal or "."
    candidates = {grouping: count for grouping, count in votes.groupings.items() if grouping != decimal}
    grouping: Grouping = max(candidates, key=lambda known: candidates[known], default="")
    if not grouping and mark is not None and mark != decimal:
        grouping = mark
    currency, unit = _choose_unit(votes)
    form = NumberFormat(
        decimal=decimal, grouping=grouping, currency=currency, unit=unit, accounting=votes.accounting > 0
    )
    return NumberChoice(form, (*findings, *_find_bare(votes, currency or unit)))


def _choose_unit(votes: NumberVotes) -> tuple[str, str]:
    """Return the currency and the unit; only the more frequent one if no cell has both."""
    currency, unit = _most_common(votes.currencies), _most_common(votes.units)
    if votes.both or not currency or not unit:
        return currency, unit
    return (currency, "") if votes.currencies.total() >= votes.units.total() else ("", unit)


def _find_bare(votes: NumberVotes, unit: str) -> Iterator[Finding]:
    """Yield that some numbers have a unit or a currency and others have none."""
    bare = votes.numbers - votes.currencies.total() - votes.units.total() + votes.both
    if unit and bare > 0:
        rarer = "bare" if 2 * bare < votes.numbers else "unit"
        yield Finding("bare_numbers", bare, tuple(votes.examples[rarer]), {"unit": cut(unit)})


def _resolve(
    mark: Decimal, votes: NumberVotes, file_decimal: Decimal | None, delimiter: str
) -> tuple[Decimal, tuple[Finding, ...]]:
    """Return the decimal mark of a column whose only marks are ambiguous ones."""
    if votes.longest_integer == 3:
        return _OTHER[mark], ()
    if file_decimal is not None:
        return file_decimal, ()
    groups = mark == "," and delimiter == ","
    meaning = "1234" if groups else "1.234"
    params = {"cell": f"1{mark}234", "meaning": meaning}
    finding = Finding("ambiguous_mark", votes.ambiguous[mark], tuple(votes.examples[mark]), params)
    return _OTHER[mark] if groups else mark, (finding,)


def _choose_durations(votes: NumberVotes) -> NumberChoice:
    if not votes.three_parts:
        return NumberChoice(NumberFormat(durations="hours"))
    findings: tuple[Finding, ...] = ()
    if votes.two_parts:
        findings = (Finding("duration_minutes", votes.two_parts, tuple(votes.examples[":"])),)
    return NumberChoice(NumberFormat(durations="minutes"), findings)


def _most_common(spellings: Counter[str]) -> str:
    """Return the most frequent spelling of the most frequent unit; empty if there is none."""
    if not spellings:
        return ""
    keys: Counter[str] = Counter()
    for spelling, count in spellings.items():
        keys[unit_key(spelling)] += count
    best = keys.most_common(1)[0][0]
    return max((count, spelling) for spelling, count in spellings.items() if unit_key(spelling) == best)[1]


def different_units(votes: NumberVotes) -> list[str]:
    """Return the different currencies and units of a column as they are spelled, most frequent first."""
    found, units = _spell_different(votes.currencies), _spell_different(votes.units)
    if found and units and not votes.both:
        return [*found, *units]
    return [*(found if len(found) > 1 else ()), *(units if len(units) > 1 else ())]


def _spell_different(spellings: Counter[str]) -> list[str]:
    """Return the most frequent spelling of each currency or unit."""
    found: dict[str, str] = {}
    for spelling, _ in spellings.most_common():
        found.setdefault(unit_key(spelling), spelling)
    return list(found.values())
