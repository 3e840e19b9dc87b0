"""A score says how much of the truth a reader found, and how much of what it found is true."""

import pytest

from bench.pollution import with_table
from tests.pollution.cases import Case
from tests.pollution.readers import read_pandas
from tests.pollution.scores import NOTHING, Found, Scores, f1, mean, score

NAMES = ("a", "b")
ROWS = (("1", "x"), ("2", ""), ("3", "z"))
CASE = Case("clean", "", b"", NAMES, ROWS, frozenset())


def test_a_reader_that_finds_everything_has_full_scores() -> None:
    found = Found((" a", "b"), ((" 1", "x"), ("2",), ("3", "z ", "")))

    assert score(CASE, found, own_names=False) == Scores(1.0, 1.0, 1.0, 1.0)


def test_a_reader_that_refuses_a_file_has_no_scores() -> None:
    assert score(CASE, None, own_names=False) == NOTHING


def test_a_record_that_is_left_out_costs_less_than_one_that_is_wrong() -> None:
    left_out = score(CASE, Found(NAMES, ROWS[:2]), own_names=False)
    wrong = score(CASE, Found(NAMES, (*ROWS[:2], ("3z", ""))), own_names=False)

    assert left_out.record == pytest.approx(4 / 5)
    assert wrong.record == pytest.approx(4 / 6)


def test_a_cell_counts_only_in_its_column() -> None:
    shifted = score(CASE, Found(NAMES, (("1", "x"), ("", "2"), ("3", "z"))), own_names=False)

    assert shifted.cell == pytest.approx(2 * 4 / 10)
    assert shifted.record == pytest.approx(4 / 6)


def test_a_reader_may_name_columns_itself_only_where_the_file_has_no_name() -> None:
    case = Case("blank name", "", b"", ("a", "column_2"), ROWS, frozenset([1]))

    assert score(case, Found(("a", "Unnamed: 1"), ROWS), own_names=True).header == 1.0
    assert score(case, Found(("a", "Unnamed: 1"), ROWS), own_names=False).header == 0.5
    assert score(case, Found(("A", "Unnamed: 1"), ROWS), own_names=True).header == 0.5


def test_the_f1_of_multisets_counts_each_item_as_often_as_both_have_it() -> None:
    assert f1("aab", "ab") == pytest.approx(4 / 5)
    assert f1("", "") == 1.0
    assert f1("a", "") == 0.0


def test_the_mean_is_taken_score_by_score() -> None:
    assert mean([NOTHING, Scores(1.0, 0.5, 0.5, 1.0)]) == Scores(0.5, 0.25, 0.25, 0.5)


def test_pandas_keeps_row_names_and_empty_cells() -> None:
    assert read_pandas(b"a,b\nr1,1,\nr2,,NA\n") == Found(("index", "a", "b"), (("r1", "1", ""), ("r2", "", "NA")))


def test_the_table_is_written_between_its_two_comments() -> None:
    page = "before\n<!-- pollution table: begin -->\nold\n<!-- pollution table: end -->\nafter\n"

    written = with_table(page, "| new |")

    assert written == ("before\n<!-- pollution table: begin -->\n\n| new |\n\n<!-- pollution table: end -->\nafter\n")
    assert with_table(written, "| new |") == written


def test_a_page_without_the_two_comments_stays_as_it_is() -> None:
    with pytest.raises(SystemExit, match="has no part"):
        with_table("before\n", "| new |")
