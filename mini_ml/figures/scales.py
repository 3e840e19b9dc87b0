"""Map values to places on an axis, and choose its ticks."""

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from mini_ml.figures.locales import Locale, moment_of

Quantity = Literal["number", "share", "date", "count"]
"""What an axis measures: numbers, shares between 0 and 1, seconds since 1970 (UTC), or numbers of things."""

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_DAY: Final = 86_400.0
_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_TIMES: Final = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 10_800.0, 21_600.0, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY)
_LONGEST_BY_DAYS: Final = 90 * _DAY


@dataclass(frozen=True)
class Tick:
    """A marked value of an axis."""

    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A straight mapping of the values from `low` to `high` to the places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return the place of a value; one beyond the range is moved to its end."""
        inside = min(max(value, self.low), self.high)
        # Halves, because the difference of two large numbers can be too large.
        share = (inside / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return self.start + share * (self.end - self.start)


def build_scale(values: Iterable[float], start: float, end: float, *, least: float | None = None) -> Scale:
    """Return a scale that contains all finite values, and `least` if given; one value gets some space around it."""
    finite = [value for value in values if math.isfinite(value)]
    low = min([*finite, *([] if least is None else [least])], default=0.0)
    high = max([*finite, *([] if least is None else [least])], default=1.0)
    if high / 2 - low / 2 <= 0:
        around = abs(low) * 0.1 or 0.5
        low, high = (low, low + around) if low == least else (low - around, high + around)
        low, high = max(low, -sys.float_info.max), min(high, sys.float_info.max)
    return Scale(low=low, high=high, start=start, end=end)


def choose_ticks(scale: Scale, quantity: Quantity, locale: Locale, *, most: int = 5) -> list[Tick]:
    """Return at most about `most` round values between the ends of a scale, with their texts.

    Args:
        scale: the axis.
        quantity: what it measures.
        locale: how numbers and dates are written.
        most: how many ticks there is a place for.
    """
    if quantity == "date":
        found = list(_date_ticks(scale.low, scale.high, locale, most))
        return found or _ends(scale, quantity, locale)
    values = _round_values(scale.low, scale.high, most, whole=quantity == "count")
    if not values:
        return _ends(scale, quantity, locale)
    return [Tick(value, _write(value, values, quantity, locale)) for value in values]


def _ends(scale: Scale, quantity: Quantity, locale: Locale) -> list[Tick]:
    """Return both ends, for ranges without a round value that a float can express."""
    return [Tick(value, write_value(value, quantity, locale)) for value in (scale.low, scale.high)]


def write_value(value: float, quantity: Quantity, locale: Locale) -> str:
    """Return one value of an axis as text."""
    if quantity == "share":
        return locale.share(value)
    if quantity == "count":
        return locale.count(round(value))
    moment = moment_of(value) if quantity == "date" else None
    return locale.number(value) if moment is None else locale.day(moment)


def _round_values(low: float, high: float, most: int, *, whole: bool) -> list[float]:
    raw = (high / most - low / most) if most else math.inf
    if not math.isfinite(raw) or raw <= 0 or not math.isfinite(high - low):
        return []
    power = 10.0 ** math.floor(math.log10(raw))
    if power == 0:
        return []
    step = next(power * step for step in _STEPS if power * step >= raw * 0.999)
    step = max(step, 1.0) if whole else step
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    values = [(first + place) * step for place in range(min(count, 2 * most + 2))]
    return values if len(values) > 1 and len(set(values)) == len(values) else []


def _write(value: float, values: Sequence[float], quantity: Quantity, locale: Locale) -> str:
    step = values[1] - values[0]
    if quantity == "share":
        decimals = max(0, -math.floor(math.log10(step) + 2 + 1e-9))
        return f"{locale.fixed(value * 100, decimals)}{locale.percent}"
    largest = max(abs(values[0]), abs(values[-1]))
    if abs(value) < step * 1e-6:
        return "0"
    if largest >= 100_000 or largest < 1e-3:
        return locale.short(value)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, decimals) != round(step, decimals + 1):
        decimals += 1  # steps of 2.5
    return locale.fixed(value, decimals)


def _date_ticks(low: float, high: float, locale: Locale, most: int) -> Iterator[Tick]:
    first, last = moment_of(low), moment_of(high)
    if first is None or last is None:
        return
    if high - low <= _LONGEST_BY_DAYS:
        yield from _ticks_by_time(low, high, locale, most)
        return
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((step for step in _MONTHS if months / step <= most), _MONTHS[-1])
    number = -(-(first.year * 12 + first.month - 1) // step) * step
    while number // 12 <= min(last.year, 9999):
        moment = datetime(max(number // 12, 1), number % 12 + 1, 1, tzinfo=UTC)
        if low <= moment.timestamp() <= high:
            yield Tick(moment.timestamp(), str(moment.year) if step % 12 == 0 else locale.month(moment))
        number += step


def _ticks_by_time(low: float, high: float, locale: Locale, most: int) -> Iterator[Tick]:
    step = next((step for step in _TIMES if (high - low) / step <= most), _TIMES[-1])
    value = math.ceil(low / step) * step
    while value <= high:
        moment = moment_of(value)
        if moment is not None:
            yield Tick(
                value, f"{moment:%H:%M}" if step < _DAY and high - low < _DAY else _day_and_month(moment, locale)
            )
        value += step


def _day_and_month(moment: datetime, locale: Locale) -> str:
    return f"{moment.day}\u00a0{locale.months[moment.month - 1]}"
