"""Choose the number format of a column from its cells, and from what other columns of the file show.

One mark before exactly three digits is ambiguous. In this order, it is decided by:

1. other cells of the column: `1,5` shows a decimal comma, `1,234,567` and `1,234.5` show groups;
2. integers without a mark beside it: if the largest has three digits, larger ones are written with a mark, in groups;
3. the decimal mark of all other columns of the file, if they agree;
4. a default: a point is a decimal point; a comma separates groups in a comma-separated file, else the fraction.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mini_ml.ml.cells.number_format import Grouping, NumberFormat
from mini_ml.ml.cells.number_text import Decimal, unit_key
from mini_ml.ml.schema.data_warnings import cut
from mini_ml.ml.schema.findings import Finding
from mini_ml.ml.schema.number_votes import NumberVotes

_OTHER: Final[dict[Decimal, Decimal]] = {",": ".", ".": ","}


@dataclass(frozen=True)
class NumberChoice:
    """The format of a numeric column, and what was decided on the way."""

    format: NumberFormat
    findings: tuple[Finding, ...] = ()


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
        yield Finding("bare_numbers", bare, tuple(votes.examples.get(rarer, ())), {"unit": cut(unit)})


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
