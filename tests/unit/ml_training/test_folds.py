"""The folds of a cross-validation relate their rows as a training relates to the rows that it will predict."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.ml.training.folds import Fold, FoldScheme
from mini_ml.ml.training.holdout import folds, remaining_rows, subsample


@st.composite
def schemes(draw: st.DrawFn, *, timed: bool | None = None, grouped: bool | None = None) -> FoldScheme:
    """Return a scheme of some rows, with times, groups, classes or none of them."""
    count = draw(st.integers(0, 60))
    cells = st.one_of(st.just(np.nan), st.integers(0, 12).map(float))
    times = draw(st.lists(cells, min_size=count, max_size=count))
    groups = draw(st.lists(st.integers(-2, 8), min_size=count, max_size=count))
    codes = draw(st.none() | st.lists(st.integers(0, 3), min_size=count, max_size=count))
    return FoldScheme(
        rows=count,
        codes=None if codes is None else np.array(codes, dtype=np.int64),
        times=np.array(times, dtype=np.float64) if (draw(st.booleans()) if timed is None else timed) else None,
        groups=np.array(groups, dtype=np.intp) if (draw(st.booleans()) if grouped is None else grouped) else None,
    )


def times_of_groups(scheme: FoldScheme) -> list[float]:
    """Return for each row the newest time of its group."""
    assert scheme.times is not None
    assert scheme.groups is not None
    found = [scheme.times[scheme.groups == group] for group in scheme.groups]
    return [float(np.nanmax(times)) if not np.isnan(times).all() else np.nan for times in found]


@given(schemes(), st.integers(1, 5), st.integers(0, 3))
def test_folds_are_disjoint_and_no_row_is_on_both_sides(scheme: FoldScheme, count: int, seed: int) -> None:
    found = scheme.split(count, seed=seed)

    tested = [row for fold in found for row in fold.tested.tolist()]
    assert len(found) <= count
    assert len(tested) == len(set(tested))
    assert not [row for fold in found for row in fold.fitted.tolist() if row in fold.tested]
    assert all(np.array_equal(np.sort(side), side) for fold in found for side in (fold.fitted, fold.tested))


@given(schemes(), st.integers(1, 5), st.integers(0, 3))
def test_the_seed_alone_decides_the_folds(scheme: FoldScheme, count: int, seed: int) -> None:
    first, second = scheme.split(count, seed=seed), scheme.split(count, seed=seed)

    assert [(one.fitted.tolist(), one.tested.tolist()) for one in first] == [
        (one.fitted.tolist(), one.tested.tolist()) for one in second
    ]


@given(schemes(grouped=True), st.integers(1, 5), st.integers(0, 3))
def test_no_group_is_on_both_sides(scheme: FoldScheme, count: int, seed: int) -> None:
    assert scheme.groups is not None

    for fold in scheme.split(count, seed=seed):
        assert not set(scheme.groups[fold.fitted]) & set(scheme.groups[fold.tested])


@given(schemes(timed=True, grouped=False), st.integers(1, 5))
def test_every_tested_row_is_newer_than_every_fitted_one(scheme: FoldScheme, count: int) -> None:
    assert scheme.times is not None

    for fold in scheme.split(count, seed=0):
        assert scheme.times[fold.tested].min() > np.nanmax(scheme.times[fold.fitted])


@given(schemes(timed=True, grouped=True), st.integers(1, 5))
def test_every_tested_group_has_a_newer_row_than_every_fitted_one(scheme: FoldScheme, count: int) -> None:
    newest = np.array(times_of_groups(scheme))

    for fold in scheme.split(count, seed=0):
        assert newest[fold.tested].min() > np.nanmax(newest[fold.fitted])


@given(schemes(timed=True), st.integers(1, 5))
def test_later_folds_are_fitted_on_more_rows(scheme: FoldScheme, count: int) -> None:
    found = scheme.split(count, seed=0)

    for earlier, later in pairwise(found):
        assert {*earlier.fitted.tolist(), *earlier.tested.tolist()} <= set(later.fitted.tolist())
        assert set(earlier.fitted) < set(later.fitted)


@given(schemes(timed=True) | schemes(grouped=True), st.integers(1, 5), st.integers(0, 3))
def test_a_fold_by_time_or_group_tests_only_classes_that_it_is_fitted_on(
    scheme: FoldScheme, count: int, seed: int
) -> None:
    for fold in scheme.split(count, seed=seed):
        assert len(fold.fitted)
        assert len(fold.tested)
        if scheme.codes is not None:
            assert set(scheme.codes[fold.tested]) <= set(scheme.codes[fold.fitted])
            assert len(set(scheme.codes[fold.fitted])) > 1


@given(st.integers(4, 60), st.integers(0, 3), st.booleans())
def test_without_times_and_groups_the_folds_are_random_rows(rows: int, seed: int, has_classes: bool) -> None:
    scheme = FoldScheme(rows=rows, codes=np.arange(rows) // 2 % 2 if has_classes else None)
    expected = folds(scheme.codes, rows, count=2, seed=seed)

    found = scheme.split(2, seed=seed)

    assert [fold.tested.tolist() for fold in found] == [tested.tolist() for tested in expected]
    assert [fold.fitted.tolist() for fold in found] == [remaining_rows(rows, tested).tolist() for tested in expected]


@given(schemes(timed=False, grouped=False), st.integers(2, 5), st.integers(0, 3))
def test_a_class_is_tested_only_where_it_was_fitted(scheme: FoldScheme, count: int, seed: int) -> None:
    for fold in scheme.split(count, seed=seed):
        assert len(fold.fitted)
        assert not set(fold.tested) & set(fold.fitted)
        if scheme.codes is not None:
            assert set(scheme.codes[fold.tested]) <= set(scheme.codes[fold.fitted])


def rows_tested(found: list[Fold]) -> list[list[int]]:
    return [fold.tested.tolist() for fold in found]


def test_by_time_the_rows_are_cut_into_equal_blocks_of_which_the_oldest_is_not_tested() -> None:
    scheme = FoldScheme(rows=12, codes=None, times=np.arange(12.0)[::-1])

    found = scheme.split(3, seed=0)

    assert rows_tested(found) == [[6, 7, 8], [3, 4, 5], [0, 1, 2]]
    assert [fold.fitted.tolist() for fold in found] == [[9, 10, 11], [*range(6, 12)], [*range(3, 12)]]


def test_rows_without_a_time_are_fitted_on_and_never_tested() -> None:
    scheme = FoldScheme(rows=6, codes=None, times=np.array([np.nan, 1, 2, 3, 4, np.nan]))

    found = scheme.split(3, seed=0)

    assert rows_tested(found) == [[2], [3], [4]]
    assert all({0, 5} <= set(fold.fitted) for fold in found)


@pytest.mark.parametrize(
    ("scheme", "folds_found"),
    [
        (FoldScheme(rows=9, codes=None, times=np.repeat([1.0, 2.0, 3.0], 3)), 2),
        (FoldScheme(rows=9, codes=None, times=np.ones(9)), 0),
        (FoldScheme(rows=9, codes=None, times=np.full(9, np.nan)), 0),
        (FoldScheme(rows=9, codes=None, groups=np.repeat([4, 2], [8, 1])), 2),
        (FoldScheme(rows=9, codes=None, groups=np.zeros(9, dtype=np.intp)), 0),
        (FoldScheme(rows=4, codes=np.array([0, 0, 1, 1]), groups=np.array([0, 0, 1, 1])), 0),
        (FoldScheme(rows=4, codes=np.array([0, 0, 1, 1]), times=np.array([0.0, 1, 2, 3])), 1),
    ],
)
def test_there_are_fewer_folds_where_times_groups_or_classes_are_few(scheme: FoldScheme, folds_found: int) -> None:
    assert len(scheme.split(3, seed=0)) == folds_found


def test_all_rows_are_tested_once_by_group() -> None:
    scheme = FoldScheme(rows=40, codes=None, groups=np.arange(40) % 8)

    assert sorted(row for tested in rows_tested(scheme.split(3, seed=0)) for row in tested) == list(range(40))


def test_a_subsample_has_whole_groups() -> None:
    groups = np.arange(1_000) % 100
    scheme = FoldScheme(rows=1_000, codes=None, groups=groups)

    rows = scheme.subsample(205, seed=0)

    assert len(rows) == 200
    assert np.bincount(groups[rows], minlength=100).tolist().count(10) == 20


def test_a_subsample_has_rows_of_all_groups_where_groups_are_large() -> None:
    groups = np.arange(1_000) % 5
    scheme = FoldScheme(rows=1_000, codes=None, groups=groups)

    rows = scheme.subsample(200, seed=0)

    assert len(rows) == 200
    assert set(groups[rows].tolist()) == set(range(5))


@given(schemes(grouped=False), st.integers(1, 70), st.integers(0, 3))
def test_a_subsample_without_groups_is_stratified_rows(scheme: FoldScheme, count: int, seed: int) -> None:
    expected = subsample(scheme.codes, scheme.rows, count=count, seed=seed)

    assert scheme.subsample(count, seed=seed).tolist() == expected.tolist()


@given(schemes(), st.data())
def test_the_scheme_of_some_rows_has_their_times_groups_and_classes(scheme: FoldScheme, data: st.DataObject) -> None:
    rows = np.array(
        sorted(data.draw(st.sets(st.integers(0, 59)).map(lambda all_: {r for r in all_ if r < scheme.rows})))
    )

    taken = scheme.take(rows.astype(np.intp))

    assert taken.rows == len(rows)
    for name in ("codes", "times", "groups"):
        whole, part = getattr(scheme, name), getattr(taken, name)
        assert part is None if whole is None else np.array_equal(part, whole[rows.astype(np.intp)], equal_nan=True)
