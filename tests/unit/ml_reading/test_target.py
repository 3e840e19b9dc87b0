"""The target: which column it is, its labels or numbers, and which targets are rejected."""

import pytest

from mini_ml.errors import InvalidTarget, UnknownColumn
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.schema.lookup import target_column
from mini_ml.ml.schema.target import (
    ClassTarget,
    NumberTarget,
    classification_target,
    is_auto_classification,
    read_numbers,
    regression_target,
)
from tests.unit.ml_reading.models import inferred, table


def target(*cells: str) -> str:
    """Write a CSV with a feature and a target `y`."""
    return "x,y\n" + "".join(f"{place},{cell}\n" for place, cell in enumerate(cells))


def classes(*cells: str) -> ClassTarget:
    return classification_target(table(target(*cells)), "y")


def test_the_last_column_is_the_target_unless_another_is_named() -> None:
    read = table("a,b,c\n1,2,3\n")

    assert target_column(read, None) == "c"
    assert target_column(read, "a") == "a"


def test_an_absent_target_is_rejected_with_the_nearest_name() -> None:
    with pytest.raises(UnknownColumn) as caught:
        target_column(table("variety,size\n1,2\n"), "Varietys")

    issue = caught.value.issues[0]
    assert (issue.column, issue.parameter, issue.hint) == ("Varietys", "target_column", "did you mean “variety”?")


def test_an_absent_target_and_absent_dropped_columns_are_reported_together() -> None:
    with pytest.raises(UnknownColumn) as caught:
        target_column(table("variety,size\n1,2\n"), "nope", dropped=("Size", "variety"))

    assert [(issue.column, issue.parameter) for issue in caught.value.issues] == [
        ("nope", "target_column"),
        ("Size", "columns_to_drop"),
    ]


def numbers(*cells: str) -> NumberTarget:
    read = table(target(*cells))
    return regression_target(read, "y", read_numbers(read, "y", form_of(target(*cells))))


def form_of(csv: str) -> NumberFormat:
    """Return how the numbers of the target `y` are written."""
    return inferred(csv, "y").target.format


def test_labels_are_trimmed_and_keep_their_spelling() -> None:
    assert classes("Setosa", " setosa", "setosa ", "007", "7.0", "None").labels == (
        "007",
        "7.0",
        "None",
        "Setosa",
        "setosa",
    )


def test_labels_that_differ_by_blanks_only_are_one_class() -> None:
    found = classes("yes", "no", "yes ", " no", "yes")

    assert found.labels == ("no", "yes")
    assert found.codes.tolist() == [1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("cells", "labels", "merged"),
    [
        (("1", "1.0", "1.0", "2"), ("1.0", "2"), {"1": 1}),
        (("1", "1", "1.0", "2"), (1, 2), {"1.0": 1}),
        (("True", "true", "true", "False"), ("False", "true"), {"True": 1}),
    ],
)
def test_spellings_of_one_label_are_merged_into_the_most_frequent_one(
    cells: tuple[str, ...], labels: tuple[str | int, ...], merged: dict[str, int]
) -> None:
    found = classes(*cells)

    assert (found.labels, found.merged) == (labels, merged)


def test_labels_are_numbers_if_all_are_plain_integers() -> None:
    found = classes("10", "9", "-1", "0", "9")

    assert found.labels == (-1, 0, 9, 10)
    assert found.codes.tolist() == [3, 2, 0, 1, 2]


@pytest.mark.parametrize("label", ["07", "+7", "7.5", "-0", "1" * 16, "seven"])
def test_one_label_that_is_not_a_plain_integer_makes_all_labels_text(label: str) -> None:
    assert classes("1", label).labels == tuple(sorted(["1", label]))


def test_the_same_label_in_two_encodings_is_one_class() -> None:
    read = table("x,y\n1,café\n2,tea\n".encode() + "3,café\n".encode("cp1252"))

    assert classification_target(read, "y").codes.tolist() == [0, 1, 0]


def test_rows_without_a_target_are_dropped_and_counted() -> None:
    found = classes("a", "", "b", "")

    assert found.rows.tolist() == [0, 2]
    assert found.without_target == 2


@pytest.mark.parametrize("word", ["NA", "n/a", "NaN", "null", "<NA>", "#N/A"])
def test_words_for_not_available_are_no_labels_and_are_counted(word: str) -> None:
    found = classes("a", word, "b", word)

    assert (found.labels, found.missing) == (("a", "b"), {word: 2})


@pytest.mark.parametrize("word", ["None", "-", "?", "unknown"])
def test_other_words_are_labels(word: str) -> None:
    assert classes("a", word).without_target == 0


@pytest.mark.parametrize("cells", [("", ""), ('""', "")])
def test_a_target_that_is_empty_in_every_row_is_rejected(cells: tuple[str, ...]) -> None:
    with pytest.raises(InvalidTarget, match="empty in every row") as caught:
        classes(*cells)

    assert caught.value.issues[0].column == "y"


def test_a_target_with_one_class_is_rejected() -> None:
    with pytest.raises(InvalidTarget) as caught:
        classes("a", "a", "")

    assert caught.value.issues[0].reason == "only one class"


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1,5", " 2", ""), [1.5, 2.0]),
        (("R$ 1.234,50", "R$ 7,00", "-"), [1234.5, 7.0]),
        (("$1,234.50", "$7", "NA"), [1234.5, 7.0]),
        (("12.5%", "7%", "?"), [12.5, 7.0]),
        (("5 kg", "7 kg", "null"), [5.0, 7.0]),
        (("(5)", "7", "N/A"), [-5.0, 7.0]),
    ],
)
def test_a_regression_target_is_read_in_the_format_of_its_column(cells: tuple[str, ...], values: list[float]) -> None:
    found = numbers(*(f'"{cell}"' for cell in cells))

    assert found.values.tolist() == values
    assert (found.rows.tolist(), found.without_target) == ([0, 1], 1)


def test_a_word_among_many_numbers_of_a_target_means_missing() -> None:
    found = numbers(*(f"{place}.5" for place in range(30)), *["s/d"] * 4)

    assert (len(found.rows), found.missing) == (30, {"s/d": 4})


def test_cells_of_a_target_in_another_form_and_bounds_are_read_and_counted() -> None:
    found = numbers("1.5", "2.5", "3.5", '"4,5"', "<5")

    assert found.values.tolist() == [1.5, 2.5, 3.5, 4.5, 5.0]
    assert (found.others, found.bounds) == ({"4,5": 1}, {"<5": 1})


def test_a_regression_target_that_is_text_is_rejected_with_its_lines() -> None:
    with pytest.raises(InvalidTarget) as caught:
        numbers("1", "two", "3", "inf", "NA")

    assert [(issue.column, issue.line) for issue in caught.value.issues] == [("y", 3), ("y", 5)]


def test_one_strange_cell_among_a_thousand_is_named_with_line_and_value() -> None:
    cells = [f"{place}.5" for place in range(1000)]
    cells[500] = "about 500"

    with pytest.raises(InvalidTarget) as caught:
        numbers(*cells)

    assert [(issue.line, issue.reason) for issue in caught.value.issues] == [(502, "“about 500” is not a number")]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a", "b", "a"], True),
        (["true", "false", "true"], True),
        (["0", "1", "1"], True),
        (["1.5", "2.5", "3.5"], False),
        (["1", "2", "3"], False),
        ([str(place % 3) for place in range(30)], True),
        ([str(place % 3) for place in range(29)], False),
        ([f"{place % 2}.0" for place in range(30)], True),
        ([str(place % 21) for place in range(300)], False),
        ([str(place) for place in range(300)] + ["oops"], False),
        (["1.5", "oops"], True),
        ([f'"1.{place % 9}00,50"' for place in range(300)], False),
        ([f"${place % 3}" for place in range(300)], True),
        ([f"${place % 3}.50" for place in range(300)], False),
    ],
)
def test_auto_classifies_text_booleans_and_few_integers(cells: list[str], expected: bool) -> None:
    csv = target(*cells)

    assert is_auto_classification(read_numbers(table(csv), "y", form_of(csv))) is expected


def test_an_unknown_target_of_a_file_without_a_header_is_explained_by_that() -> None:
    with pytest.raises(UnknownColumn, match="The file has no header: its first line looks like data") as raised:
        target_column(table("5.1,3.0,a\n5.2,3.1,b\n"), "a")

    assert "“column_1”, “column_2”, “column_3”" in raised.value.detail


def test_an_unknown_target_of_a_file_with_a_single_column_is_explained_by_the_delimiter() -> None:
    with pytest.raises(UnknownColumn, match="separate columns by a delimiter"):
        target_column(table("x/k/y\n1/2/u\n"), "y")
