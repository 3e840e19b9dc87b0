"""Delimiter, quote and escape are those that read the first rows consistently."""

import pytest

from tests.unit.ml_reading.files import dialect_of, rows_of, scoring_warnings, warning_of
from tests.unit.ml_reading.models import classifier, predictions, score, table

ROWS = [(str(place), "pqr"[place % 3], "ab"[place % 2]) for place in range(20)]
MODEL = classifier("x,k,y\n" + "".join(f"{x},{k},{y}\n" for x, k, y in ROWS))


def written(delimiter: str, header: str = "") -> str:
    """Return the rows with a delimiter between cells."""
    lines = [header or delimiter.join("xky"), *map(delimiter.join, ROWS)]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- delimiters


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "  "])
def test_a_delimiter_is_the_one_that_all_rows_have(delimiter: str) -> None:
    csv = written(delimiter)

    assert dialect_of(csv) == (delimiter, '"', "doubled")
    assert table(csv).names == ("x", "k", "y")
    assert rows_of(csv) == [list(row) for row in ROWS]


@pytest.mark.parametrize(
    "csv",
    [
        written(";", "size, in cm;kind;label"),
        written(";", "size, in cm, or inches, or feet;kind;label"),
        written("\t", "size, in cm\tkind; all\tlabel"),
    ],
)
def test_a_delimiter_inside_a_name_is_not_that_of_the_file(csv: str) -> None:
    assert len(table(csv).names) == 3
    assert rows_of(csv) == [list(row) for row in ROWS]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_decimal_commas_do_not_delimit(delimiter: str) -> None:
    csv = delimiter.join("xky") + "\n" + f"1,5{delimiter}2,25{delimiter}a\n2,5{delimiter}0,75{delimiter}b\n" * 10

    assert rows_of(csv)[:2] == [["1,5", "2,25", "a"], ["2,5", "0,75", "b"]]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_commas_in_texts_do_not_delimit(delimiter: str) -> None:
    texts = ["one, two", "three, four, five", "six", "seven, eight"]
    csv = f"text{delimiter}y\n" + "".join(f"{text}{delimiter}a\n" for text in texts * 5)

    assert [row[0] for row in rows_of(csv)] == texts * 5


@pytest.mark.parametrize("mark", [",", ";", "|"])
def test_another_mark_in_quoted_cells_does_not_delimit(mark: str) -> None:
    other = ";" if mark == "," else ","
    csv = f"x{other}y\n" + f'"a{mark} b{mark} c"{other}1\n' * 12

    assert rows_of(csv)[0] == [f"a{mark} b{mark} c", "1"]


def test_a_file_of_one_column_has_one_column() -> None:
    assert rows_of("y\n" + "a\nb\n" * 8) == [["a"], ["b"]] * 8


def test_a_text_of_one_column_without_a_delimiter_is_not_split_at_blanks() -> None:
    assert rows_of("review\ngood film\nbad  film\nnot so good\n") == [["good film"], ["bad  film"], ["not so good"]]


def test_numbers_with_decimal_commas_behind_a_comma_and_a_blank_are_not_split() -> None:
    csv = "x, k, y\n" + "".join(f"{place},5, {place * 2},25, {'ab'[place % 2]}\n" for place in range(12))

    assert dialect_of(csv)[0] == ", "
    assert rows_of(csv)[1] == ["1,5", "2,25", "b"]


def test_a_blank_behind_commas_belongs_to_the_cells_of_a_comma_file() -> None:
    csv = written(", ")

    assert table(csv).names == ("x", "k", "y")
    assert predictions(MODEL, csv) == predictions(MODEL, written(","))


def test_aligned_columns_are_separated_by_two_blanks_or_more() -> None:
    csv = "    x  kind of k    y\n" + "".join(f"{x:>5}  {k + ' or ' + k:9}    {y}\n" for x, k, y in ROWS)

    assert table(csv).names == ("x", "kind of k", "y")
    assert rows_of(csv)[10] == ["10", "q or q", "a"]


def test_single_blanks_separate_columns_of_numbers() -> None:
    csv = "x k y\n" + "".join(f"{place} {place * 2} {'ab'[place % 2]}\n" for place in range(12))

    assert dialect_of(csv)[0] == " "
    assert rows_of(csv)[3] == ["3", "6", "b"]


@pytest.mark.parametrize("delimiter", [",", ";", "|", ":"])
def test_a_sep_line_decides_against_all_rows(delimiter: str) -> None:
    csv = f"sep={delimiter}\nx, in; cm{delimiter}y\n1,5{delimiter}a\n" if delimiter in "|:" else written(delimiter)

    assert dialect_of(f"sep={delimiter}\n" + written(delimiter))[0] == delimiter
    assert len(table(csv).names) == (2 if delimiter in "|:" else 3)


def test_a_quote_cannot_be_the_delimiter_of_a_sep_line() -> None:
    assert table('sep="\nx,k,y\n' + "7,p,a\n" * 5).names == ("x", "k", "y")


# ---------------------------------------------------------------- quotes


def test_apostrophes_around_cells_are_quotes() -> None:
    csv = "x,k,y\n" + "".join(f"{x},'{k}, {k}','{y}'\n" for x, k, y in ROWS)

    assert dialect_of(csv) == (",", "'", "doubled")
    assert rows_of(csv)[0] == ["0", "p, p", "a"]


def test_two_apostrophes_in_quoted_cells_are_one() -> None:
    csv = "'x','y'\n" + "'it''s, so','a'\n'no','b'\n" * 8

    assert rows_of(csv)[0] == ["it's, so", "a"]


def test_an_apostrophe_that_guards_a_formula_is_not_a_quote() -> None:
    csv = "x,k,y\n" + "".join(f"{x},'={k},{y}\n{x},'-{k}',{y}\n" for x, k, y in ROWS)

    assert dialect_of(csv)[1] == '"'
    assert rows_of(csv)[:2] == [["0", "'=p", "a"], ["0", "'-p'", "a"]]


def test_apostrophes_are_letters_beside_cells_in_quotes() -> None:
    csv = "x,k,y\n" + "".join(f"{x},'{k}','{y}'\n{x},\"{k}, {k}\",'{y}'\n" for x, k, y in ROWS)

    assert dialect_of(csv)[1] == '"'
    assert rows_of(csv)[:2] == [["0", "'p'", "'a'"], ["0", "p, p", "'a'"]]


def test_a_backslash_in_a_quoted_cell_is_a_character() -> None:
    assert rows_of("x,y\n" + '"C:\\, D:\\",a\n' * 12)[0] == ["C:\\, D:\\", "a"]


def test_apostrophes_inside_words_are_not_quotes() -> None:
    csv = "name,y\n" + "O'Neill,a\nD'Arc,b\n'Twas,a\n" * 5

    assert [row[0] for row in rows_of(csv)[:3]] == ["O'Neill", "D'Arc", "'Twas"]


@pytest.mark.parametrize("row", ['1, "a, b",u', '1 ,"a, b" ,u', '1,  "a, b"  ,u'])
def test_blanks_around_a_quoted_cell_are_no_part_of_it(row: str) -> None:
    read = rows_of("x,k,y\n" + f"{row}\n" * 3)

    assert [read[0][0].strip(), *read[0][1:]] == ["1", "a, b", "u"]


def test_a_quote_inside_an_unquoted_cell_is_a_character() -> None:
    assert rows_of('size,y\n5",a\n6" or 7",b\n')[:2] == [['5"', "a"], ['6" or 7"', "b"]]


# ---------------------------------------------------------------- escapes


def test_backslashes_in_front_of_quotes_escape_them() -> None:
    csv = "x,k,y\n" + "".join(f'{x},"say \\"{k}, {k}\\"",{y}\n' for x, k, y in ROWS)

    assert dialect_of(csv) == (",", '"', "backslash")
    assert rows_of(csv)[0] == ["0", 'say "p, p"', "a"]


def test_a_backslash_in_front_of_a_delimiter_escapes_it() -> None:
    csv = "x,k,y\n" + "".join(f"{x},{k}\\, {k},{y}\n" for x, k, y in ROWS)

    assert rows_of(csv)[0] == ["0", "p, p", "a"]


def test_other_backslashes_stay() -> None:
    assert rows_of("path,y\nC:\\new\\table,a\n\\N,b\n") == [["C:\\new\\table", "a"], ["\\N", "b"]]


def test_a_backslash_escape_in_one_row_far_down_mends_that_row() -> None:
    csv = written(",") * 1 + "".join(f"{x},{k},{y}\n" for x, k, y in ROWS * 15) + '7,"say \\"p, p\\"",a\n'
    read = table(csv)

    assert read.file.escape == "doubled"
    assert read.file.mended_rows == 1
    assert rows_of(csv)[-1] == ["7", 'say "p, p"', "a"]
    assert warning_of(csv, "mended_rows").examples[0].line == 322


# ---------------------------------------------------------------- files to score


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_file_to_score_may_have_another_delimiter_than_the_training_file(delimiter: str) -> None:
    output = score(MODEL, written(delimiter)).decode()

    assert predictions(MODEL, written(delimiter)) == predictions(MODEL, written(","))
    assert output.splitlines()[0] == delimiter.join(["x", "k", "y", "prediction"])


@pytest.mark.parametrize("delimiter", ["^", "  "])
def test_a_model_trained_on_a_rare_delimiter_scores_files_with_it_and_with_commas(delimiter: str) -> None:
    model = classifier(written(delimiter))

    assert predictions(model, written(delimiter)) == predictions(MODEL, written(","))
    assert predictions(model, written(",")) == predictions(MODEL, written(","))


def test_one_row_to_score_is_read_as_among_others_whatever_it_suggests() -> None:
    lines = ["x;k;y", "1,5;p;a", "2,5;q;b", "3,5;p;a"] + ["4,5;r, s;b"] * 3
    model = classifier("\n".join(lines) + "\n")

    together = predictions(model, "\n".join(lines) + "\n")

    assert [predictions(model, f"{lines[0]}\n{row}\n")[0] for row in lines[1:]] == together


def test_an_unusual_dialect_is_said_in_training_and_scoring() -> None:
    csv = "x,k,y\n" + "".join(f"{x},'{k}, {k}','{y}'\n" for x, k, y in ROWS)
    model = classifier(csv)

    assert warning_of(csv, "unusual_dialect").message == (
        "The file was read as its first lines suggest: cells are quoted with '."
    )
    assert "unusual_dialect" in [warning.code for warning in scoring_warnings(model, csv)]
