"""The selection of holdout rows."""

import numpy as np
import pytest

from mini_ml.ml.training.holdout import folds, holdout_rows, remaining_rows, subsample


def codes(*sizes: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.repeat(np.arange(len(sizes)), sizes).astype(np.int64)


def held_by_class(*sizes: int) -> list[int]:
    of = codes(*sizes)
    return list(np.bincount(of[holdout_rows(of, len(of), seed=0)], minlength=len(sizes)))


def test_the_holdout_has_a_fifth_of_every_class() -> None:
    assert held_by_class(100, 50, 10) == [20, 10, 2]


@pytest.mark.parametrize(("size", "held"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1), (8, 2)])
def test_a_small_class_keeps_at_least_one_row_for_training(size: int, held: int) -> None:
    assert held_by_class(100, size) == [20, held]


def test_the_holdout_of_a_regression_is_a_random_fifth() -> None:
    assert len(holdout_rows(None, 100, seed=0)) == 20
    assert len(holdout_rows(None, 2, seed=0)) == 0


def test_the_seed_decides_the_holdout_rows() -> None:
    of = codes(50, 50)

    assert holdout_rows(of, 100, seed=1).tolist() == holdout_rows(of, 100, seed=1).tolist()
    assert holdout_rows(of, 100, seed=1).tolist() != holdout_rows(of, 100, seed=2).tolist()


def test_the_holdout_of_a_seed_is_the_same_in_every_release() -> None:
    assert holdout_rows(codes(12, 8), 20, seed=0).tolist() == [2, 9, 14, 15]
    assert holdout_rows(None, 20, seed=7).tolist() == [3, 8, 12, 13]


def test_training_and_holdout_rows_are_disjoint_and_cover_all_rows() -> None:
    held = holdout_rows(codes(30, 7), 37, seed=0)

    assert sorted([*held, *remaining_rows(37, held)]) == list(range(37))


def test_folds_are_disjoint_cover_all_rows_and_have_a_part_of_every_class() -> None:
    of = codes(30, 9)

    parts = folds(of, 39, count=3, seed=0)

    assert sorted(np.concatenate(parts)) == list(range(39))
    assert [np.bincount(of[part]).tolist() for part in parts] == [[10, 3], [10, 3], [10, 3]]


def test_a_subsample_keeps_the_classes_in_proportion() -> None:
    of = codes(9_000, 1_000)

    assert np.bincount(of[subsample(of, 10_000, count=1_000, seed=0)]).tolist() == [900, 100]
