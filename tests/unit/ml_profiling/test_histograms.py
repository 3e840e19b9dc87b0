"""Numbers are counted by ranges: of equal width to look at, and with equally many rows to compare with."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mini_ml.contracts import Histogram
from mini_ml.ml.frame import Matrix
from mini_ml.ml.profiling.histograms import MOST_QUANTILE_RANGES, MOST_RANGES, build_histogram, build_quantiles

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
FEW = st.sampled_from([0.0, 1.0, -1.0, 2.5, 1e300, -1e300, 5e-324, 1.0000000000000002])
NUMBERS = arrays.arrays(np.float64, st.integers(0, 200), elements=FLOATS | FEW)


def total_of(histogram: Histogram) -> int:
    return sum(histogram.counts) + histogram.below + histogram.above


def histogram_of(*values: float) -> Histogram:
    found = build_histogram(np.array(values, dtype=np.float64))
    assert found is not None
    return found


def quantiles_of(values: Matrix) -> Histogram:
    found = build_quantiles(values)
    assert found is not None
    return found


@given(NUMBERS)
def test_each_value_is_in_one_range_or_outside_all(values: Matrix) -> None:
    found = build_histogram(values)

    if found is not None:
        assert total_of(found) == len(values)
        assert found.counts == tuple(np.histogram(values, found.edges)[0].tolist())
        assert 1 <= len(found.counts) <= MOST_RANGES
        assert all(low < high for low, high in pairwise(found.edges))


@given(NUMBERS)
def test_at_most_a_fortieth_of_the_values_is_outside_on_either_side(values: Matrix) -> None:
    found = build_histogram(values)

    if found is not None:
        assert max(found.below, found.above) <= 0.025 * len(values) + 1


@given(NUMBERS)
def test_only_values_that_are_all_the_same_or_too_large_have_no_histogram(values: Matrix) -> None:
    distinct = np.unique(values)

    is_absent = build_histogram(values) is None

    assert is_absent <= (len(distinct) < 2 or distinct[-1] / 2 - distinct[0] / 2 > 1e307)
    assert is_absent >= (len(distinct) < 2)


def test_ranges_have_the_same_width() -> None:
    found = histogram_of(*np.random.default_rng(0).normal(50, 10, 5_000))

    assert np.ptp(np.diff(found.edges)) < 1e-9
    assert len(found.counts) == MOST_RANGES


@given(low=st.floats(-1e6, 1e6), high=st.floats(-1e6, 1e6))
def test_the_outer_bounds_say_little_about_the_smallest_and_the_largest_value(low: float, high: float) -> None:
    low, high = min(low, high), max(low, high) + 100
    tick = 10 ** np.floor(np.log10((high - low) / MOST_RANGES))

    found = histogram_of(*np.linspace(low, high, 50))

    assert found.edges[0] <= low
    assert high <= found.edges[-1]
    outer = np.array([found.edges[0], found.edges[-1]]) / tick
    assert outer == pytest.approx(np.round(outer), abs=1e-6)


def test_the_bounds_of_many_whole_numbers_are_even() -> None:
    assert histogram_of(*np.arange(17.0, 46.0)).edges[0] == 15.5


def test_an_outlier_does_not_squeeze_the_others_into_one_range() -> None:
    found = histogram_of(*np.linspace(0, 1, 200), 1e9, -1e9)

    assert (found.below, found.above) == (1, 1)
    assert max(found.counts) < 40


def test_a_long_tail_of_many_values_is_no_outlier() -> None:
    values = np.random.default_rng(0).lognormal(0, 0.5, 1_000)

    found = histogram_of(*values)

    assert found.above < 10


def test_each_small_whole_number_has_a_range_of_its_own() -> None:
    found = histogram_of(*([1.0] * 5 + [2.0] * 7 + [3.0] * 9))

    assert found == Histogram(edges=(0.5, 1.5, 2.5, 3.5), counts=(5, 7, 9))


def test_ranges_of_whole_numbers_contain_equally_many_of_them() -> None:
    found = histogram_of(*np.repeat(np.arange(18.0, 91.0), 10))

    assert set(np.diff(found.edges)) == {4.0}
    assert set(found.counts[:-1]) == {40}


@given(NUMBERS)
def test_quantile_ranges_contain_all_values_and_begin_between_them(values: Matrix) -> None:
    found = build_quantiles(values)

    assert (found is None) == (len(np.unique(values)) < 2)
    if found is not None:
        assert total_of(found) == len(values)
        assert found.counts == tuple(np.histogram(values, found.edges)[0].tolist())
        assert min(found.counts) > 0
        assert len(found.counts) <= MOST_QUANTILE_RANGES
        assert (found.edges[0], found.edges[-1]) == (values.min(), values.max())


@given(NUMBERS)
def test_more_than_a_fifth_of_the_rows_share_a_range_only_if_they_have_the_same_value(values: Matrix) -> None:
    found = build_quantiles(values)

    if found is not None:
        _, ties = np.unique(values, return_counts=True)
        assert max(found.counts) <= 0.2 * len(values) + ties.max() + 1


def test_many_different_values_have_ten_ranges_of_the_same_size() -> None:
    found = quantiles_of(np.random.default_rng(0).normal(0, 1, 1_000))

    assert found.counts == (100,) * 10


@pytest.mark.parametrize("ones", [1, 50, 99])
def test_two_values_have_a_range_each(ones: int) -> None:
    found = quantiles_of(np.array([0.0] * (100 - ones) + [1.0] * ones))

    assert (found.edges, found.counts) == ((0.0, 0.5, 1.0), (100 - ones, ones))


def test_an_empty_column_has_neither() -> None:
    assert (build_histogram(np.empty(0)), build_quantiles(np.empty(0))) == (None, None)
