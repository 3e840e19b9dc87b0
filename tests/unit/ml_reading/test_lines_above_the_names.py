"""The header is found below titles and comments, and distinguished from data."""

import pytest

from mini_ml.errors import InvalidDataset, SchemaMismatch
from mini_ml.ml.scoring.score import ScoreOptions
from tests.unit.ml_reading.files import (
    bad_lines_of,
    lines_of,
    refusal_of,
    rows_of,
    scoring_warnings,
    warning_of,
)
from tests.unit.ml_reading.models import classifier, predictions, score, table

ROWS = "".join(f"{place},{'pqr'[place % 3]},{'ab'[place % 2]}\n" for place in range(20))
NUMBERS = "".join(f"{place},{place * place % 7},{place % 2}\n" for place in range(20))
MODEL = classifier("x,k,y\n" + ROWS)
NAMELESS_MODEL = classifier(NUMBERS)


def skipped_in(csv: str) -> list[tuple[int, str]]:
    """Return the skipped lines above the names."""
    return [(line.line, line.text) for line in table(csv).header.skipped]


# ---------------------------------------------------------------- titles, comments, blank lines


@pytest.mark.parametrize(
    ("above", "skipped"),
    [
        ("A title\n", [(1, "A title")]),
        ("# a comment\n", [(1, "# a comment")]),
        ("# a comment, in 2 parts\n", [(1, "# a comment, in 2 parts")]),
        ("Population, 2020\n", [(1, "Population, 2020")]),
        ("\n\n", []),
        ("A title\n\nSource: them\n\n", [(1, "A title"), (3, "Source: them")]),
        ("A title,,\n,,\n", [(1, "A title,,"), (2, ",,")]),
        (",A title,\n", [(1, ",A title,")]),
        ('"A title, of\ntwo lines"\n', [(1, '"A title, of\ntwo lines"')]),
    ],
)
def test_lines_above_the_names_are_skipped(above: str, skipped: list[tuple[int, str]]) -> None:
    csv = above + "x,k,y\n" + ROWS
    first = above.count("\n") + 1

    assert table(csv).names == ("x", "k", "y")
    assert table(csv).file.header_line == first
    assert skipped_in(csv) == skipped
    assert lines_of(csv) == list(range(first + 1, first + 21))


def test_skipped_lines_are_warned_of_with_their_numbers() -> None:
    warning = warning_of("A title,,\n\n# of them\nx,k,y\n" + ROWS, "skipped_lines")

    assert warning.message == "2 lines above the header, such as titles or comments, were skipped."
    assert [(one.line, one.value) for one in warning.examples] == [(1, "A title,,"), (3, "# of them")]


def test_many_lines_above_the_names_are_skipped() -> None:
    csv = "".join(f"note {number}\n" for number in range(40)) + "x,k,y\n" + ROWS * 4

    assert table(csv).names == ("x", "k", "y")
    assert table(csv).file.skipped_lines == 40


def test_lines_above_the_names_do_not_decide_the_delimiter() -> None:
    csv = "Source: a, b, c, d\nUpdated: 1, 2, 2020\nx;k;y\n" + ROWS.replace(",", ";")

    assert table(csv).names == ("x", "k", "y")


def test_a_blank_name_or_two_do_not_make_a_line_a_title() -> None:
    assert table(",,k,y,z\n" + "1,2,p,a,5\n2,3,q,b,6\n" * 5).names == ("", "column_2", "k", "y", "z")


def test_lines_below_a_title_are_named_in_refusals_as_the_file_counts_them() -> None:
    error = refusal_of("A title\n\nx,k,y\n" + ROWS + "1,2,3,4\n", "refuse")

    assert [issue.line for issue in error.issues] == [24]


def test_lines_of_bad_rows_below_a_title_are_as_the_file_counts_them() -> None:
    assert bad_lines_of("A title\n\nx,k,y\n" + ROWS * 6 + "1,2,3,4\n") == [(124, "4 cells, but the header has 3")]


def test_rows_of_blank_cells_below_a_table_do_not_hide_its_title() -> None:
    csv = "A title,,\nx,k,y\n" + ROWS + ",,\n" * 100

    assert table(csv).names == ("x", "k", "y")


@pytest.mark.parametrize("csv", [",\n,", '"", \r,,\r', ";\n ", '  ,\n""', ",,\n,,\n,,\n"])
def test_a_file_of_blank_cells_has_no_target(csv: str) -> None:
    with pytest.raises(InvalidDataset):
        classifier(csv)


@pytest.mark.parametrize("csv", ["x\t\"'é\n\t\t\t", '"\'|,a,\t\'\r\n\r""\n'])
def test_a_quote_that_is_not_closed_in_the_only_header_refuses_the_file(csv: str) -> None:
    assert refusal_of(csv).detail == "The header cannot be read."


# ---------------------------------------------------------------- names or data


@pytest.mark.parametrize(
    "rows",
    [
        "1.5,2,3\n4,5,6\n7,8,9\n",
        "5.1,3.5,setosa\n4.9,3.0,setosa\n6.2,2.9,virginica\n",
        "2020-01-01,5,a\n2020-01-02,6,b\n2020-01-03,7,a\n",
        "0,1,2,3\n1,2,3,4\n2,3,4,5\n",
        "2019,2020,2021\n2018,2019,2020\n",
        "red,a\nblue,b\n" * 8,
        '"1,5";"2";"a"\n"2,5";"3";"b"\n',
        "?,2,3\n4,5,6\n7,8,9\n",
    ],
)
def test_a_first_row_that_looks_like_data_is_data(rows: str) -> None:
    read = table(rows)

    assert read.file.header_line is None
    assert read.names == tuple(f"column_{place}" for place in range(1, len(read.names) + 1))
    assert read.rows == len(rows.splitlines())
    assert read.line_of(0) == 1


@pytest.mark.parametrize(
    "names",
    ["2019,2020,2021", "0,1,2", "1,2,3", "2021,2020,2019", "x1,x2,x3", "region,2020,2021", ",2020,2021", "a,1,b"],
)
def test_names_may_be_numbers_that_count(names: str) -> None:
    read = table(names + "\n" + "40,50,60\n71,18,92\n3,7,66\n")

    assert read.names == tuple(names.split(","))
    assert read.rows == 3


def test_words_over_words_are_names() -> None:
    csv = "name,city\nAna,Porto\nRui,Braga\nEva,Porto\n"

    assert table(csv).names == ("name", "city")
    assert rows_of(csv)[0] == ["Ana", "Porto"]


def test_words_over_categories_that_recur_are_names_if_they_do_not_recur() -> None:
    csv = "colour,label\n" + "red,a\nblue,b\n" * 10

    assert table(csv).names == ("colour", "label")


def test_a_missing_header_is_warned_of_with_the_given_names() -> None:
    assert warning_of(NUMBERS, "no_header").message == (
        "The file has no header: its first line looks like data. Its columns are called “column_1”, "
        "“column_2”, “column_3”."
    )


def test_data_below_a_title_is_data() -> None:
    read = table("A title\n" + NUMBERS)

    assert read.file.header_line is None
    assert (read.rows, read.line_of(0)) == (20, 2)
    assert skipped_in("A title\n" + NUMBERS) == [(1, "A title")]


# ---------------------------------------------------------------- two lines of names


def test_a_second_line_of_words_above_numbers_is_skipped() -> None:
    csv = "x,k,y\ncm,kg,m\n" + NUMBERS

    assert table(csv).names == ("x", "k", "y")
    assert table(csv).file.second_names == ("cm", "kg", "m")
    assert lines_of(csv)[0] == 3
    assert warning_of(csv, "second_names").message == "A second header line was skipped: “cm”, “kg”, “m”."


def test_a_first_row_with_a_missing_value_is_no_second_line_of_names() -> None:
    assert table("x,k,y\nNA,?,m\n" + NUMBERS).rows == 21


def test_a_model_skips_the_second_line_of_names_that_it_knows() -> None:
    model = classifier("x,k,y\ncm,kg,m\n" + NUMBERS)

    assert predictions(model, "x,k,y\ncm,kg,m\n" + NUMBERS) == predictions(model, "x,k,y\n" + NUMBERS)


# ---------------------------------------------------------------- row names


R_ROWS = "".join(f'"car {place}",{place},{place % 3},"{"ab"[place % 2]}"\n' for place in range(20))
R_FILE = '"x","k","y"\n' + R_ROWS


def test_one_name_fewer_than_cells_makes_the_first_column_row_names() -> None:
    read = table(R_FILE)

    assert read.names == ("", "x", "k", "y")
    assert read.file.row_names
    assert rows_of(R_FILE)[1] == ["car 1", "1", "1", "b"]
    assert warning_of(R_FILE, "row_names").message == (
        "The names lack one for the first column; it names the rows and was left out."
    )


def test_row_names_are_not_learned() -> None:
    assert classifier(R_FILE).reader.names == ("x", "k")


def test_a_model_of_rows_with_names_scores_with_and_without_them() -> None:
    model = classifier(R_FILE)
    without = "x,k,y\n" + R_ROWS.replace('"', "").replace("car ", "#")
    plain = "\n".join(line.partition(",")[2] if "#" in line else line for line in without.splitlines()) + "\n"

    assert predictions(model, R_FILE) == predictions(model, plain)
    assert predictions(model, "\n".join(R_FILE.splitlines()[:2])) == predictions(model, R_FILE)[:1]


def test_the_output_of_rows_with_names_has_a_name_for_each_column_but_the_first() -> None:
    lines = score(classifier(R_FILE), R_FILE).decode().splitlines()

    assert lines[0] == '"x","k","y",prediction'
    assert lines[1] == R_ROWS.splitlines()[0] + ",a"


# ---------------------------------------------------------------- files to score


@pytest.mark.parametrize(
    "above",
    ["A title\n", "# made, on, Monday\n", "a,b,c\n1,2,3\n", "one,two,three\n\n", "x,y,k_old\n", "1,2,3\n4,5,6\n"],
)
def test_the_names_of_the_model_are_found_below_lines_that_look_like_names(above: str) -> None:
    output = score(MODEL, above + "x,k,y\n" + ROWS)

    assert output == score(MODEL, "x,k,y\n" + ROWS)


def test_lines_above_the_names_of_a_scored_file_are_warned_of() -> None:
    warnings = scoring_warnings(MODEL, "A title\nof 2020\nx,k\n3,p\n")

    assert [(one.code, one.count, [example.line for example in one.examples]) for one in warnings] == [
        ("skipped_lines", 2, [1, 2])
    ]


def test_the_data_rows_of_a_scored_file_do_not_decide_where_its_names_are() -> None:
    rows = ["3,p,a", "x,k,y", "4,q,b"]

    assert len(predictions(MODEL, "x,k,y\n" + "\n".join(rows) + "\n")) == 3


def test_a_scored_file_without_the_names_says_which_are_missing() -> None:
    with pytest.raises(SchemaMismatch) as raised:
        score(MODEL, "x,z,y\n" + ROWS)

    assert [issue.column for issue in raised.value.issues] == ["k"]


@pytest.mark.parametrize("rows", [ROWS, "3,p\n4,q\n5,r\n", "3,p\n"])
def test_a_scored_file_without_a_line_of_names_says_so(rows: str) -> None:
    with pytest.raises(SchemaMismatch) as raised:
        score(MODEL, rows)

    assert raised.value.detail in (
        "The file has no header: its first line looks like data.",
        "2 columns that the model needs are missing.",
    )
    assert raised.value.issues


def test_a_model_without_names_scores_with_and_without_the_target() -> None:
    without = "".join(line.rpartition(",")[0] + "\n" for line in NUMBERS.splitlines())

    assert predictions(NAMELESS_MODEL, NUMBERS) == predictions(NAMELESS_MODEL, without)
    assert len(predictions(NAMELESS_MODEL, NUMBERS)) == 20


def test_a_model_without_names_scores_one_row_that_counts_as_names_elsewhere() -> None:
    assert len(predictions(NAMELESS_MODEL, "0,1,2\n")) == 1


def test_a_scored_file_without_names_is_read_in_order_with_a_warning() -> None:
    (warning,) = (one for one in scoring_warnings(NAMELESS_MODEL, "5,4\n") if one.code == "columns_in_order")

    assert warning.message == ("The file has no header; its columns were read in order as “column_1”, “column_2”.")


def test_a_model_without_names_scores_a_file_with_the_names_that_were_given() -> None:
    assert predictions(NAMELESS_MODEL, "column_1,column_2\n5,4\n") == predictions(NAMELESS_MODEL, "5,4\n")


@pytest.mark.parametrize("csv", ["5,4,3,2\n6,5,4,3\n", "5\n6\n", "5,4,3,2\n" + NUMBERS, "A title\n5,4\n6,5\n"])
def test_a_model_without_names_refuses_a_file_whose_first_row_has_another_width(csv: str) -> None:
    with pytest.raises(SchemaMismatch):
        score(NAMELESS_MODEL, csv)


@pytest.mark.parametrize("row", ["5,4,1,\n", "5,4,1,,\n", "5,4,\n", "5,4\n"])
def test_a_model_without_names_scores_one_row_with_delimiters_at_its_end(row: str) -> None:
    assert predictions(NAMELESS_MODEL, row) == predictions(NAMELESS_MODEL, "5,4,1\n")


@pytest.mark.parametrize("above", ["A title\n", "A title,,\n"])
def test_a_model_without_names_scores_a_file_with_its_lines_above_the_rows(above: str) -> None:
    model = classifier(above + NUMBERS)

    assert predictions(model, above + NUMBERS) == predictions(NAMELESS_MODEL, NUMBERS)
    assert predictions(model, above + "5,4\n") == predictions(model, "5,4\n")


def test_a_model_without_names_reads_the_columns_in_order_without_the_target_wherever_it_was() -> None:
    model = classifier(NUMBERS, "column_2")

    assert score(model, "5,1\n").splitlines()[0] == b"column_1,column_3,prediction"
    assert predictions(model, "5,1\n") == predictions(model, "5,0,1\n")


def test_the_names_that_were_given_are_the_names_of_the_output() -> None:
    assert score(NAMELESS_MODEL, "5,4,1\n").splitlines()[0] == b"column_1,column_2,column_3,prediction"
    assert score(NAMELESS_MODEL, "5,4\n", ScoreOptions(only_predictions=True)).splitlines()[0] == b"prediction"
