"""Dates are read in seconds UTC; the order of day and month is that of the column."""

import pytest

from mini_ml.ml.cells.dates import DateFormat, Order
from tests.unit.ml_reading.columns import Column, lines_and_values
from tests.unit.ml_reading.models import inferred

ISO = DateFormat()
DAY = 86_400.0
FIFTH_OF_MARCH = 1_614_902_400.0
"""2021-03-05."""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02", DAY),
        ("1969-12-31", -DAY),
        ("1970/01/02", DAY),
        ("1970.1.2", DAY),
        ("1970-02", 31 * DAY),
        ("02/1970", 31 * DAY),
        ("1970-01-01T00:01:01.25", 61.25),
        ("1970-01-01T00:01:01,25", 61.25),
        ("1970-01-01 01:00:00+01:00", 0.0),
        ("1970-01-01 01:00:00+01", 0.0),
        ("1970-01-01T00:00Z", 0.0),
        ("19700101T000101Z", 61.0),
        ("19700102T0000", DAY),
        ("1970-01-01T00:00-0130", 5400.0),
        ("1970-01-01 00:01:00 UTC", 60.0),
        ("1970-01-01 01:00 PM", 46_800.0),
        ("1970-01-01 12:00:00 am", 0.0),
    ],
)
def test_a_date_with_the_year_first_is_always_read(text: str, seconds: float) -> None:
    assert ISO.value(text) == seconds
    assert DateFormat(order="month first", named=True).value(text) == seconds


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("day first", "05/03/2021"),
        ("day first", "5.3.2021"),
        ("day first", "05-03-21"),
        ("month first", "03/05/2021"),
        ("month first", "3/5/21"),
    ],
)
def test_the_column_fixes_the_order_of_day_and_month(order: Order, text: str) -> None:
    assert DateFormat(order=order).value(text) == FIFTH_OF_MARCH
    assert ISO.value(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "5 Mar 2021",
        "05-MAR-21",
        "March 5, 2021",
        "Mar 5th, 2021",
        "5/mar/2021",
        "5 de março de 2021",
        "5 de marco de 2021",
        "Fri, 5 Mar 2021 00:00:00 GMT",
        "5 mar. 2021 00:00",
        "5th March 2021",
        "sexta-feira, 5 de março de 2021",
    ],
)
def test_english_and_portuguese_month_names_are_read_where_the_column_has_some(text: str) -> None:
    assert DateFormat(named=True).value(text) == FIFTH_OF_MARCH
    assert ISO.value(text) is None


def test_every_month_has_its_names() -> None:
    portuguese = ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"]
    english = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    form = DateFormat(named=True)

    for month, names in enumerate(zip(portuguese, english, strict=True), start=1):
        assert {form.value(f"1/{name}/2021") for name in names} == {ISO.value(f"2021-{month:02}")}


@pytest.mark.parametrize(("year", "whole"), [("69", "1969"), ("99", "1999"), ("00", "2000"), ("68", "2068")])
def test_a_year_of_two_digits_is_from_1969_to_2068(year: str, whole: str) -> None:
    assert DateFormat(order="day first").value(f"05/03/{year}") == ISO.value(f"{whole}-03-05")


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2023-13-01",
        "0000-00-00",
        "2024-01-01T24:00",
        "2024-01-01 13:00 PM",
        "2 Foo 1970",
        "01.02x2024",
        "31/04/2024",
        "1.2.34",
        "20240101",
        "45000",
        "2020-1",
        "10-20",
        "May",
        "x" * 100,
    ],
)
def test_a_cell_that_is_not_a_date_is_missing(text: str) -> None:
    assert DateFormat(order="day first", named=True).value(text) is None


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (("31/01/2024", "01/02/2024"), "day first"),
        (("01/31/2024", "02/01/2024"), "month first"),
        (("1/5/21", "1/13/21"), "month first"),
        (("2024-01-31", "2024-02-01"), "year first"),
        (("5 Jan 2024", "4 Feb 2024"), "year first"),
    ],
)
def test_a_day_after_the_twelfth_shows_the_order(cells: tuple[str, ...], order: str) -> None:
    column = Column(cells)

    assert column.feature.dates is not None
    assert column.feature.dates.order == order
    assert not column.warnings


def test_dates_that_show_no_order_are_read_with_the_day_first_and_a_warning() -> None:
    column = Column(["03/03/2021", "05/03/2021", "06/04/2021"])

    warning = column.warnings["ambiguous_day_month"]

    assert column.values[1] == FIFTH_OF_MARCH
    assert "day first" in warning.message
    assert lines_and_values(warning) == [(3, "05/03/2021"), (4, "06/04/2021")]


def test_another_column_of_the_file_shows_the_order() -> None:
    decided = inferred("a,b,y\n03/05/2021,01/31/2021,u\n04/05/2021,02/01/2021,v\n")

    assert [feature.dates and feature.dates.order for feature in decided.reader.features] == ["month first"] * 2
    assert not decided.warnings


@pytest.mark.parametrize(
    "cells",
    [
        ("2021-01-05T09:15:00.250", "2021-01-06T09:15:00", "2021-01-07"),
        ("2021-01-05 09:15:00+00", "2021-01-06T09:15Z", "2021-01-07 09:15 UTC"),
        ("01/05/2021 09:15 AM", "01/13/2021", "01/14/2021 23:59:59"),
        ("22/fev/2021", "5 de março de 2021", "2021-04-01"),
        ("2021-03", "2021-04", "2021-04-15"),
    ],
)
def test_precision_zone_and_names_may_differ_within_a_column(cells: tuple[str, ...]) -> None:
    column = Column(cells)

    assert column.kind == "datetime"
    assert None not in column.values


def test_a_few_impossible_dates_are_gaps_and_named() -> None:
    column = Column([*(f"2021-01-{day:02}" for day in range(1, 30)), "0000-00-00"])

    warning = column.warnings["unreadable_cells"]

    assert (column.kind, column.values[-1]) == ("datetime", None)
    assert lines_and_values(warning) == [(31, "0000-00-00")]


def test_dates_in_both_orders_are_categories_and_warned_of() -> None:
    column = Column(["13/01/2024", "01/13/2024", "14/01/2024", "01/14/2024"])

    assert column.kind == "categorical"
    assert "mixed_dates" in column.warnings


@pytest.mark.parametrize(
    ("cells", "example"),
    [
        (("1/13/21", "2/5/21"), "1/13/21 → 2021-01-13"),
        (("22/fev/2021", "1/mar/2021"), "22/fev/2021 → 2021-02-22"),
        (("1/13/2021 9:15 PM", "2/5/2021 9:15 PM"), "1/13/2021 9:15 PM → 2021-01-13T21:15:00Z"),
        (("2021-01-13", "2021-02-05"), None),
    ],
)
def test_the_format_of_dates_is_shown_by_an_example(cells: tuple[str, ...], example: str | None) -> None:
    assert Column(cells).report.format == example


def test_iso_dates_are_accepted_at_scoring_and_another_order_is_not() -> None:
    column = Column(["31/01/2021", "01/02/2021"])

    assert column.read("2021-03-05T00:00:00Z").value == FIFTH_OF_MARCH
    assert column.read("03/25/2021").how == "unreadable"
    assert column.read("5 Mar 2021").how == "unreadable"
