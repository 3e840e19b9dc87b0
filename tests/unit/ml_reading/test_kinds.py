"""The kind of each column is decided once, from all rows of the training file."""

import pytest

from mini_ml.errors import InvalidDataset, UnknownColumn
from mini_ml.ml.cells.feature import CellReading
from tests.unit.ml_reading.columns import Column, lines_and_values
from tests.unit.ml_reading.models import kinds, reader

NAMES = ["Braund", "Cumings", "Heikkinen", "Futrelle", "Allen", "Moran", "McCarthy", "Palsson", "Johnson", "Nasser"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((1, 2, 2.5, ""), "numeric"),
        (("1e3", "NA", "-4"), "numeric"),
        ((0, 1, 1), "numeric"),
        (("01.50", "02.75", "10.00"), "numeric"),
        (("$5", "$7.50", "-"), "numeric"),
        (("true", "false", ""), "boolean"),
        (("Yes", "no", "NO"), "boolean"),
        (("S", "N", "?"), "boolean"),
        (("x", "", "x"), "categorical"),
        (("red", "green", "red"), "categorical"),
        (("01", "02", "A3", "04"), "categorical"),
        (("007", "012", "007"), "categorical"),
        ((" 007", " 012", " 007"), "categorical"),
        (("yes", "no", "maybe"), "categorical"),
        (("yes", "n", "yes"), "categorical"),
        (("M", "F", "M"), "categorical"),
        (("2024-01-01", "2024-02-03", ""), "datetime"),
        (("2024-01-01T10:00:00Z", "2024-02-03T10:00:00+02:00"), "datetime"),
        (("31/01/2024", "01/02/2024"), "datetime"),
        (("a long sentence", "one more of these"), "categorical"),
    ],
)
def test_all_cells_decide_the_kind_of_a_column(cells: tuple[object, ...], expected: str) -> None:
    assert Column(cells).kind == expected


# ---------------------------------------------------------------- numbers


def test_95_percent_of_numbers_make_a_numeric_column_and_the_rest_is_named() -> None:
    column = Column([*range(19), "n/d"])

    warning = column.warnings["unreadable_cells"]

    assert (column.kind, column.values[-1]) == ("numeric", None)
    assert (warning.count, lines_and_values(warning)) == (1, [(21, "n/d")])


def test_fewer_than_95_percent_of_numbers_make_a_category_and_are_warned_of() -> None:
    column = Column([*range(18), "n/d"])

    warning = column.warnings["nearly_numeric"]

    assert column.kind == "categorical"
    assert (warning.params, lines_and_values(warning)) == ({"numbers": 18, "cells": 19}, [(20, "n/d")])


def test_missing_cells_do_not_count_against_the_numbers() -> None:
    assert Column([1, 2, *[""] * 10, *["NA"] * 10]).kind == "numeric"


def test_text_with_a_few_numbers_is_not_warned_of() -> None:
    column = Column(["a", "b", "a", "7"])

    assert (column.kind, column.warnings) == ("categorical", {})


def test_integers_with_leading_zeros_are_codes_if_more_than_one_percent_have_some() -> None:
    codes = Column([*range(100, 198), "007", "012"])
    numbers = Column([*range(100, 198), "98", "012"])

    assert (codes.kind, numbers.kind) == (None, "numeric")
    assert codes.left_out == "identifier: every cell is a different code"


def test_a_zero_in_front_of_a_fraction_is_no_code() -> None:
    assert Column(["0.5", "00.5", "0", "1.5"]).kind == "numeric"


@pytest.mark.parametrize(("integer", "warned"), [(2**53, False), (10**17, True), (-(10**17), True)])
def test_integers_that_are_rounded_are_warned_of(integer: int, warned: bool) -> None:
    assert ("rounded_integers" in Column([integer, 7, 9]).warnings) is warned


# ---------------------------------------------------------------- truth values


@pytest.mark.parametrize("gap", ["", "NA", "-"])
def test_one_truth_word_and_gaps_are_boolean(gap: str) -> None:
    column = Column(["T", gap, "T", gap])

    assert (column.kind, column.values) == ("boolean", [1.0, None, 1.0, None])


@pytest.mark.parametrize(("text", "value"), [("yes", 1.0), ("Falso", 0.0), ("off", 0.0), ("1", 1.0), ("0.0", 0.0)])
def test_a_boolean_column_takes_the_words_of_every_pair_at_scoring(text: str, value: float) -> None:
    assert Column(["sim", "não"]).read(text) == CellReading(value, "as written")


@pytest.mark.parametrize("cell", [True, 1, 1.0, "true"])
def test_a_boolean_column_takes_json_truth_values_and_ones(cell: bool | float | str) -> None:
    assert Column(["y", "n"]).feature.read_json(cell).value == 1.0


@pytest.mark.parametrize("cell", [False, 0, "false", "No", "n"])
def test_a_column_of_zeros_and_ones_takes_truth_words(cell: bool | float | str) -> None:
    assert Column([0, 1, 1]).feature.read_json(cell).value == 0.0


def test_a_column_with_other_numbers_takes_no_truth_words() -> None:
    assert Column([0, 1, 2]).read("no").how == "unreadable"


# ---------------------------------------------------------------- words


def test_different_cells_with_recurring_words_are_text() -> None:
    titles = [
        f"{colour} {thing} {place}"
        for place, colour in enumerate(["red", "blue"])
        for thing in ["car", "bus", "van", "tram", "bike"]
    ]

    assert Column(titles).kind == "text"


@pytest.mark.parametrize(
    "cells",
    [
        [f"{name}, {title} {place}" for place, name in enumerate(NAMES) for title in ("Mr.", "Mrs.")],
        [f"{place} {street} St" for place, street in enumerate(["Oak", "Main", "Lake"] * 8)],
        [f"https://{host}.example.com/{place}" for place, host in enumerate(["shop", "news"] * 10)],
        [f"{name.lower()}{place}@{host}" for place, name in enumerate(NAMES) for host in ("gmail.com", "yahoo.com")],
        [f"PC {place}" if place % 4 == 0 else f"{place * 7919}" for place in range(1, 25)] + ["SOTON 1", "SOTON 2"],
        [f"{prefix}-{place:04}" for place, prefix in enumerate(["ABC", "XYZ"] * 10)],
        [f"{place} days late, box {'torn' if place % 3 else 'wet'}" for place in range(20)],
    ],
    ids=["names", "addresses", "urls", "e-mail addresses", "tickets", "codes with prefixes", "comments"],
)
def test_different_cells_with_words_that_tell_some_apart_are_text(cells: list[str]) -> None:
    assert Column(cells).kind == "text"


def test_words_of_a_few_cells_do_not_make_a_text() -> None:
    cells = [*(f"{name}{place}" for place, name in enumerate(NAMES * 3)), "the red one", "the red two"]

    assert Column([*cells, cells[0]]).kind == "categorical"


def test_few_different_texts_are_categories() -> None:
    assert Column(["the red car", "the blue car", "the green bus"]).kind == "categorical"


@pytest.mark.parametrize("word", ["NA", "None", "-"])
def test_a_word_for_none_is_a_category_among_categories(word: str) -> None:
    assert Column(["a", word, "a", word]).kind == "categorical"


# ---------------------------------------------------------------- files


def test_a_table_without_usable_columns_is_rejected_with_the_reasons() -> None:
    with pytest.raises(InvalidDataset) as caught:
        reader("a,b,y\n1,,u\n1,,v\n")

    assert [(issue.column, issue.reason) for issue in caught.value.issues] == [
        ("a", "constant: all cells have the same value"),
        ("b", "all cells are missing"),
    ]


def test_a_single_row_is_rejected_for_its_columns_and_its_target() -> None:
    with pytest.raises(InvalidDataset) as caught:
        reader("a,y\n1,u\n")

    assert [(issue.column, issue.reason) for issue in caught.value.issues] == [
        ("a", "constant: all cells have the same value"),
        ("y", "the target has fewer than two values"),
    ]


def test_a_target_without_any_other_column_is_rejected() -> None:
    with pytest.raises(InvalidDataset) as caught:
        reader("y\nu\nv\n")

    assert caught.value.issues[0].reason == "the target is the only column"


def test_unknown_columns_to_drop_are_rejected_with_the_nearest_name() -> None:
    with pytest.raises(UnknownColumn) as caught:
        reader("width,height,y\n1,2,u\n3,5,v\n", dropped=("Widht", "xyz", "y"))

    assert [(issue.column, issue.reason, issue.hint) for issue in caught.value.issues] == [
        ("Widht", "no such column", "did you mean “width”?"),
        ("xyz", "no such column", None),
        ("y", "the target cannot be dropped", None),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_decides_the_delimiter(delimiter: str) -> None:
    csv = "a,b,y\n1,2,u\n3,4,v\n".replace(",", delimiter)

    assert reader(csv).names == ("a", "b")


def test_a_delimiter_inside_a_quoted_name_does_not_count() -> None:
    assert reader('"a,b,c,d";e;y\n1;2;u\n3;4;v\n').names == ("a,b,c,d", "e")


def test_names_are_trimmed_and_a_byte_order_mark_is_removed() -> None:
    assert reader(b"\xef\xbb\xbfa , b,y\n1,2,u\n3,4,v\n").names == ("a", "b")


def test_numbers_after_blanks_are_numbers() -> None:
    assert kinds("a, b, y\n1,  2.5, u\n3, 4, v\n") == {"a": "numeric", "b": "numeric"}
