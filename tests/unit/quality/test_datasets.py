"""The data sets of the quality benchmark: those for choosing and those for reporting have nothing in common."""

import pytest

from bench.quality.choosing import CHOOSING
from bench.quality.datasets import ALL
from bench.quality.definition import DataSet, splits_of
from bench.quality.report import render_sets, with_part
from bench.quality.reporting import REPORTING
from tests.fixtures.environments import ROOT

MOST_ROWS = 20_000
sets = pytest.mark.parametrize("dataset", ALL.values(), ids=ALL)


def test_no_set_is_for_choosing_and_for_reporting() -> None:
    items = [{(each.package, each.item) for each in group.values()} for group in (CHOOSING, REPORTING)]

    assert set(CHOOSING) & set(REPORTING) == set()
    assert items[0] & items[1] == set()


def test_no_origin_is_in_both_groups() -> None:
    assert {each.origin for each in CHOOSING.values()} & {each.origin for each in REPORTING.values()} == set()


@pytest.mark.parametrize("group", [CHOOSING, REPORTING], ids=["choosing", "reporting"])
def test_a_group_has_many_sets_of_each_task_and_few_small_ones(group: dict[str, DataSet]) -> None:
    small = [name for name, dataset in group.items() if dataset.small]

    assert len(group) >= 14
    assert {dataset.task for dataset in group.values()} == {"binary", "multiclass", "regression"}
    assert 2 <= len(small) < len(group) / 3


@sets
def test_a_set_keeps_its_target_and_says_why_columns_are_left_out(dataset: DataSet) -> None:
    assert dataset.target not in dataset.dropped
    assert all(dataset.dropped.values())


@sets
def test_a_sample_is_small_enough_to_train_on_in_seconds(dataset: DataSet) -> None:
    assert dataset.rows is None or dataset.rows <= MOST_ROWS


@sets
def test_a_threshold_makes_two_classes(dataset: DataSet) -> None:
    assert dataset.above is None or dataset.task == "binary"


def test_small_sets_are_split_more_often() -> None:
    assert splits_of(REPORTING["births"]) == 10
    assert splits_of(REPORTING["crashes"]) == 2


def test_the_page_lists_all_sets() -> None:
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")

    assert with_part(page, "quality sets", render_sets()) == page
