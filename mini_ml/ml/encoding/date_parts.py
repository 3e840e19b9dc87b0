"""Encode dates as parts of the calendar, and as places in its cycles: December is next to January."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix

_DAY: Final = 86_400.0


def _build_cycle(places: NDArray[np.int64], length: int) -> Matrix:
    """Return sine and cosine of places in a cycle of some length, shape (places, 2)."""
    angles = 2 * np.pi * places / length
    return np.column_stack([np.sin(angles), np.cos(angles)])


_LONGEST_MONTH: Final = 31
_MONTHS: Final = np.cumsum([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30])
"""Days of a leap year before each month."""
_YEAR: Final = _build_cycle(np.add.outer(_MONTHS, np.arange(_LONGEST_MONTH)).ravel(), 366)
"""By month and day: a table, as computing waves for each row would take several times as long."""
_WEEK: Final = _build_cycle(np.arange(7), 7)
_HOURS: Final = _build_cycle(np.arange(24), 24)


def write_date_parts(epochs: Matrix, timed: bool, cyclic: bool, out: Matrix) -> None:
    """Write year, month, day and weekday of epochs to `out`, and the hour if `timed`.

    Args:
        epochs: shape (rows,), seconds since 1970, none missing.
        timed: whether the column has times of day.
        cyclic: whether sine and cosine of the day of the year, of the weekday and, if `timed`, of the hour follow.
        out: shape (rows, parts), as many as `count_date_parts` says.
    """
    starts = np.floor(epochs / _DAY)
    days = starts.astype(np.int64)
    dates = days.view("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years, month = np.divmod(months.view(np.int64), 12)
    day = (dates - months).view(np.int64)
    weekday = (days + 3) % 7
    out[:, 0] = years + 1970
    out[:, 1] = month + 1
    out[:, 2] = day + 1
    out[:, 3] = weekday
    hour = np.floor((epochs - starts * _DAY) / 3600) if timed else None
    if hour is not None:
        out[:, 4] = hour
    if cyclic:
        waves = out[:, 4 if hour is None else 5 :]
        waves[:, 0:2] = _YEAR[month * _LONGEST_MONTH + day]
        waves[:, 2:4] = _WEEK[weekday]
        if hour is not None:
            waves[:, 4:6] = _HOURS[hour.astype(np.intp)]


def count_date_parts(timed: bool, cyclic: bool) -> int:
    """Return the number of columns of the parts of dates."""
    return 4 + timed + (4 + 2 * timed if cyclic else 0)


def name_date_parts(timed: bool, cyclic: bool) -> tuple[str, ...]:
    """Return the names of the parts of dates, in the order of `write_date_parts`."""
    plain = ("year", "month", "day", "weekday", "hour")[: 5 if timed else 4]
    cycles = ("year", "week", "day")[: 3 if timed else 2] if cyclic else ()
    return (*plain, *(f"{cycle}_{wave}" for cycle in cycles for wave in ("sin", "cos")))
