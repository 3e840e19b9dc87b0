"""The reported threshold gives the best F1 of the second label."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from mini_ml.ml.frame import Matrix
from mini_ml.ml.training.threshold import find_best_threshold

LABELS = ("no", "yes")


def both(second: list[float]) -> Matrix:
    """Return the probabilities of both labels, given those of the second one."""
    return np.column_stack([1 - np.array(second), second])


def test_the_threshold_lies_between_the_rows_that_it_separates() -> None:
    found = find_best_threshold(np.array([0, 0, 1, 1]), both([0.1, 0.2, 0.3, 0.4]), LABELS)

    assert found is not None
    assert (found.label, found.f1) == ("yes", 1.0)
    assert found.probability == pytest.approx(0.25)


def test_of_equally_good_thresholds_the_smallest_is_reported() -> None:
    found = find_best_threshold(np.array([1, 0, 0, 1]), both([0.1, 0.2, 0.3, 0.4]), LABELS)

    assert found is not None
    assert found.probability == 0.0
    assert found.f1 == pytest.approx(2 / 3)


def test_rows_with_the_same_probability_are_not_separated() -> None:
    found = find_best_threshold(np.array([1, 0, 1, 0, 0]), both([0.5, 0.5, 0.5, 0.2, 0.1]), LABELS)

    assert found is not None
    assert found.probability == pytest.approx(0.35)
    assert found.f1 == pytest.approx(0.8)


def test_a_threshold_between_neighbouring_numbers_still_separates_them() -> None:
    low = 0.3
    high = float(np.nextafter(low, 1))

    found = find_best_threshold(np.array([0, 1]), both([low, high]), LABELS)

    assert found is not None
    assert low < found.probability <= high


@pytest.mark.parametrize(
    ("truth", "probabilities", "labels"),
    [
        pytest.param([1, 1, 1], [[0.5, 0.5]] * 3, LABELS, id="one class"),
        pytest.param([0, 1, 2], [[0.2, 0.4, 0.4]] * 3, ("a", "b", "c"), id="three labels"),
        pytest.param([0, 1], [[0.5, 0.5], [np.nan, np.nan]], LABELS, id="not finite"),
        pytest.param([], np.empty((0, 2)), LABELS, id="no rows"),
    ],
)
def test_there_is_no_threshold_without_rows_of_two_labels(
    truth: list[int], probabilities: list[list[float]], labels: tuple[str, ...]
) -> None:
    assert find_best_threshold(np.array(truth, dtype=np.intp), np.array(probabilities), labels) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=30))
def test_no_other_threshold_is_better(rows: list[tuple[bool, int]]) -> None:
    truth = np.array([True, False, *(is_second for is_second, _ in rows)]).astype(np.intp)
    second = np.array([0.5, 0.5, *(score / 8 for _, score in rows)])

    found = find_best_threshold(truth, both(second.tolist()), LABELS)

    others = [f1_score(truth, second >= score) for score in np.unique(second)]
    assert found is not None
    assert found.f1 == pytest.approx(max(others))
    assert f1_score(truth, second >= found.probability) == pytest.approx(found.f1)
