"""The population stability index against its definition, and how often it is large by chance alone."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr
from scipy.stats import chi2

from mini_ml.ml.scoring.stability import (
    FEWEST_ROWS,
    CellShares,
    Stabilities,
    compare_counts,
    find_fewest_rows,
    group_rare_bins,
    join_rare_bins,
)

PAIR = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))
COUNTS = st.lists(PAIR, min_size=2, max_size=30).filter(
    lambda pairs: (
        sum(rows for rows, _ in pairs) >= FEWEST_ROWS
        and any(training for _, training in pairs)
        and sum(map(any, pairs)) >= 2
    )
)
"""Pairs of rows and training rows by bin that can be compared."""


def compare(rows: Sequence[int], training: Sequence[int], *, comparisons: int = 1) -> Stabilities:
    """Compare the counts of one column."""
    return compare_counts(np.array([rows]), np.array([training]), comparisons=comparisons)


def shares(cells: int, of: int, expected: float, *, training_cells: int) -> CellShares:
    """Return the cells of one column."""
    return CellShares(np.array([cells]), np.array([of]), np.array([expected]), np.array([training_cells]))


def find_fewest(training: Sequence[int], rows: int) -> float:
    return float(find_fewest_rows(np.array(sum(training)), rows))


def test_the_index_is_the_sum_of_both_relative_entropies() -> None:
    rows, training = [400_000, 350_000, 250_000], [200_000, 300_000, 500_000]
    q, p = np.array(rows) / sum(rows), np.array(training) / sum(training)

    found = compare(rows, training)

    assert found.index == pytest.approx(float(rel_entr(q, p).sum() + rel_entr(p, q).sum()), rel=1e-4)


def test_what_chance_explains_is_a_quantile_of_chi_squared() -> None:
    found = compare([50, 60, 90], [500, 600, 900], comparisons=4)

    assert found.by_chance == pytest.approx((1 / 200 + 1 / 2_000) * chi2.isf(0.001 / 4, df=2))


@given(COUNTS)
def test_the_index_is_finite_and_not_negative(pairs: list[tuple[int, int]]) -> None:
    rows, training = zip(*pairs, strict=True)

    found = compare(rows, training)

    assert np.isfinite([found.index, found.by_chance]).all()
    assert found.index >= -1e-12


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_the_bins_does_not_matter(pairs: list[tuple[int, int]], random: Random) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)

    one, other = (compare(*zip(*order, strict=True)) for order in (pairs, shuffled))

    assert one.index == pytest.approx(other.index, abs=1e-9)


@given(st.lists(st.integers(50, 10**5), min_size=2, max_size=30), st.integers(1, 50))
def test_rows_in_the_same_proportions_have_an_index_near_zero(training: list[int], times: int) -> None:
    assert compare([times * count for count in training], training).index[0] < 0.1


def test_an_empty_bin_does_not_make_the_index_infinite() -> None:
    found = compare([0, 1_000], [500, 500])

    assert 1 < found.index < 10
    assert found.large.all()


@pytest.mark.parametrize(
    ("rows", "training"),
    [([49, 50], [500, 500]), ([100, 0], [500, 0]), ([50, 50], [0, 0])],
    ids=["99 rows", "one bin", "no training rows"],
)
def test_there_is_no_index_of_too_few_rows_or_bins(rows: list[int], training: list[int]) -> None:
    found = compare(rows, training)

    assert np.isnan([found.index, found.by_chance]).all()
    assert not found.large.any()


@given(st.lists(COUNTS, min_size=1, max_size=5))
def test_columns_compared_at_once_have_the_same_indexes_as_alone(columns: list[list[tuple[int, int]]]) -> None:
    padded = np.array([[*pairs, *[(0, 0)] * (30 - len(pairs))] for pairs in columns])

    found = compare_counts(padded[:, :, 0], padded[:, :, 1], comparisons=3)

    alone = [compare(*zip(*pairs, strict=True), comparisons=3) for pairs in columns]
    assert found.index.tolist() == pytest.approx([float(one.index[0]) for one in alone])
    assert found.by_chance.tolist() == pytest.approx([float(one.by_chance[0]) for one in alone])


@pytest.mark.parametrize("training_rows", [100, 1_000, 100_000])
@pytest.mark.parametrize("rows", [100, 300, 5_000])
@pytest.mark.parametrize("labels", [2, 10, 250])
def test_samples_of_the_same_rows_are_rarely_far_apart(labels: int, rows: int, training_rows: int) -> None:
    random = np.random.default_rng(labels + rows + training_rows)
    shares = random.permutation(1 / np.arange(1, labels + 1))
    shares /= shares.sum()
    alarms = 0
    for _ in range(300):
        training, batch = (random.multinomial(total, shares)[None, :] for total in (training_rows, rows))
        joined = join_rare_bins(batch, training, np.array([labels]), rows)
        alarms += bool(compare_counts(*joined, comparisons=20).large.any())

    assert alarms <= 1


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=60).filter(any), st.integers(100, 10_000))
def test_groups_are_numbered_in_order_and_only_rare_bins_share_one(training: list[int], rows: int) -> None:
    groups = group_rare_bins(training, rows)
    shared = [count for count, group in zip(training, groups, strict=True) if groups.count(group) > 1]

    assert list(dict.fromkeys(groups)) == list(range(max(groups) + 1))
    assert all(count < find_fewest(training, rows) for count in shared)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=60).filter(any), st.integers(100, 10_000))
def test_at_most_one_group_is_still_rare(training: list[int], rows: int) -> None:
    groups = group_rare_bins(training, rows)
    joined = np.bincount(groups, training)

    assert sum(int(count) < find_fewest(training, rows) for count in joined) <= 1


@given(
    st.lists(st.lists(st.integers(0, 1_000), min_size=1, max_size=20).filter(any), min_size=1, max_size=4),
    st.integers(100, 10_000),
)
def test_bins_of_each_column_are_added_up_by_its_groups(columns: list[list[int]], rows: int) -> None:
    training = np.array([[*column, *[0] * (20 - len(column))] for column in columns])
    batch = np.where(training > 0, training + 7, 0)

    joined = join_rare_bins(batch, training, np.array([len(column) for column in columns]), rows)

    for place, column in enumerate(columns):
        groups = group_rare_bins(column, rows)
        for found, counts in zip(joined, (batch, training), strict=True):
            expected = np.bincount(groups, counts[place, : len(column)]).tolist()
            assert found[place].tolist() == expected + [0] * (20 - len(expected))


def test_a_rare_label_stays_apart_from_a_frequent_one() -> None:
    assert group_rare_bins([10, 990], 100) == [0, 1]
    assert group_rare_bins([990, 10], 100) == [0, 1]


@pytest.mark.parametrize(
    ("cells", "of", "expected", "large"),
    [
        (30, 100, 0.01, True),
        (10, 100, 0.01, False),  # 9 points more are not large
        (30, 99, 0.01, False),  # too few rows
        (30, 100, 0.15, False),  # 15 points more, but that happens by chance
        (3_000, 10_000, 0.15, True),
        (0, 0, 0.0, False),
    ],
)
def test_a_share_is_large_if_it_is_ten_points_more_and_not_by_chance(
    cells: int, of: int, expected: float, large: bool
) -> None:
    assert shares(cells, of, expected, training_cells=10_000).large.tolist() == [large]


def test_nothing_is_large_without_training_cells() -> None:
    assert not shares(100, 100, expected=0.0, training_cells=0).large.any()
