"""Columns of numbers and dates written in any format, with the values that are meant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hypothesis import strategies as st

GAPS: Final = ("", "NA", "-", "null", "?", "N/A")
"""Cells that mean a missing number or date."""


@dataclass(frozen=True)
class Written:
    """A column: its cells, and what they mean."""

    cells: list[str]
    values: list[float | None]
    """Numbers, or seconds since 1970; None is missing."""


# ---------------------------------------------------------------- numbers


@dataclass(frozen=True)
class NumberStyle:
    """A way of writing numbers with two decimals."""

    marks: tuple[str, str]
    """Mark of groups and decimal mark."""
    frame: str
    """Where the digits stand, such as `R$ {}`."""
    negative: str
    """Where a negative number stands, such as `({})`."""

    def write(self, cents: int) -> str:
        """Write a number of hundredths."""
        grouping, decimal = self.marks
        digits = f"{abs(cents) / 100:,.2f}".replace(",", "#").replace(".", decimal).replace("#", grouping)
        framed = self.frame.format(digits)
        return self.negative.format(framed) if cents < 0 else framed


NUMBER_STYLES: Final = st.builds(
    NumberStyle,
    marks=st.sampled_from([("", "."), ("", ","), (",", "."), (".", ",")])
    | st.tuples(st.sampled_from(" \u00a0\u202f'’"), st.sampled_from(".,")),
    frame=st.sampled_from(["{}", "{}", "${}", "R$ {}", "€{}", "{} €", "USD {}", "{} EUR", "{}%", "{} %", "{} kg"]),
    negative=st.sampled_from(["-{}", "−{}", "({})", "{}-"]),
)
_WITNESSES: Final = (123_456_789, -1_225)
"""Hundredths that show the marks and the signs of a column."""


@st.composite
def number_columns(draw: st.DrawFn, rows: int) -> Written:
    """Draw a column of numbers in one format, with gaps."""
    style = draw(NUMBER_STYLES)
    cents: st.SearchStrategy[int | None] = st.one_of(
        st.integers(-(10**4), 10**4), st.integers(-(10**9), 10**9), st.none()
    )
    drawn = [*_WITNESSES, *draw(st.lists(cents, min_size=rows - 2, max_size=rows - 2))]
    cells = [draw(st.sampled_from(GAPS)) if one is None else style.write(one) for one in drawn]
    return Written(cells, [None if one is None else one / 100 for one in drawn])


# ---------------------------------------------------------------- dates

_PORTUGUESE: Final = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho",
    "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip
_ENGLISH: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _in_portuguese(moment: datetime) -> str:
    return f"{moment.day} de {_PORTUGUESE[moment.month - 1]} de {moment.year}"


def _in_english(moment: datetime) -> str:
    return f"{_ENGLISH[moment.month - 1]} {moment.day}, {moment.year}"


def _with_half_days(moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    return f"{moment:%m/%d/%Y} {hour}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"


DATE_STYLES: Final[st.SearchStrategy[Callable[[datetime], str]]] = st.sampled_from(
    [
        lambda moment: f"{moment:%Y-%m-%d}",
        lambda moment: f"{moment:%Y/%m/%d}",
        lambda moment: f"{moment:%d/%m/%Y}",
        lambda moment: f"{moment:%m/%d/%Y}",
        lambda moment: f"{moment.day}.{moment.month}.{moment.year}",
        lambda moment: f"{moment:%d/%m/%y}",
        lambda moment: f"{moment:%m-%d-%y}",
        lambda moment: f"{moment.day}-{_ENGLISH[moment.month - 1]}-{moment:%y}",
        lambda moment: f"{moment:%d}/{_PORTUGUESE[moment.month - 1][:3]}/{moment.year}",
        _in_portuguese,
        _in_english,
    ]
)
TIME_STYLES: Final[st.SearchStrategy[Callable[[datetime], str]]] = st.sampled_from(
    [
        lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}",
        lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}+00",
        lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
        lambda moment: f"{moment:%Y-%m-%d %H:%M:%S} UTC",
        lambda moment: f"{moment:%d/%m/%Y %H:%M:%S}",
        lambda moment: f"{_in_portuguese(moment)} {moment:%H:%M:%S}",
        _with_half_days,
    ]
)
_LAST_DAYS: Final = (datetime(2021, 12, 31), datetime(2020, 2, 29))
"""Dates that show the order of day and month."""
_DAYS: Final = st.dates(datetime(1970, 1, 1).date(), datetime(2060, 12, 31).date())


@st.composite
def date_columns(draw: st.DrawFn, rows: int) -> Written:
    """Draw a column of dates, or of dates with times, in one format, with gaps."""
    timed = draw(st.booleans())
    write = draw(TIME_STYLES if timed else DATE_STYLES)
    days = _DAYS.map(lambda day: datetime(day.year, day.month, day.day))
    seconds = st.integers(0, 86_399).map(lambda second: datetime.fromtimestamp(second, UTC).time())
    moments = st.tuples(days, seconds).map(lambda pair: datetime.combine(*pair)) if timed else days
    drawn = [*_LAST_DAYS, *draw(st.lists(st.one_of(moments, moments, st.none()), min_size=rows - 2, max_size=rows - 2))]
    cells = [draw(st.sampled_from(GAPS)) if one is None else write(one) for one in drawn]
    return Written(cells, [None if one is None else one.replace(tzinfo=UTC).timestamp() for one in drawn])


# ---------------------------------------------------------------- truth values

_PAIRS: Final = st.sampled_from(["true false", "T F", "Yes No", "y n", "Sim Não", "S N", "V F", "ON OFF", "1 0"])


@st.composite
def truth_columns(draw: st.DrawFn, rows: int) -> Written:
    """Draw a column of truth values in the words of one pair, with gaps."""
    words = draw(_PAIRS).split()
    truths = st.sampled_from([True, False, None])
    drawn = [True, False, *draw(st.lists(truths, min_size=rows - 2, max_size=rows - 2))]
    cells = [draw(st.sampled_from(GAPS)) if one is None else words[0 if one else 1] for one in drawn]
    return Written(cells, [None if one is None else float(one) for one in drawn])
