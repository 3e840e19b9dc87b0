"""Rows that two versions held out are matched by their digest and target, with the losses of both."""

import gzip
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.errors import ArtifactRejected
from mini_ml.registry.holdout_rows import MatchedRows, match_rows
from tests.unit.registry.published import LABELS, Row, write_rows


def match(first: list[Row], second: list[Row]) -> MatchedRows:
    return match_rows(write_rows(first), write_rows(second), labels=(LABELS, LABELS))


def match_texts(first: str, second: str, labels: tuple[str, ...] | None) -> MatchedRows:
    return match_rows(gzip.compress(first.encode()), gzip.compress(second.encode()), labels=(labels, labels))


def test_a_row_of_both_files_is_matched_wherever_it_stands() -> None:
    first: list[Row] = [(1, "yes", "yes", 0.5), (2, "no", "yes", 0.25)]
    second: list[Row] = [(3, "yes", "yes", 0.5), (2, "no", "no", 1.0)]

    found = match(first, second)

    assert list(found.digests) == [2]
    assert (list(found.first[0]), list(found.first[1])) == ([-math.log(0.25)], [0.0])
    assert (list(found.second[0]), list(found.second[1])) == ([0.0], [1.0])


def test_rows_with_another_target_are_counted_and_left_out() -> None:
    found = match([(1, "yes", "yes", 0.5), (2, "no", "no", 0.5)], [(1, "no", "yes", 0.5), (2, "no", "no", 0.5)])

    assert (list(found.digests), found.other_target) == ([2], 1)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["no", "yes"])), max_size=12),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["no", "yes"])), max_size=12),
)
def test_rows_that_repeat_are_matched_as_often_as_both_files_have_them(
    first: list[tuple[int, str]], second: list[tuple[int, str]]
) -> None:
    found = match([(*row, "yes", 0.5) for row in first], [(*row, "yes", 0.5) for row in second])

    common = Counter(first) & Counter(second)
    left, right = (Counter(digest for digest, _ in (Counter(rows) - common).elements()) for rows in (first, second))
    assert Counter(found.digests) == Counter(digest for digest, _ in common.elements())
    assert found.other_target == (left & right).total()


def test_rows_that_repeat_are_matched_in_the_order_of_the_files() -> None:
    first: list[Row] = [(1, "yes", "yes", 0.5), (1, "yes", "yes", 0.25), (1, "yes", "yes", 0.125)]
    second: list[Row] = [(1, "yes", "yes", 0.1), (1, "yes", "yes", 0.2)]

    found = match(first, second)

    assert list(found.first[0]) == [-math.log(0.5), -math.log(0.25)]
    assert list(found.second[0]) == [-math.log(0.1), -math.log(0.2)]


def test_the_errors_of_numbers_are_squared_and_absolute() -> None:
    table = "row,digest,target,prediction\n0,000000000000000a,1.5,{}\n"

    found = match_texts(table.format("-0.5"), table.format("2.0"), None)

    assert (list(found.first[0]), list(found.first[1])) == ([4.0], [2.0])
    assert (list(found.second[0]), list(found.second[1])) == ([0.25], [0.5])


def test_without_probabilities_there_is_no_log_loss_but_the_labels_count() -> None:
    table = "row,digest,target,prediction\n0,000000000000000a,yes,no\n"

    found = match_texts(table, table, ("no", "yes"))

    assert math.isnan(found.first[0][0])
    assert list(found.second[1]) == [0.0]


def test_only_the_probability_of_the_target_suffices() -> None:
    table = "row,digest,target,prediction,probability_of_target\n0,000000000000000a,yes,no,0.125\n"

    assert list(match_texts(table, table, ("no", "yes")).first[0]) == [-math.log(0.125)]


def test_a_label_named_like_the_probability_of_the_target_is_a_label() -> None:
    table = "row,digest,target,prediction,probability_a,probability_of_target\n0,000000000000000a,a,a,0.25,0.75\n"

    assert list(match_texts(table, table, ("a", "of_target")).first[0]) == [-math.log(0.25)]


def test_labels_that_begin_like_a_formula_are_read() -> None:
    table = "row,digest,target,prediction,probability_=1,probability_b\n0,000000000000000a,'=1,'=1,0.25,0.75\n"

    found = match_texts(table, table, ("=1", "b"))

    assert (list(found.first[0]), list(found.first[1])) == ([-math.log(0.25)], [1.0])


def test_a_probability_of_zero_counts_as_in_the_metrics_of_a_training() -> None:
    table = "row,digest,target,prediction,probability_no,probability_yes\n0,000000000000000a,no,no,0,1\n"

    assert list(match_texts(table, table, ("no", "yes")).first[0]) == [pytest.approx(36.04365, rel=1e-6)]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        pytest.param("maybe,no,0.5,0.5", LABELS, id="target that is not a label"),
        pytest.param("no,maybe,0.5,0.5", LABELS, id="prediction that is not a label"),
        pytest.param("no,no,x,0.5", LABELS, id="probability that is not a number"),
        pytest.param("no,no,nan,0.5", LABELS, id="probability that is not finite"),
        pytest.param("1.5,x", None, id="prediction that is not a number"),
        pytest.param("1.5,inf", None, id="prediction that is not finite"),
        pytest.param("1.5", None, id="a cell too few"),
    ],
)
def test_a_damaged_line_is_rejected(cells: str, labels: tuple[str, ...] | None) -> None:
    names = "row,digest,target,prediction" + (",probability_no,probability_yes" if labels else "")

    with pytest.raises(ArtifactRejected, match="hold-out predictions cannot be read"):
        match_texts(f"{names}\n0,000000000000000a,{cells}\n", f"{names}\n", labels)
