"""Each numeric column has one number format, chosen from its cells and then from the other columns of the file."""

import pytest

from mini_ml.ml.cells.number_format import NumberFormat
from tests.unit.ml_reading.columns import Column, lines_and_values
from tests.unit.ml_reading.models import reader


def form_of(*cells: str, delimiter: str = ";", beside: object = 7) -> NumberFormat:
    """Return the number format of a column."""
    form = Column(cells, delimiter=delimiter, beside=beside).feature.numbers
    assert form is not None
    return form


@pytest.mark.parametrize(
    ("cells", "decimal", "grouping"),
    [
        (("1,5", "2,25"), ",", ""),
        (("1.5", "2.25"), ".", ""),
        (("1.234,56", "7,50"), ",", "."),
        (("1,234.56", "7.50"), ".", ","),
        (("1.234.567", "5.000"), ",", "."),
        (("1,234,567", "5,000"), ".", ","),
        (("1 234,5", "17,25"), ",", " "),
        (("1\u00a0234", "1\u202f234\u202f567"), ".", " "),
        (("1'234.5", "1’000’000"), ".", "'"),
        (("12,34,567.50", "1,00,000"), ".", ","),
        (("1.234,5", "2.500", "0,25"), ",", "."),
    ],
)
def test_marks_that_can_mean_one_thing_only_decide(cells: tuple[str, ...], decimal: str, grouping: str) -> None:
    form = form_of(*cells)

    assert (form.decimal, form.grouping) == (decimal, grouping)


def test_each_column_has_its_own_decimal_mark() -> None:
    found = reader("a;b;y\n1,5;0.25;u\n2,5;1.75;v\n3,5;2.5;u\n")

    assert [feature.numbers and feature.numbers.decimal for feature in found.features] == [",", "."]


@pytest.mark.parametrize("mark", [",", "."])
def test_a_mark_before_three_digits_groups_if_integers_beside_it_have_three_digits(mark: str) -> None:
    column = Column(["150", "950", f"1{mark}005", f"12{mark}500"], delimiter="\t")

    assert column.values == [150.0, 950.0, 1005.0, 12500.0]
    assert "ambiguous_mark" not in column.warnings


@pytest.mark.parametrize("integers", [("1500", "20"), ("9", "12")])
def test_integers_of_another_length_do_not_show_groups(integers: tuple[str, ...]) -> None:
    assert Column([*integers, "1.005", "2.500"], delimiter=";").values == [*map(float, integers), 1.005, 2.5]


def test_a_first_group_of_zero_is_a_fraction() -> None:
    column = Column(["0,125", "1,250", "2,500"], delimiter=";")

    assert column.values == [0.125, 1.25, 2.5]
    assert not column.warnings


@pytest.mark.parametrize(
    ("cell", "beside", "value"),
    [("1.234", "0,5", 1234.0), ("1,234", "0,5", 1.234), ("1,234", "0.5", 1234.0), ("1.234", "0.5", 1.234)],
)
def test_other_columns_of_the_file_decide_an_ambiguous_mark(cell: str, beside: str, value: float) -> None:
    column = Column([cell, cell.replace("1", "5")], delimiter=";", beside=beside)

    assert column.values[0] == value
    assert "ambiguous_mark" not in column.warnings


@pytest.mark.parametrize(
    ("cell", "delimiter", "value"),
    [("1.234", ";", 1.234), ("1.234", ",", 1.234), ("1,234", ";", 1.234), ("1,234", "\t", 1.234), ("1,234", ",", 1234)],
)
def test_an_ambiguous_mark_has_a_default_and_a_warning(cell: str, delimiter: str, value: float) -> None:
    column = Column([cell, cell.replace("1", "5")], delimiter=delimiter)

    warning = column.warnings["ambiguous_mark"]

    assert column.values[0] == value
    assert (warning.count, lines_and_values(warning)) == (2, [(2, cell), (3, cell.replace("1", "5"))])


@pytest.mark.parametrize(
    ("cells", "currency", "unit"),
    [
        (("$1", "$2", "$3"), "$", ""),
        (("1 €", "2 €"), "€", ""),
        (("R$ 1,50", "2,50"), "R$", ""),
        (("EUR 5", "EUR 7"), "EUR", ""),
        (("5 CHF", "7 CHF"), "CHF", ""),
        (("1%", "2 %"), "", "%"),
        (("5 kg", "7 Kg", "8 kg"), "", "kg"),
        (("1 day", "2 days", "3 days"), "", "days"),
        (("20 °C", "-3 °C"), "", "°C"),
        (("80 m²", "95 m²"), "", "m²"),
    ],
)
def test_one_currency_or_unit_is_part_of_the_format(cells: tuple[str, ...], currency: str, unit: str) -> None:
    form = form_of(*cells)

    assert (form.currency, form.unit) == (currency, unit)


@pytest.mark.parametrize(
    ("cells", "unit"), [(("5%", "0.5", "0.7"), "%"), (("$5", "7", "9"), "$"), (("5 kg", "7", "9"), "kg")]
)
def test_numbers_without_the_unit_of_the_others_are_read_in_it_and_warned_of(cells: tuple[str, ...], unit: str) -> None:
    column = Column(cells, delimiter=";")

    warning = column.warnings["bare_numbers"]

    assert None not in column.values
    assert (warning.count, warning.params) == (2, {"unit": unit})
    assert lines_and_values(warning) == [(2, cells[0])]


@pytest.mark.parametrize("cells", [("(5)", "7"), ("5-", "7"), ("5,50−", "7,50"), ("($5)", "$7")])
def test_accounting_signs_are_part_of_the_format(cells: tuple[str, ...]) -> None:
    column = Column(cells, delimiter=";")

    assert column.feature.numbers is not None
    assert column.feature.numbers.accounting
    assert not column.warnings


@pytest.mark.parametrize(
    ("cells", "example"),
    [
        (("1.234,56", "7,50"), "1.234,56 → 1234.56"),
        (("$1,234.50", "$7.50"), "$1,234.50 → 1234.5"),
        (("12345", "(5)"), "(5) → -5"),
        (("4.5 kg", "123456"), "4.5 kg → 4.5"),
        (("1:30", "2:00"), "1:30 → 5400"),
        (("12", "7"), None),
    ],
)
def test_the_format_of_a_column_is_shown_by_an_example(cells: tuple[str, ...], example: str | None) -> None:
    assert Column(cells, delimiter=";").report.format == example


def test_durations_are_seconds() -> None:
    assert Column(["1:30", "0:45", "12:00"]).values == [5400.0, 2700.0, 43_200.0]


def test_durations_of_two_parts_are_minutes_where_others_have_three() -> None:
    column = Column(["59:30", "1:10:00", "45:00"])

    warning = column.warnings["duration_minutes"]

    assert column.values == [3570.0, 4200.0, 2700.0]
    assert (warning.count, lines_and_values(warning)) == (2, [(2, "59:30"), (4, "45:00")])


def test_scientific_numbers_may_stand_beside_others() -> None:
    assert Column(["1.5E+03", "2e-2", "7"]).values == [1500.0, 0.02, 7.0]


def test_the_decimal_mark_of_the_target_is_kept_for_the_output() -> None:
    assert reader("a;y\n1.5;1,5\n2.5;2,5\n").decimal == ","
    assert reader("a;y\n1,5;1.5\n2,5;2.5\n").decimal == "."
