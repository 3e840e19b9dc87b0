"""Axes contain their values, and their ticks are round values between their ends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.figures.locales import BRAZILIAN, ENGLISH
from mini_ml.figures.scales import Quantity, build_scale, choose_ticks

YEAR = 365.25 * 86_400.0
finite = st.floats(allow_nan=False, allow_infinity=False)
quantities: st.SearchStrategy[Quantity] = st.sampled_from(["number", "share", "count", "date"])


def texts(low: float, high: float, quantity: Quantity = "number") -> list[str]:
    """Return the texts of the ticks of an axis."""
    scale = build_scale([low, high], 0, 100)
    return [tick.text for tick in choose_ticks(scale, quantity, ENGLISH)]


@given(values=st.lists(finite, min_size=1), quantity=quantities)
def test_every_value_and_every_tick_lies_on_the_axis(values: list[float], quantity: Quantity) -> None:
    scale = build_scale(values, 40, 300)
    ticks = choose_ticks(scale, quantity, ENGLISH)

    places = [scale.place(value) for value in (*values, *(tick.value for tick in ticks))]

    assert all(40 <= place <= 300 for place in places)
    assert ticks


@given(values=st.lists(finite, min_size=2), quantity=quantities)
def test_an_axis_has_few_ticks_in_ascending_order(values: list[float], quantity: Quantity) -> None:
    ticks = [tick.value for tick in choose_ticks(build_scale(values, 0, 1), quantity, BRAZILIAN)]

    assert len(ticks) <= 14
    assert ticks == sorted(ticks)


@pytest.mark.parametrize(
    ("low", "high", "quantity", "expected"),
    [
        (0, 1, "number", ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 1, "share", ["0\u00a0%", "20\u00a0%", "40\u00a0%", "60\u00a0%", "80\u00a0%", "100\u00a0%"]),
        (-1, 1, "number", ["−1.0", "−0.5", "0", "0.5", "1.0"]),
        (0, 12_500_000, "number", ["0", "2.5\u00a0M", "5\u00a0M", "7.5\u00a0M", "10\u00a0M", "12.5\u00a0M"]),
        (0, 40_000, "number", ["0", "10,000", "20,000", "30,000", "40,000"]),
        (0, 400_000, "number", ["0", "100\u00a0k", "200\u00a0k", "300\u00a0k", "400\u00a0k"]),
        (0, 3, "count", ["0", "1", "2", "3"]),
        (0, 1e-9, "number", ["0", "2×10⁻¹⁰", "4×10⁻¹⁰", "6×10⁻¹⁰", "8×10⁻¹⁰", "1×10⁻⁹"]),
        (29.9 * YEAR, 49.9 * YEAR, "date", ["2000", "2005", "2010", "2015"]),
        (51 * YEAR, 51.3 * YEAR, "date", ["Jan\u00a02021", "Feb\u00a02021", "Mar\u00a02021", "Apr\u00a02021"]),
        (0, 86_000, "date", ["00:00", "06:00", "12:00", "18:00"]),
    ],
)
def test_ticks_are_round(low: float, high: float, quantity: Quantity, expected: list[str]) -> None:
    assert texts(low, high, quantity) == expected


def test_a_single_value_gets_space_on_both_sides() -> None:
    scale = build_scale([5.0, 5.0], 0, 100)

    assert scale.low < 5 < scale.high
    assert scale.place(5) == pytest.approx(50)


def test_values_that_are_not_finite_do_not_stretch_an_axis() -> None:
    scale = build_scale([1, math.inf, math.nan, 3], 0, 100)

    assert (scale.low, scale.high) == (1, 3)


def test_dates_beyond_the_calendar_are_numbers() -> None:
    assert texts(0, 1e15, "date") == ["1\u00a0Jan\u00a01970", "1×10¹⁵"]
