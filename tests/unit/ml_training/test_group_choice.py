"""Whole groups are chosen, so that the classes are spread as evenly as the groups allow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mini_ml.ml.training.group_choice import GroupedRows, choose_groups, deal_groups

Ints = NDArray[np.int64]


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def hold_out(groups: Ints, codes: Ints | None = None, *, seed: int = 0) -> Ints:
    """Return the rows of the groups that are chosen to make up a fifth."""
    rows = GroupedRows.of(groups, codes)
    return rows.rows_of(choose_groups(rows, fraction=0.2, seed=seed))


@st.composite
def grouped_rows(draw: st.DrawFn) -> tuple[Ints, Ints]:
    """Return the group and the class of some rows."""
    rows = draw(st.lists(st.tuples(st.integers(-3, 9), st.integers(0, 3)), min_size=1, max_size=60))
    return ints(*(group for group, _ in rows)), ints(*(code for _, code in rows))


@given(grouped_rows(), st.integers(0, 3))
def test_a_group_is_chosen_as_a_whole_and_every_class_keeps_a_row(rows: tuple[Ints, Ints], seed: int) -> None:
    groups, codes = rows

    chosen = hold_out(groups, codes, seed=seed)

    kept = np.setdiff1d(np.arange(len(groups)), chosen)
    assert not set(groups[chosen].tolist()) & set(groups[kept].tolist())
    assert set(codes[kept].tolist()) == set(codes.tolist())
    assert chosen.tolist() == hold_out(groups, codes, seed=seed).tolist()


@given(grouped_rows(), st.integers(1, 5), st.integers(0, 3))
def test_each_group_is_dealt_to_one_part(rows: tuple[Ints, Ints], count: int, seed: int) -> None:
    groups, codes = rows

    parts = deal_groups(GroupedRows.of(groups, codes), count=count, seed=seed)

    assert len(set(zip(groups.tolist(), parts.tolist(), strict=True))) == len(set(groups.tolist()))
    assert set(parts.tolist()) <= set(range(count))
    assert len(set(parts.tolist())) == min(count, len(set(groups.tolist())))


@pytest.mark.parametrize("seed", range(5))
def test_about_a_fifth_of_each_class_is_chosen_from_groups_of_different_sizes(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(200), random.integers(1, 40, 200))
    codes = (random.random(len(groups)) < random.random(200)[groups]).astype(np.int64) + (groups % 10 == 0)

    chosen = hold_out(groups, codes, seed=seed)

    assert np.bincount(codes[chosen]) / np.bincount(codes) == pytest.approx([0.2] * 3, abs=0.05)


def test_the_parts_have_about_as_many_rows_of_each_class() -> None:
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(90), random.integers(1, 40, 90))
    codes = (groups % 3 == 0).astype(np.int64)

    parts = deal_groups(GroupedRows.of(groups, codes), count=3, seed=0)

    shares = [np.bincount(codes[parts == part]) / np.bincount(codes) for part in range(3)]
    assert np.array(shares) == pytest.approx(np.full((3, 2), 1 / 3), abs=0.02)


def test_the_seed_decides_which_groups_are_chosen() -> None:
    groups = np.repeat(np.arange(50), 4)

    assert hold_out(groups, seed=1).tolist() != hold_out(groups, seed=2).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_smallest_group_is_chosen_where_all_are_large(seed: int) -> None:
    assert hold_out(np.repeat(ints(7, 8), [60, 40]), seed=seed).tolist() == list(range(60, 100))


def test_a_group_that_has_all_rows_of_a_class_is_never_chosen() -> None:
    groups, codes = ints(0, 0, 1, 1, 2, 2), ints(0, 0, 0, 1, 2, 2)

    assert {tuple(hold_out(groups, codes, seed=seed).tolist()) for seed in range(20)} == {(0, 1)}


def test_no_group_is_chosen_if_each_has_a_class_of_its_own() -> None:
    assert hold_out(ints(0, 0, 1, 1), ints(0, 0, 1, 1)).tolist() == []
