"""Write numbers and dates as the readers of a language do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_NO_BREAK: Final = "\u00a0"
_MINUS: Final = "\u2212"
_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST_PLAIN: Final = 1e-4
_MOST_PLAIN: Final = 1e15
_MOST_SHARE: Final = 1e6
"""From this size on, a number is not written as a percentage."""
_DIGITS: Final = 4
"""Significant digits of a number that is not a count: enough to compare scores."""


@dataclass(frozen=True, kw_only=True)
class Locale:
    """How a language writes numbers and dates."""

    decimal: str
    grouping: str
    percent: str
    """What stands behind a percentage."""
    months: tuple[str, ...]
    """Short names, from January."""
    large: Mapping[float, str]
    """What stands behind a shortened number, by the size of its unit; the largest first."""

    def count(self, number: int) -> str:
        """Return an integer with its digits in groups of three."""
        return f"{number:,}".replace(",", self.grouping)

    def number(self, value: float | None) -> str:
        """Return a number with about four digits; `–` for None and for what is not finite."""
        if value is None or not math.isfinite(value):
            return "–"
        size = abs(value)
        if size and not _LEAST_PLAIN <= size < _MOST_PLAIN:
            return self._power(value)
        whole = len(str(int(size))) if size >= 1 else 0
        leading = 0 if size >= 1 or not size else -math.floor(math.log10(size)) - 1
        decimals = max(0, _DIGITS - max(whole, 1)) + leading
        text = self.fixed(value, decimals)
        return text.rstrip("0").rstrip(self.decimal) if self.decimal in text else text

    def score(self, value: float | None) -> str:
        """Return a number for a table of scores, in which those of one size have as many decimals."""
        if value is None or not math.isfinite(value) or not 1e-3 <= abs(value) < 10_000:
            return self.number(value)
        return self.fixed(value, next(count for limit, count in ((10, 3), (100, 2), (1e4, 1)) if abs(value) < limit))

    def size(self, size: int) -> str:
        """Return a number of bytes; from 1,000 in kilobytes, and from 100,000 in megabytes."""
        if size < 1_000:
            return f"{size}{_NO_BREAK}B"
        unit, name = (1e6, "MB") if size >= 100_000 else (1e3, "kB")
        return f"{self.fixed(size / unit, 1)}{_NO_BREAK}{name}"

    def fixed(self, value: float, decimals: int) -> str:
        """Return a number with this many decimals."""
        parts = f"{value:,.{decimals}f}".replace("-", _MINUS).partition(".")
        return parts[0].replace(",", self.grouping) + (self.decimal + parts[2] if parts[1] else "")

    def share(self, value: float) -> str:
        """Return a share between 0 and 1 as a percentage; small ones are not rounded to nothing."""
        if not -_MOST_SHARE < value < _MOST_SHARE:
            return self.number(value)
        if 0 < value < 0.001:
            return f"<{_NO_BREAK}{self.fixed(0.1, 1)}{self.percent}"
        if 0.999 < value < 1:
            return f">{_NO_BREAK}{self.fixed(99.9, 1)}{self.percent}"
        return f"{self.fixed(value * 100, 0 if value in (0, 1) else 1)}{self.percent}"

    def short(self, value: float) -> str:
        """Return a number as briefly as a tick of an axis needs it."""
        for unit, name in self.large.items():
            if unit <= abs(value) < _MOST_PLAIN:
                return self.number(value / unit) + name
        return self.number(value)

    def _power(self, value: float) -> str:
        digits, _, exponent = f"{value:.2e}".partition("e")
        shown = digits.rstrip("0").rstrip(".").replace(".", self.decimal).replace("-", _MINUS)
        return f"{shown}×10{str(int(exponent)).translate(_SUPERSCRIPTS)}"

    def day(self, moment: datetime) -> str:
        """Return a date: `3 Mar 2021`."""
        return f"{moment.day}{_NO_BREAK}{self.months[moment.month - 1]}{_NO_BREAK}{moment.year}"

    def month(self, moment: datetime) -> str:
        """Return a month: `Mar 2021`."""
        return f"{self.months[moment.month - 1]}{_NO_BREAK}{moment.year}"

    def moment(self, moment: datetime) -> str:
        """Return a date and a time of day in UTC: `3 Mar 2021, 14:05`."""
        return f"{self.day(moment)}, {moment:%H:%M}"


ENGLISH: Final = Locale(
    decimal=".",
    grouping=",",
    percent=f"{_NO_BREAK}%",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    large={1e12: f"{_NO_BREAK}T", 1e9: f"{_NO_BREAK}B", 1e6: f"{_NO_BREAK}M", 1e3: f"{_NO_BREAK}k"},
)
BRAZILIAN: Final = Locale(
    decimal=",",
    grouping=".",
    percent="%",
    months=("jan.", "fev.", "mar.", "abr.", "maio", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."),
    large={1e12: f"{_NO_BREAK}tri", 1e9: f"{_NO_BREAK}bi", 1e6: f"{_NO_BREAK}mi", 1e3: f"{_NO_BREAK}mil"},
)


def moment_of(seconds: float) -> datetime | None:
    """Return the moment of a number of seconds since 1970, UTC; None beyond the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
