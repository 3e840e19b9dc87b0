"""Rows with more or fewer cells than the header are repaired where only one reading is possible; others are bad."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.errors import InvalidDataset, LimitExceeded
from mini_ml.topology import Limits
from tests.unit.ml_reading.files import (
    KEEP,
    bad_lines_of,
    cells_of,
    lines_of,
    refusal_of,
    rows_of,
    score_with_tally,
    warning_of,
)
from tests.unit.ml_reading.models import classifier, score, table

HEADER = "x,k,y\n"
GOOD = "".join(f"{place},{'pqr'[place % 3]},{'ab'[place % 2]}\n" for place in range(200))
MODEL = classifier(HEADER + GOOD)
OPEN_QUOTE = "a quote is not closed"


def after_good_rows(rows: str) -> list[list[str]]:
    """Return how rows are read that follow 200 others."""
    return rows_of(HEADER + GOOD + rows)[200:]


# ---------------------------------------------------------------- short rows, and empty cells at the end


@pytest.mark.parametrize(("row", "cells"), [("7", ["7", "", ""]), ("7,p", ["7", "p", ""]), (",", ["", "", ""])])
def test_a_short_row_gets_empty_cells_at_its_end(row: str, cells: list[str]) -> None:
    assert after_good_rows(row + "\n") == [cells]


def test_padded_rows_are_counted_with_their_lines() -> None:
    csv = HEADER + "1,p\n" + GOOD + "2\n"

    assert table(csv).file.padded_rows == 2
    assert [(one.line, one.value) for one in warning_of(csv, "padded_rows").examples] == [(2, "1,p"), (203, "2")]


@pytest.mark.parametrize("row", ["7,p,a,", "7,p,a,,,,", '7,p,a,""', "7,p,a,  ,"])
def test_extra_empty_cells_are_dropped_and_counted(row: str) -> None:
    csv = HEADER + GOOD + row + "\n"

    assert after_good_rows(row + "\n") == [["7", "p", "a"]]
    assert table(csv).file.trimmed_rows == 1
    assert [one.line for one in warning_of(csv, "trimmed_rows").examples] == [202]


@pytest.mark.parametrize(("header", "row"), [("x,k,y,", "7,p,a,"), ("x,k,y", "7,p,a,"), ("x,k,y,", "7,p,a")])
def test_delimiters_at_the_ends_of_all_lines_are_no_cells(header: str, row: str) -> None:
    read = table(f"{header}\n" + f"{row}\n" * 5)

    assert read.names == ("x", "k", "y")
    assert cells_of(read) == [["7", "p", "a"]] * 5
    assert read.file.trailing_delimiter
    assert (read.file.trimmed_rows, read.file.padded_rows) == (0, 0)


def test_a_trailing_delimiter_in_some_rows_is_counted() -> None:
    read = table(HEADER + "7,p,a,\n7,p,a\n" * 5)

    assert not read.file.trailing_delimiter
    assert read.file.trimmed_rows == 5


# ---------------------------------------------------------------- rows that are too long


@pytest.mark.parametrize("row", ["7,p,a,z", "7,p,a,,z", "1,2,3,4,5", ",,,z"])
def test_a_row_with_a_filled_extra_cell_is_bad(row: str) -> None:
    csv = HEADER + GOOD + row + "\n"

    assert bad_lines_of(csv) == [(202, f"{row.count(',') + 1} cells, but the header has 3")]
    assert table(csv).rows == 200


def test_a_row_with_a_nul_byte_is_bad() -> None:
    assert bad_lines_of(HEADER + "7,\0,a\n" + GOOD) == [(2, "it contains a NUL byte")]


@pytest.mark.parametrize(("good", "bad"), [(99, 1), (990, 10), (4950, 50)])
def test_one_bad_row_in_a_hundred_is_left_out(good: int, bad: int) -> None:
    read = table(HEADER + "7,p,a\n" * good + "7,p,a,z\n" * bad)

    assert (read.rows, read.file.bad_rows) == (good, bad)


@pytest.mark.parametrize(("good", "bad"), [(98, 1), (989, 10), (2, 1)])
def test_more_bad_rows_than_one_in_a_hundred_refuse_the_file(good: int, bad: int) -> None:
    error = refusal_of(HEADER + "7,p,a\n" * good + "7,p,a,z\n" * bad)

    assert error.detail.startswith(f"{bad} of {good + bad} rows cannot be read; at most 1% of them are left out.")
    assert [issue.line for issue in error.issues] == list(range(good + 2, good + bad + 2))


def test_a_thousand_bad_rows_are_left_out_and_one_more_is_not() -> None:
    rows = HEADER + "7,p,a\n" * 200_000

    assert table(rows + "7,p,a,z\n" * 1_000).file.bad_rows == 1_000
    assert refusal_of(rows + "7,p,a,z\n" * 1_001).detail.startswith("1,001 of 201,001 rows cannot be read")


def test_rows_that_are_left_out_are_no_part_of_the_table() -> None:
    rows = GOOD.splitlines(keepends=True)
    csv = HEADER + "".join([*rows[:50], "7,p,a,z\n", *rows[50:]])

    assert rows_of(csv) == rows_of(HEADER + GOOD)
    assert lines_of(csv) == [line for line in range(2, 203) if line != 52]


def test_a_file_with_one_bad_row_is_refused_if_asked() -> None:
    error = refusal_of(HEADER + GOOD + "7,p,a,z\n", "refuse")

    assert error.detail.startswith("1 of 201 rows cannot be read. Likely cause:")
    assert [(issue.line, issue.reason) for issue in error.issues] == [(202, "4 cells, but the header has 3")]


def test_repaired_rows_do_not_refuse_a_file() -> None:
    csv = HEADER + "7,p\n7,p,a,\n7;p;a\n" * 5 + GOOD

    assert score(MODEL, csv).count(b"\n") == 216


# ---------------------------------------------------------------- quotes


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('7,"p "q" r",a', ["7", 'p "q" r', "a"]),
        ('7,"p "q", r",a', ["7", 'p "q", r', "a"]),
        ('7,"p" q,a', ["7", '"p" q', "a"]),
        ('7,"p,a', ["7", "p", "a"]),
        ('"7,p,a', ["7", "p", "a"]),
        ('7,p,"a', ["7", "p", "a"]),
        ('7,"say \\"p, q\\"",a', ["7", 'say "p, q"', "a"]),
        ("7,'p, q',a", ["7", "p, q", "a"]),
    ],
)
def test_irregular_quotes_that_give_a_row_in_one_way_are_read_so(row: str, cells: list[str]) -> None:
    csv = HEADER + GOOD + row + "\n"

    assert [one.strip('"') for one in after_good_rows(row + "\n")[0]] == [one.strip('"') for one in cells]
    assert table(csv).file.mended_rows == 1
    assert [(one.line, one.value) for one in warning_of(csv, "mended_rows").examples] == [(202, row)]


@pytest.mark.parametrize("row", ['7,"p,q,a', '7,"p', '"', '"7'])
def test_an_open_quote_without_the_right_number_of_cells_makes_a_row_bad(row: str) -> None:
    assert bad_lines_of(HEADER + GOOD + row + "\n") == [(202, OPEN_QUOTE)]


@pytest.mark.parametrize("row", ['7,"p,a', '7,"p,q,a', '"7,p', '7,p,"a'])
@pytest.mark.parametrize("end", ["", '7,"q",a\n', '7,p,"a""b"\n'])
def test_rows_below_an_open_quote_are_read(row: str, end: str) -> None:
    rows = after_good_rows(f"{row}\n" + GOOD + end)

    assert rows[-200 - bool(end) :][:200] == rows_of(HEADER + GOOD)


def test_rows_between_two_open_quotes_are_given_back() -> None:
    csv = HEADER + GOOD + '7,"p,q,a\n' + GOOD + '8,"p,q,b\n' + GOOD

    assert table(csv).rows == 600
    assert bad_lines_of(csv) == [(202, OPEN_QUOTE), (403, OPEN_QUOTE)]


def test_a_quoted_cell_of_several_lines_is_one_cell() -> None:
    assert after_good_rows('7,"p\n1,q,b\n2,r,a",a\n') == [["7", "p\n1,q,b\n2,r,a", "a"]]


# ---------------------------------------------------------------- delimiters


def test_a_comma_with_a_blank_behind_it_belongs_to_the_text() -> None:
    csv = HEADER + GOOD + "7,Paris, France,a\n"

    assert after_good_rows("7,Paris, France,a\n") == [["7", "Paris, France", "a"]]
    assert table(csv).file.mended_rows == 1


def test_a_comma_with_a_blank_behind_it_does_not_change_a_row_of_the_right_width() -> None:
    assert after_good_rows("7, p, a\n") == [["7", " p", " a"]]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_one_row_with_another_delimiter_is_read_by_it(delimiter: str) -> None:
    csv = HEADER + GOOD + delimiter.join("7pa") + "\n"

    assert after_good_rows(delimiter.join("7pa") + "\n") == [["7", "p", "a"]]
    assert [one.line for one in warning_of(csv, "mended_rows").examples] == [202]


@pytest.mark.parametrize("row", ["7;p", "7;p;a;b"])
def test_one_row_with_another_delimiter_and_another_width_is_a_short_row(row: str) -> None:
    assert after_good_rows(row + "\n") == [[row, "", ""]]


# ---------------------------------------------------------------- the likely cause


@pytest.mark.parametrize(
    ("csv", "cause"),
    [
        ("x,y\n" + "1,5,a\n" * 3 + "2,a\n" * 8, "numbers with a decimal comma, or text with a comma"),
        ("x;y\n" + "1;5;a\n" * 3 + "2;a\n" * 8, "cells that contain the delimiter, a quote or a line end"),
        ("x,y\n" + '1,"a\n1,"b,c,d\n' * 3 + '2,"a\n' * 8, "a quote without its counterpart"),
    ],
)
def test_the_likely_cause_is_said_once(csv: str, cause: str) -> None:
    error = refusal_of(csv)

    assert f"Likely cause: {cause}" in error.detail
    assert [bool(issue.hint) for issue in error.issues] == [True] + [False] * (len(error.issues) - 1)


# ---------------------------------------------------------------- scoring


def test_a_file_to_score_with_a_bad_row_is_refused_with_its_line() -> None:
    with pytest.raises(InvalidDataset) as raised:
        score(MODEL, HEADER + GOOD + "7,p,a,z\n")

    assert [(issue.line, issue.reason) for issue in raised.value.issues] == [(202, "4 cells, but the header has 3")]


def test_bad_rows_of_a_file_to_score_are_listed_if_they_are_kept() -> None:
    _, tally = score_with_tally(MODEL, HEADER + "7,p,a,z\n" + GOOD + '7,"p,q,a\n', KEEP)

    assert [(row.line, row.reason) for row in tally.bad_rows] == [
        (2, "4 cells, but the header has 3"),
        (203, OPEN_QUOTE),
    ]
    assert tally.rows == 202


def test_more_bad_rows_than_allowed_are_not_kept() -> None:
    with pytest.raises(LimitExceeded) as raised:
        score(MODEL, HEADER + GOOD + "7,p,a,z\n" * 3, KEEP, limits=Limits(kept_bad_rows=2))

    assert raised.value.issues[0].limit == "kept_bad_rows"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["7,p,a", "7,p", "7", "7,p,a,,", "7,p,a,z", '7,"p', "7;p;a", "7,p, q,a"]), min_size=1))
def test_every_row_is_in_the_table_or_a_bad_row(rows: list[str]) -> None:
    csv = HEADER + "7,p,a\n" * 2_000 + "".join(f"{row}\n" for row in rows)
    read = table(csv)
    bad = [line for line, row in enumerate(rows, start=2_002) if row in ("7,p,a,z", '7,"p')]

    assert [row.line for row in read.bad_rows] == bad
    assert lines_of(csv) == [line for line in range(2, 2_002 + len(rows)) if line not in bad]
