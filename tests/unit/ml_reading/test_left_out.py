"""A column is left out only if it tells nothing, and the answer gives the true reason."""

from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

import pytest

from mini_ml.contracts import LeftOut
from tests.unit.ml_reading.columns import Column
from tests.unit.ml_reading.models import inferred, reader

CONSTANT = "constant: all cells have the same value"
ROW_NUMBER = "row number: it numbers the rows in file order"
CODES = "identifier: every cell is a different code"


@pytest.mark.parametrize(
    "cells", [["7", "7.0", "7"], ["a", " a", "a"], ["yes", "YES", "yes"], ["2021-01-01"] * 3, ["$5", "$5.00", "5"]]
)
def test_a_column_with_one_value_is_left_out(cells: list[str]) -> None:
    assert Column(cells).left_out == CONSTANT


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["7", "", "7"], "numeric"),
        (["$7", "", "$7"], "numeric"),
        (["x", "", "x"], "categorical"),
        (["yes", "", "yes"], "boolean"),
        (["2021-01-01", "", "2021-01-01"], "datetime"),
    ],
)
def test_one_value_and_gaps_is_not_constant(cells: list[str], kind: str) -> None:
    column = Column(cells)

    assert (column.kind, column.left_out) == (kind, None)


@pytest.mark.parametrize("cells", [["", " "], ["", "NULL"], ["nan", ""], ["N/a", "-"], ["na", "None", "nUlL"]])
def test_a_column_without_any_value_is_left_out(cells: list[str]) -> None:
    assert Column(cells).left_out == "all cells are missing"


@pytest.mark.parametrize(
    "name",
    ["id", "ID", "Index", "row", "Row Number", "rowNumber", "nr", "No.", "#", "Unnamed: 0", "customer_id", "n", "seq"],
)
@pytest.mark.parametrize("start", [0, 1])
def test_a_row_number_that_is_named_like_one_is_left_out(name: str, start: int) -> None:
    assert Column(range(start, start + 20), name=name).left_out == ROW_NUMBER


@pytest.mark.parametrize("name", ["day", "rank", "minutes", "paid", "video"])
def test_a_row_number_with_another_name_is_kept_with_a_warning(name: str) -> None:
    column = Column(range(1, 21), name=name)

    assert column.kind == "numeric"
    assert "row_number_kept" in column.warnings


@pytest.mark.parametrize(
    "numbers", [range(20, 40), range(1990, 2020), [3, 1, 2, *range(4, 21)], range(20, 0, -1), [*range(10), *range(10)]]
)
def test_other_integers_that_count_are_features_whatever_their_name(numbers: list[int]) -> None:
    column = Column(numbers, name="id")

    assert (column.kind, column.warnings) == ("numeric", {})


@pytest.mark.parametrize(
    "cells",
    [
        [f"P{place:03}" for place in range(20)],
        [f"{place:05}" for place in range(20)],
        [f"{place * 7919:x}-{place}" for place in range(20)],
        [f"ABC-{place:04}" for place in range(20)],
        [f"Order no. {place}" for place in range(20)],
        [f"https://example.com/items/{place}" for place in range(20)],
        [f"+55 11 9{place * 7919:04}-{place * 104729 % 10000:04}" for place in range(20)],
        [str(uuid5(NAMESPACE_URL, str(place))) for place in range(2000)],
        [sha256(str(place).encode()).hexdigest() for place in range(2000)],
        [sha256(str(place).encode()).hexdigest()[:12].upper() for place in range(2000)],
        [sha256(str(place).encode()).digest()[:6].hex(":") for place in range(2000)],
    ],
)
def test_codes_that_are_all_different_are_left_out(cells: list[str]) -> None:
    assert Column(cells).left_out == CODES


def test_codes_with_gaps_or_repetitions_are_kept() -> None:
    codes = [f"P{place:03}" for place in range(20)]

    assert Column([*codes, "P000"]).kind == "categorical"


def test_a_blank_first_header_is_a_row_index() -> None:
    found = reader(",a,y\n0,1,u\n1,2,v\n").left_out

    assert found == (LeftOut(name="", reason="row index: the first column, without a name"),)


def test_a_dropped_column_is_left_out_as_asked() -> None:
    found = reader("a,b,y\n1,2,u\n3,5,v\n", dropped=("a",))

    assert found.names == ("b",)
    assert found.left_out == (LeftOut(name="a", reason="dropped as asked"),)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [([str(place) for place in range(20)], "numeric"), ([f"P{place:02}" for place in range(20)], "categorical")],
)
def test_a_row_number_or_code_is_kept_with_a_warning_if_nothing_else_is_left(cells: list[str], kind: str) -> None:
    found = inferred("id,y\n" + "".join(f"{cell},{'uv'[place % 2]}\n" for place, cell in enumerate(cells)))

    assert [feature.kind for feature in found.reader.features] == [kind]
    assert [warning.code for warning in found.warnings] == ["identifier_kept"]


def test_every_column_of_the_file_is_in_the_answer() -> None:
    found = inferred(",a,b,c,y\n0,1,x,5,u\n1,2,x,5,v\n", dropped=("c",))

    assert [(column.name, column.kind, column.left_out) for column in found.columns] == [
        ("", None, "row index: the first column, without a name"),
        ("a", "numeric", None),
        ("b", None, CONSTANT),
        ("c", None, "dropped as asked"),
        ("y", None, None),
    ]


def test_different_words_without_digits_are_kept() -> None:
    names = ["Ana", "Bia", "Caio", "Davi", "Eva", "Fabio", "Gil", "Hugo", "Iara", "Joel", "Kai", "Lia"]

    assert Column(names).kind == "categorical"
