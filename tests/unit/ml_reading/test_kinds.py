"""The kind of each column is decided once, from all rows of the training file."""

import pytest

from mini_ml.contracts import LeftOut
from mini_ml.errors import InvalidDataset, UnknownColumn
from tests.unit.ml_reading.models import kinds, reader


def build_csv(*cells: object, repeat: int = 1) -> str:
    """Build a CSV of one feature `x`, a numeric `z` and a target, with repeated cells."""
    rows = [f'"{cell}",{place % 3}.5,{"uv"[place % 2]}' for place, cell in enumerate(cells * repeat)]
    return "\n".join(["x,z,y", *rows])


def kind_of(*cells: object, repeat: int = 1) -> str | None:
    return kinds(build_csv(*cells, repeat=repeat)).get("x")


def left_out(csv: str) -> list[LeftOut]:
    return list(reader(csv).left_out)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((1, 2, 2.5, ""), "numeric"),
        (("1e3", "NA", "-4"), "numeric"),
        ((0, 1, 1), "numeric"),
        (("true", "false", ""), "boolean"),
        (("Yes", "no", "NO"), "boolean"),
        (("red", "green", "red"), "categorical"),
        (("01", "02", "A3", "04"), "categorical"),
        (("007", "012", "007"), "categorical"),
        ((" 007", " 012", " 007"), "categorical"),
        (("01.50", "02.75", "10.00"), "numeric"),
        (("yes", "no", "maybe"), "categorical"),
        (("2024-01-01", "2024-02-03", ""), "datetime"),
        (("2024-01-01T10:00:00Z", "2024-02-03T10:00:00+02:00"), "datetime"),
        (("31/01/2024", "01/02/2024"), "datetime"),
        (("01/31/2024", "02/01/2024"), "datetime"),
        (("the first long sentence", "one more of these lines", "and a third one here"), "text"),
    ],
)
def test_all_cells_decide_the_kind_of_a_column(cells: tuple[object, ...], expected: str) -> None:
    assert kind_of(*cells) == expected


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (("31/01/2024", "01/02/2024"), "%d/%m/%Y"),
        (("01/31/2024", "02/01/2024"), "%m/%d/%Y"),
        (("2024-01-31 10:00", "2024-02-01 23:59"), "%Y-%m-%d %H:%M"),
        (("3 Jan 2024", "14 Feb 2024"), "%d %b %Y"),
    ],
)
def test_a_date_column_has_the_format_that_reads_all_cells(cells: tuple[str, ...], form: str) -> None:
    assert reader(build_csv(*cells)).features[0].format == form


def test_a_column_with_too_few_numbers_to_be_numeric_is_noted() -> None:
    mostly_numbers, codes = reader(build_csv("1.5", "2.5", "1.432,5", "")), reader(build_csv("01", "02", "A3", "04"))

    assert mostly_numbers.features[0].kind == "categorical"
    assert mostly_numbers.notes == ("x: 2 of 3 cells are numbers, too few to read the column as numbers",)
    assert codes.notes == ()


def test_dates_in_two_formats_are_categories_and_noted() -> None:
    read = reader(build_csv("2024-01-31", "01/02/2024"))

    assert read.features[0].kind == "categorical"
    assert read.notes == ("x: some cells look like dates, but no single format fits all of them; not read as dates",)


def test_ambiguous_days_and_months_are_noted() -> None:
    assert reader(build_csv("01/02/2024", "03/04/2024")).notes == ("x: day and month are ambiguous; read as %d/%m/%Y",)


def test_dates_with_month_names_are_unambiguous() -> None:
    assert reader(build_csv("3 Jan 2024", "4 Feb 2024")).notes == ()


def test_a_few_words_among_many_numbers_count_as_missing_and_are_noted() -> None:
    read = reader(build_csv(*range(0, 400, 2), "oops"))

    assert read.features[0].kind == "numeric"
    assert read.notes == ("x: 1 cells are not numbers and are treated as missing",)


def test_integers_that_count_the_rows_are_left_out_by_name() -> None:
    shuffled = [place * 7 % 20 + 100 for place in range(20)]

    assert left_out(build_csv(*shuffled)) == [LeftOut(name="x", reason="identifier: integers that count the rows")]


def test_unique_words_are_left_out_by_name() -> None:
    names = [f"user-{place}x" for place in range(20)]

    assert left_out(build_csv(*names)) == [LeftOut(name="x", reason="identifier: every cell is different")]


def test_a_constant_column_is_left_out_by_name() -> None:
    assert left_out(build_csv("7", "7.0", "")) == [LeftOut(name="x", reason="constant: all cells are the same")]
    assert left_out(build_csv("a", " a", "NA")) == [LeftOut(name="x", reason="constant: all cells are the same")]


def test_a_column_without_any_value_is_left_out_by_name() -> None:
    assert left_out(build_csv("", "NA", " ")) == [LeftOut(name="x", reason="all cells are missing")]


def test_a_blank_first_header_is_a_row_index() -> None:
    assert left_out(",a,y\n0,1,u\n1,2,v\n") == [LeftOut(name="", reason="row index: the first column, without a name")]


def test_an_identifier_is_kept_where_nothing_else_is_left() -> None:
    read = reader("x,y\n" + "".join(f"{place},{place * 2}.5\n" for place in range(20)))

    assert [feature.kind for feature in read.features] == ["numeric"]
    assert read.notes == ("x: looks like an identifier; kept because no other column is left",)


def test_a_table_without_usable_columns_is_rejected_with_the_reasons() -> None:
    with pytest.raises(InvalidDataset) as caught:
        reader("a,b,y\n1,,u\n1,,v\n")

    assert [(issue.column, issue.reason) for issue in caught.value.issues] == [
        ("a", "constant: all cells are the same"),
        ("b", "all cells are missing"),
    ]


def test_a_single_row_is_rejected_for_its_columns_and_its_target() -> None:
    with pytest.raises(InvalidDataset) as caught:
        reader("a,y\n1,u\n")

    assert [(issue.column, issue.reason) for issue in caught.value.issues] == [
        ("a", "constant: all cells are the same"),
        ("y", "the target has fewer than two values"),
    ]


def test_a_target_without_any_other_column_is_rejected() -> None:
    with pytest.raises(InvalidDataset) as caught:
        reader("y\nu\nv\n")

    assert caught.value.issues[0].reason == "the target is the only column"


def test_a_dropped_column_is_left_out() -> None:
    read = reader("a,b,y\n1,2,u\n3,5,v\n", dropped=("a",))

    assert read.names == ("b",)
    assert read.left_out == (LeftOut(name="a", reason="dropped as asked"),)


def test_unknown_columns_to_drop_are_rejected_with_the_nearest_name() -> None:
    with pytest.raises(UnknownColumn) as caught:
        reader("width,height,y\n1,2,u\n3,5,v\n", dropped=("Widht", "xyz", "y"))

    assert [(issue.column, issue.reason, issue.hint) for issue in caught.value.issues] == [
        ("Widht", "no such column", "did you mean “width”?"),
        ("xyz", "no such column", None),
        ("y", "the target cannot be dropped", None),
    ]


@pytest.mark.parametrize(
    ("csv", "decimal"),
    [
        ("a;b;y\n1,5;2;u\n2,5;3;v\n", ","),
        ("a;b;y\n1.5;2;u\n2.5;3;v\n", "."),
        ("a;b;y\n1;2;u\n2;3;v\n", "."),
        ("a;b;y\n1.234;2;u\n2.500;3;v\n", "."),
        ("a;b;y\n1,234;2;u\n2,500;3;v\n", ","),
        ('a,b,y\n"1,5",2,u\n"2,25",3,v\n', ","),
        ('a,b,y\n"1,234",2,u\n"2,500",3,v\n', "."),
        ("a;b;y\n1,5;u;2\n1,5;v;3\nx;w;1.5\n", ","),
    ],
)
def test_one_decimal_mark_applies_to_all_rows(csv: str, decimal: str) -> None:
    assert reader(csv).decimal == decimal


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
