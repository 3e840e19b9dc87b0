"""The target: which column it is, its labels or numbers, and which targets are rejected."""

import pytest

from mini_ml.errors import InvalidTarget, UnknownColumn
from mini_ml.ml.schema.target import (
    ClassTarget,
    classification_target,
    is_auto_classification,
    regression_target,
    target_column,
)
from tests.unit.ml_reading.models import table


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


def test_labels_keep_their_spelling() -> None:
    assert classes("Setosa", " setosa", "007", "7.0", "NA", "None").labels == (
        " setosa",
        "007",
        "7.0",
        "NA",
        "None",
        "Setosa",
    )


def test_labels_are_numbers_if_all_are_plain_integers() -> None:
    found = classes("10", "9", "-1", "0", "9")

    assert found.labels == (-1, 0, 9, 10)
    assert found.codes.tolist() == [3, 2, 0, 1, 2]


@pytest.mark.parametrize("label", ["07", "+7", "7.0", "-0", "1" * 16, "seven", " 7"])
def test_one_label_that_is_not_a_plain_integer_makes_all_labels_text(label: str) -> None:
    assert classes("1", label).labels == tuple(sorted(["1", label]))


def test_the_same_label_in_two_encodings_is_one_class() -> None:
    read = table("x,y\n1,café\n2,tea\n".encode() + "3,café\n".encode("cp1252"))

    assert classification_target(read, "y").codes.tolist() == [0, 1, 0]


def test_rows_without_a_target_are_dropped_and_counted() -> None:
    found = classes("a", "", "b", "")

    assert found.rows.tolist() == [0, 2]
    assert found.without_target == 2


def test_a_missing_word_is_a_label_and_not_missing() -> None:
    assert classes("NA", "b").without_target == 0


@pytest.mark.parametrize("cells", [("", ""), ('""', "")])
def test_a_target_that_is_empty_in_every_row_is_rejected(cells: tuple[str, ...]) -> None:
    with pytest.raises(InvalidTarget, match="empty in every row") as caught:
        classes(*cells)

    assert caught.value.issues[0].column == "y"


def test_a_target_with_one_class_is_rejected() -> None:
    with pytest.raises(InvalidTarget) as caught:
        classes("a", "a", "")

    assert caught.value.issues[0].reason == "only one class"


def test_a_regression_target_is_read_with_the_decimal_mark_of_the_file() -> None:
    read = table("x;y\n1;1,5\n2;\n3; 2\n")

    found = regression_target(read, "y", ",")

    assert found.values.tolist() == [1.5, 2.0]
    assert (found.rows.tolist(), found.without_target) == ([0, 2], 1)


def test_a_regression_target_that_is_text_is_rejected_with_its_lines() -> None:
    with pytest.raises(InvalidTarget) as caught:
        regression_target(table(target("1", "two", "3", "inf", "NA")), "y", ".")

    assert [(issue.column, issue.line) for issue in caught.value.issues] == [("y", 3), ("y", 5), ("y", 6)]


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
    ],
)
def test_auto_classifies_text_booleans_and_few_integers(cells: list[str], expected: bool) -> None:
    assert is_auto_classification(table(target(*cells)), "y", ".") is expected
