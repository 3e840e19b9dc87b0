"""The population stability index against its definition, and how often it is large by chance alone."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr
from scipy.stats import chi2

from mini_ml.ml.scoring.stability import CellShare, compare_counts, is_rare, join_rare_bins

COUNTS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30).filter(
    lambda pairs: all(sum(counts) for counts in zip(*pairs, strict=True))
)


def test_the_index_is_the_sum_of_both_relative_entropies() -> None:
    rows, training = [400_000, 350_000, 250_000], [200_000, 300_000, 500_000]
    q, p = np.array(rows) / sum(rows), np.array(training) / sum(training)

    found = compare_counts(rows, training, comparisons=1)

    assert found.index == pytest.approx(float(rel_entr(q, p).sum() + rel_entr(p, q).sum()), rel=1e-4)


def test_what_chance_explains_is_a_quantile_of_chi_squared() -> None:
    found = compare_counts([50, 60, 90], [500, 600, 900], comparisons=4)

    assert found.by_chance == pytest.approx((1 / 200 + 1 / 2_000) * chi2.isf(0.001 / 4, df=2))


@given(COUNTS)
def test_the_index_is_finite_and_not_negative(pairs: list[tuple[int, int]]) -> None:
    rows, training = zip(*pairs, strict=True)

    found = compare_counts(rows, training, comparisons=1)

    assert np.isfinite([found.index, found.by_chance]).all()
    assert found.index >= -1e-12


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_the_bins_does_not_matter(pairs: list[tuple[int, int]], random: Random) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)

    one, other = (compare_counts(*zip(*order, strict=True), comparisons=1) for order in (pairs, shuffled))

    assert one.index == pytest.approx(other.index, abs=1e-9)


@given(st.lists(st.integers(1, 10**5), min_size=1, max_size=30), st.integers(1, 50))
def test_rows_in_the_same_proportions_have_an_index_near_zero(training: list[int], times: int) -> None:
    assert compare_counts([times * count for count in training], training, comparisons=1).index < 0.1


def test_an_empty_bin_does_not_make_the_index_infinite() -> None:
    found = compare_counts([0, 1_000], [500, 500], comparisons=1)

    assert 1 < found.index < 10
    assert found.is_large


@pytest.mark.parametrize("training_rows", [100, 1_000, 100_000])
@pytest.mark.parametrize("rows", [100, 300, 5_000])
@pytest.mark.parametrize("labels", [2, 10, 250])
def test_samples_of_the_same_rows_are_rarely_far_apart(labels: int, rows: int, training_rows: int) -> None:
    random = np.random.default_rng(labels + rows + training_rows)
    shares = random.permutation(1 / np.arange(1, labels + 1))
    shares /= shares.sum()
    alarms = 0
    for _ in range(300):
        training = random.multinomial(training_rows, shares).tolist()
        groups = np.array(join_rare_bins(training, rows))
        batch = np.bincount(groups, random.multinomial(rows, shares)).astype(int).tolist()
        alarms += compare_counts(batch, np.bincount(groups, training).astype(int).tolist(), comparisons=20).is_large

    assert alarms <= 1


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=60).filter(any), st.integers(100, 10_000))
def test_groups_are_numbered_in_order_and_only_rare_bins_share_one(training: list[int], rows: int) -> None:
    groups, total = join_rare_bins(training, rows), sum(training)
    shared = [count for count, group in zip(training, groups, strict=True) if groups.count(group) > 1]

    assert list(dict.fromkeys(groups)) == list(range(max(groups) + 1))
    assert all(is_rare(count, total, rows) for count in shared)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=60).filter(any), st.integers(100, 10_000))
def test_at_most_one_group_is_still_rare(training: list[int], rows: int) -> None:
    groups = join_rare_bins(training, rows)
    joined = np.bincount(groups, training)

    assert sum(is_rare(int(count), sum(training), rows) for count in joined) <= 1


def test_a_rare_label_stays_apart_from_a_frequent_one() -> None:
    assert join_rare_bins([10, 990], 100) == [0, 1]
    assert join_rare_bins([990, 10], 100) == [0, 1]


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
    assert CellShare(cells, of, expected, training_cells=10_000).is_large is large


def test_nothing_is_large_without_training_cells() -> None:
    assert not CellShare(100, 100, expected=0.0, training_cells=0).is_large
