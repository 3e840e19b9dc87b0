"""Numbers and dates are written as the readers of a language do."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.figures.locales import BRAZILIAN, ENGLISH, moment_of

MOMENT = datetime(2026, 2, 3, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "english", "brazilian"),
    [
        (0, "0", "0"),
        (1234.5, "1,234", "1.234"),
        (0.12345, "0.123", "0,123"),
        (12.345, "12.35", "12,35"),
        (1_234_567, "1,234,567", "1.234.567"),
        (-3.5, "−3.5", "−3,5"),
        (1e-9, "1×10⁻⁹", "1×10⁻⁹"),
        (1.5e300, "1.5×10³⁰⁰", "1,5×10³⁰⁰"),
        (None, "–", "–"),
        (math.nan, "–", "–"),
        (-math.inf, "–", "–"),
    ],
)
def test_numbers_have_about_four_digits(value: float | None, english: str, brazilian: str) -> None:
    assert (ENGLISH.number(value), BRAZILIAN.number(value)) == (english, brazilian)


@pytest.mark.parametrize(
    ("share", "english", "brazilian"),
    [
        (0, "0\u00a0%", "0%"),
        (0.125, "12.5\u00a0%", "12,5%"),
        (1, "100\u00a0%", "100%"),
        (0.00001, "<\u00a00.1\u00a0%", "<\u00a00,1%"),
        (0.99999, ">\u00a099.9\u00a0%", ">\u00a099,9%"),
    ],
)
def test_small_shares_are_not_nothing_and_large_ones_not_everything(share: float, english: str, brazilian: str) -> None:
    assert (ENGLISH.share(share), BRAZILIAN.share(share)) == (english, brazilian)


def test_scores_of_one_size_have_as_many_decimals() -> None:
    assert [ENGLISH.score(score) for score in (0.8, 0.81, 12.5, 1234.5)] == ["0.800", "0.810", "12.50", "1,234.5"]


def test_dates_have_names_of_months() -> None:
    assert ENGLISH.moment(MOMENT) == "3\u00a0Feb\u00a02026, 14:05"
    assert BRAZILIAN.moment(MOMENT) == "3\u00a0fev.\u00a02026, 14:05"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (7, "7\u00a0B"),
        (999, "999\u00a0B"),
        (1_000, "1.0\u00a0kB"),
        (99_900, "99.9\u00a0kB"),
        (1_234_567, "1.2\u00a0MB"),
    ],
)
def test_sizes_are_in_bytes_kilobytes_or_megabytes(size: int, text: str) -> None:
    assert ENGLISH.size(size) == text


@given(seconds=st.floats())
def test_every_number_of_seconds_is_a_moment_or_none(seconds: float) -> None:
    moment = moment_of(seconds)

    assert moment is None or abs((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() - seconds) < 1e-3
