"""How the cells of a datetime column are read: day or month first, with an optional time; independent of any locale.

ISO 8601 is always read. Dates of other forms are read only if the training file has them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.cells.layouts import Layout, group_by_layout
from mini_ml.ml.frame import Matrix

Order = Literal["year first", "day first", "month first"]

_CACHED_CELLS: Final = 1 << 15
_MONTHS: Final = {
    word: number
    for number, names in enumerate(
        (
            "january jan janeiro", "february feb fevereiro fev", "march mar março marco", "april apr abril abr",
            "may maio mai", "june jun junho", "july jul julho", "august aug agosto ago",
            "september sep sept setembro set", "october oct outubro out", "november nov novembro",
            "december dec dezembro dez",
        ),
        start=1,
    )
    for word in names.split()
}  # fmt: skip
"""English and Portuguese names and abbreviations of the months, in lower case."""

_YEAR: Final = r"(?P<Y>[0-9]{4})"
_ANY_YEAR: Final = r"(?P<Y>[0-9]{4}|[0-9]{2})"
_WEEKDAY: Final = r"(?:[^\W\d_]{3,14}(?:-feira)?\.?,? )?"
_TIME: Final = (
    r"(?:(?:T|,? )(?P<H>[0-9]{1,2}):(?P<M>[0-5][0-9])(?::(?P<S>[0-5][0-9])(?:[.,](?P<f>[0-9]{1,9}))?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?P<z>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_BETWEEN: Final = r"(?: de |[ /.-])"
_NAME: Final = r"(?P<b>[^\W\d_]{3,9})\.?,?"
_YEAR_FIRST: Final = re.compile(rf"{_YEAR}(?P<s>[-/.])(?P<m>[0-9]{{1,2}})(?P=s)(?P<d>[0-9]{{1,2}}){_TIME}")
_YEAR_MONTH: Final = re.compile(rf"{_YEAR}-(?P<m>[0-9]{{2}})")
_YEAR_LAST: Final = re.compile(rf"(?P<first>[0-9]{{1,2}})(?P<s>[-/.])(?P<second>[0-9]{{1,2}})(?P=s){_ANY_YEAR}{_TIME}")
_MONTH_YEAR: Final = re.compile(rf"(?P<m>[0-9]{{2}})[/.-]{_YEAR}")
_DAY_NAME: Final = re.compile(
    rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|º|°)?{_BETWEEN}{_NAME}{_BETWEEN}{_ANY_YEAR}{_TIME}"
)
_NAME_DAY: Final = re.compile(rf"{_WEEKDAY}{_NAME} (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}{_TIME}")
_NAME_YEAR: Final = re.compile(rf"{_NAME}{_BETWEEN}{_YEAR}")
_NAMED: Final = (_DAY_NAME, _NAME_DAY, _NAME_YEAR)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_MOST_CHARS: Final = 60
_CENTURY_TURNS: Final = 69
"""Two-digit years below this one are in this century."""


@dataclass(frozen=True)
class DateFormat:
    """How the cells of a datetime column are written."""

    order: Order = "year first"
    """Order of dates in digits whose year comes last; `year first` if the column has none."""
    named: bool = False
    """Whether the column has month names."""
    timed: bool = False
    """Whether the column has times of day."""

    def value(self, text: str) -> float | None:
        """Read a trimmed cell: seconds since 1970-01-01 UTC, or None. A time without a zone is UTC."""
        return None if len(text) > _MOST_CHARS else _read(text, self.order, self.named)

    def values(self, texts: Sequence[str]) -> Matrix:
        """Read many cells as `value` does; NaN stands for None. Shape (texts,)."""
        values = np.full(len(texts), np.nan)
        done = np.zeros(len(texts), dtype=np.bool_)
        for layout in group_by_layout(texts):
            found = _match_digits(layout.first, self.order)
            if found is not None:
                values[layout.places] = _epochs(layout, found, self.order)
                done[layout.places] = True
        for place in np.flatnonzero(~done).tolist():
            value = self.value(texts[place])
            values[place] = np.nan if value is None else value
        return values


class DateParts(NamedTuple):
    """What kind of date a cell is, for choosing the format of its column."""

    first: int | None
    """First number of a date in digits whose year comes last, else None."""
    second: int | None
    named: bool
    timed: bool
    short_year: bool


def describe(text: str) -> DateParts | None:
    """Return what kind of date a trimmed cell is; None if it is no date in any order."""
    if not 6 <= len(text) <= _MOST_CHARS or not any("0" <= sign <= "9" for sign in text):
        return None
    found = _YEAR_LAST.fullmatch(text)
    if found is not None:
        if not _is_plausible(found) or (_year_last(found, "day first") or _year_last(found, "month first")) is None:
            return None
        short_year = len(found["Y"]) == 2
        return DateParts(int(found["first"]), int(found["second"]), False, found["H"] is not None, short_year)
    value = _read(text, "day first", True)
    if value is None:
        return None
    named = next((pattern.fullmatch(text) for pattern in _NAMED if pattern.fullmatch(text)), None)
    short_year = named is not None and len(named["Y"]) == 2
    return DateParts(None, None, named is not None, ":" in text, short_year)


def days_and_months(texts: Sequence[str]) -> Iterator[tuple[Layout, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the first and second numbers of dates in digits whose year comes last, for cells of the same layout."""
    for layout in group_by_layout(texts):
        found = _YEAR_LAST.fullmatch(layout.first)
        if found is not None and _is_plausible(found):
            yield layout, layout.numbers(found, "first"), layout.numbers(found, "second")


def _match_digits(text: str, order: Order) -> re.Match[str] | None:
    """Return how a cell is a date in digits, if all cells of its layout can be read together."""
    found = _YEAR_FIRST.fullmatch(text)
    if found is None and order != "year first":
        found = _YEAR_LAST.fullmatch(text)
        found = found if found is not None and _is_plausible(found) else None
    has_offset = found is not None and found["z"] is not None and found["z"][0] in "+-"
    if found is None or found["f"] or found["half"] or has_offset:  # cells of a layout can have different offsets
        return None
    return found


def _epochs(layout: Layout, found: re.Match[str], order: Order) -> Matrix:
    """Return the seconds since 1970 of the cells of a layout; NaN for impossible dates."""
    year = layout.numbers(found, "Y")
    if len(found["Y"]) == 2:
        year = year + np.where(year < _CENTURY_TURNS, 2000, 1900)
    fields = ("m", "d") if "m" in found.groupdict() else ("first", "second")
    month, day = (layout.numbers(found, field) for field in fields)
    if fields[0] == "first" and order == "day first":
        month, day = day, month
    hours, minutes, seconds = (layout.numbers(found, field) for field in "HMS")
    possible = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year > 0) & (hours < 24)
    possible &= (minutes < 60) & (seconds < 60)
    first = (np.where(possible, year - 1970, 0) * 12 + np.where(possible, month - 1, 0)).astype("datetime64[M]")
    days = first.astype("datetime64[D]") + np.where(possible, day - 1, 0)
    possible &= days.astype("datetime64[M]") == first  # else the month has fewer days
    total = days.astype(np.int64) * 86_400 + hours * 3600 + minutes * 60 + seconds
    return np.where(possible, total.astype(np.float64), np.nan)


@lru_cache(maxsize=_CACHED_CELLS)
def _read(text: str, order: Order, named: bool) -> float | None:
    if len(text) > _MOST_CHARS:
        return None
    if text[4:5] in ("-", "/", ".") and text[:4].isdigit():
        return _read_year_first(text)
    if text[8:9] == "T" and text[:8].isdigit():
        return _read_year_first(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    if order != "year first" and (found := _YEAR_LAST.fullmatch(text)) is not None:
        return _year_last(found, order) if _is_plausible(found) else None
    if (found := _MONTH_YEAR.fullmatch(text)) is not None:
        return _epoch(int(found["Y"]), int(found["m"]), 1)
    return _read_named(text) if named else None


def _read_year_first(text: str) -> float | None:
    if text[4] == text[7:8] == "-" and text[10:11] in ("", "T", " "):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass  # a form that only the pattern reads, such as one with am or UTC
        else:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        return _with_time(found, int(found["Y"]), int(found["m"]), int(found["d"]))
    if (found := _YEAR_MONTH.fullmatch(text)) is not None:
        return _epoch(int(found["Y"]), int(found["m"]), 1)
    return None


def _is_plausible(found: re.Match[str]) -> bool:
    """Return whether a date whose year comes last is one: `1.2.34` is a version number, `01.02.34` is a date."""
    return len(found["Y"]) == 4 or found["s"] == "/" or len(found["first"]) == len(found["second"]) == 2


def _year_last(found: re.Match[str], order: Order) -> float | None:
    first, second = int(found["first"]), int(found["second"])
    day, month = (second, first) if order == "month first" else (first, second)
    return _with_time(found, _whole_year(found["Y"]), month, day)


def _read_named(text: str) -> float | None:
    for pattern in _NAMED:
        if (found := pattern.fullmatch(text)) is not None:
            month = _MONTHS.get(found["b"].lower(), 0)
            if pattern is _NAME_YEAR:
                return _epoch(int(found["Y"]), month, 1)
            return _with_time(found, _whole_year(found["Y"]), month, int(found["d"]))
    return None


def _whole_year(year: str) -> int:
    """Return a year; two digits are a year from 1969 to 2068."""
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < _CENTURY_TURNS else 1900)


def _with_time(found: re.Match[str], year: int, month: int, day: int) -> float | None:
    start = _epoch(year, month, day)
    hours = int(found["H"] or 0)
    if found["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if found["half"][0] in "Pp" else 0)
    if start is None or hours > 23:
        return None
    fraction = float(f"0.{found['f']}") if found["f"] else 0.0
    return start + hours * 3600 + int(found["M"] or 0) * 60 + int(found["S"] or 0) + fraction - _offset(found["z"])


def _epoch(year: int, month: int, day: int) -> float | None:
    try:
        return (date(year, month, day).toordinal() - _EPOCH_DAY) * 86_400.0
    except ValueError:
        return None


def _offset(zone: str | None) -> int:
    """Return the offset of a zone from UTC in seconds."""
    if zone is None or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)
