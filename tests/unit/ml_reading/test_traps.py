"""Columns that look like something they are not."""

import pytest

from mini_ml.ml.cells.feature import Feature
from tests.unit.ml_reading.columns import Column, lines_and_values
from tests.unit.ml_reading.models import reader

ROWS = range(30)


def decimal_of(feature: Feature) -> str:
    """Return the decimal mark of a numeric column."""
    assert feature.numbers is not None
    return feature.numbers.decimal


# ---------------------------------------------------------------- three decimals


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_grade_average_with_three_decimals_stays_small(delimiter: str) -> None:
    column = Column([f"3.{840 - place}" for place in ROWS], delimiter=delimiter)

    assert column.values[0] == 3.84
    assert "ambiguous_mark" in column.warnings


def test_a_fuel_price_with_three_decimals_stays_small_in_a_semicolon_file() -> None:
    column = Column([f"5,{799 - place}" for place in ROWS], delimiter=";")

    assert column.values[0] == 5.799
    assert column.warnings["ambiguous_mark"].params["meaning"] == "1.234"


def test_a_fuel_price_beside_other_decimal_commas_needs_no_warning() -> None:
    column = Column([f"5,{799 - place}" for place in ROWS], delimiter=";", beside="0,5")

    assert (column.values[0], column.warnings) == (5.799, {})


def test_a_comma_before_three_digits_in_a_comma_file_is_said_to_be_grouping() -> None:
    column = Column([f"5,{799 - place}" for place in ROWS], delimiter=",")

    assert column.values[0] == 5799.0
    assert column.warnings["ambiguous_mark"].params["meaning"] == "1234"


# ---------------------------------------------------------------- numbers that only name something


@pytest.mark.parametrize(
    "cells",
    [
        [f"{100 + place}.{456 + place}.{789 - place}-{10 + place}" for place in ROWS],
        [f"{10 + place}.345.678/0001-{10 + place}" for place in ROWS],
        [f"(11) 9{1000 + place}-{2000 + place}" for place in ROWS],
        [f"+55 11 9{1000 + place}-{2000 + place}" for place in ROWS],
        [f"555-{1000 + place}" for place in ROWS],
        [f"0{1000 + place * 37}" for place in ROWS],
        [f"0{1000 + place * 37}-{100 + place}" for place in ROWS],
        [f"{10000 + place}-{1000 + place}" for place in ROWS],
    ],
    ids=["CPF", "CNPJ", "mobile phone", "international phone", "local phone", "zip", "CEP", "zip+4"],
)
def test_a_number_that_names_a_person_a_phone_or_a_place_is_a_code(cells: list[str]) -> None:
    different, repeated = Column(cells), Column([*cells, *cells])

    assert different.left_out == "identifier: every cell is a different code"
    assert repeated.kind == "categorical"


@pytest.mark.parametrize(
    "cells",
    [
        [f"1.{place % 4}.{place % 7}" for place in ROWS],
        [f"v{place % 4}.0" for place in ROWS],
        [f"192.168.{place % 3}.{place % 9}" for place in ROWS],
        [f"192.168.100.{100 + place % 9}" for place in ROWS],
        [f"{place % 9}/10" for place in ROWS],
        ["10-20", "20-30", "0-10"] * 10,
        ["1:2", "2:1", "0:0"] * 10,
        [f"Room {place % 4}" for place in ROWS],
        [f"P{place % 4}00" for place in ROWS],
        ["1-2", "2-2", "3-1"] * 10,
        [f"2020-{place % 4 + 1}" for place in ROWS],
        ["1.2.34", "2.3.45"] * 10,
    ],
    ids=[
        "versions",
        "v versions",
        "IP addresses",
        "IP addresses of three digits",
        "marks out of ten",
        "ranges",
        "scores",
        "rooms",
        "codes",
        "sections",
        "quarters",
        "long versions",
    ],
)
def test_digits_with_other_marks_are_categories(cells: list[str]) -> None:
    assert Column(cells).kind == "categorical"


def test_versions_of_two_parts_are_numbers() -> None:
    assert Column(["1.0", "1.1", "2.0"]).kind == "numeric"


# ---------------------------------------------------------------- bounds and units


def test_ages_with_a_plus_are_bounds_and_warned_of() -> None:
    column = Column(["18+", "12", "16+", "6"] * 6)

    warning = column.warnings["bounds"]

    assert column.values[:4] == [18.0, 12.0, 16.0, 6.0]
    assert (warning.count, lines_and_values(warning)[:2]) == (12, [(2, "18+"), (4, "16+")])


def test_age_ratings_with_a_word_are_categories() -> None:
    column = Column(["18+", "12+", "16+", "L"] * 6)

    assert (column.kind, list(column.warnings)) == ("categorical", ["nearly_numeric"])


@pytest.mark.parametrize(
    ("cells", "units"),
    [
        (["5 kg", "500 g"] * 10, ["kg", "g"]),
        (["US$ 5,50", "R$ 7,50"] * 10, ["US$", "R$"]),
        (["5 €", "7 $"] * 10, ["€", "$"]),
        (["5 m", "7 km", "9 cm"] * 10, ["m", "km", "cm"]),
        (["$5", "7%"] * 10, ["$", "%"]),
    ],
)
def test_two_units_in_one_column_are_never_added_up_and_are_warned_of(cells: list[str], units: list[str]) -> None:
    column = Column(cells, delimiter=";")

    warning = column.warnings["mixed_units"]

    assert column.kind in ("categorical", "text")
    assert all(unit in warning.message for unit in units)


def test_a_rare_cell_in_another_unit_is_missing_and_named() -> None:
    column = Column([*(f"{place} kg" for place in range(1, 40)), "500 g"])

    assert (column.kind, column.values[-1]) == ("numeric", None)
    assert lines_and_values(column.warnings["unreadable_cells"]) == [(41, "500 g")]


def test_a_rare_currency_in_a_column_with_a_unit_is_missing_and_named() -> None:
    column = Column([*(f"{place}%" for place in range(1, 40)), "¥5"])

    assert (column.kind, column.values[-1]) == ("numeric", None)
    assert lines_and_values(column.warnings["unreadable_cells"]) == [(41, "¥5")]


def test_a_price_per_unit_has_a_currency_and_a_unit() -> None:
    column = Column(["R$ 5,50 kg", "R$ 7,00 kg"], delimiter=";")

    assert (column.kind, column.values) == ("numeric", [5.5, 7.0])


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("cells", [["May", "June", "April", "Rosa"], ["May", "Ana"], ["Abril", "Jun", "Mar"]])
def test_names_of_people_that_are_months_are_no_dates(cells: list[str]) -> None:
    assert Column(cells * 6).kind == "categorical"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["M", "F"], "categorical"),
        (["F", "N"], "categorical"),
        (["T", "F"], "boolean"),
        (["T", ""], "boolean"),
        (["F", ""], "boolean"),
        (["M", ""], "categorical"),
        (["T", "M"], "categorical"),
    ],
)
def test_one_letter_is_a_truth_value_only_beside_its_partner_or_gaps(cells: list[str], kind: str) -> None:
    assert Column(cells * 6).kind == kind


def test_one_letter_alone_is_constant() -> None:
    assert Column(["T"] * 6).left_out == "constant: all cells have the same value"


@pytest.mark.parametrize("cells", [["1", "2", "G", "B"], ["1", "2", "3", "G", "B"]])
def test_floors_are_categories_and_warned_of(cells: list[str]) -> None:
    column = Column(cells * 10)

    assert (column.kind, list(column.warnings)) == ("categorical", ["nearly_numeric"])


# ---------------------------------------------------------------- dates and names


@pytest.mark.parametrize("name", ["x", "date", "data"])
def test_serial_dates_of_excel_are_numbers(name: str) -> None:
    column = Column([44_197 + place * 3 for place in ROWS], name=name)

    assert (column.kind, column.values[0]) == ("numeric", 44_197.0)


@pytest.mark.parametrize("cells", [["2019", "2020", "2021"], ["20210105", "20210106", "20210107"]])
def test_years_and_compact_dates_are_numbers(cells: list[str]) -> None:
    assert Column(cells).kind == "numeric"


def test_a_column_named_hash_is_a_row_number() -> None:
    found = reader("#,name,y\n" + "".join(f"{place},{'ab'[place % 2]},{'uv'[place % 2]}\n" for place in range(1, 20)))

    assert found.names == ("name",)
    assert found.left_out[0].reason == "row number: it numbers the rows in file order"


def test_columns_named_like_years_are_columns() -> None:
    found = reader("city,2019,2020,y\na,1.5,2.5,u\nb,2.5,3.5,v\na,3.5,4.5,u\n")

    assert found.names == ("city", "2019", "2020")
    assert [decimal_of(feature) for feature in found.number_features] == [".", "."]
