"""How members of an ensemble, and its temperature, are chosen from out-of-fold predictions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, mean_squared_error

from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.averaging import sharpen
from mini_ml.ml.training.ensemble import MAX_MEMBERS, choose_temperature, row_losses, select_members


def noisy_numbers(truth: Matrix, count: int, *, noise: float = 1.0, seed: int = 0) -> list[Matrix]:
    """Return predictions that are wrong independently of each other."""
    random = np.random.default_rng(seed)
    return [truth + random.normal(scale=noise, size=len(truth)) for _ in range(count)]


def calibrated(rows: int, seed: int = 0) -> tuple[Matrix, Matrix]:
    """Return classes drawn from probabilities, and these probabilities."""
    random = np.random.default_rng(seed)
    second = random.uniform(0.02, 0.98, rows)
    return (random.random(rows) < second).astype(np.int64), np.stack([1 - second, second], axis=1)


TRUTH = np.random.default_rng(1).normal(size=400)


def test_the_loss_of_probabilities_is_the_log_loss() -> None:
    codes, probabilities = calibrated(200)

    assert row_losses(codes, probabilities).mean() == pytest.approx(log_loss(codes, probabilities))


def test_the_loss_of_numbers_is_the_squared_error() -> None:
    predicted = noisy_numbers(TRUTH, 1)[0]

    assert row_losses(TRUTH, predicted).mean() == pytest.approx(mean_squared_error(TRUTH, predicted))


def test_candidates_whose_errors_differ_are_averaged() -> None:
    candidates = noisy_numbers(TRUTH, 3)

    found = select_members(TRUTH, candidates)

    assert found.weights == pytest.approx([1 / 3] * 3, abs=0.1)
    assert found.loss < 0.5 * min(row_losses(TRUTH, one).mean() for one in candidates)


def test_a_candidate_whose_errors_the_others_repeat_stays_alone() -> None:
    best = noisy_numbers(TRUTH, 1)[0]
    worse = TRUTH + 1.5 * (best - TRUTH)

    assert select_members(TRUTH, [worse, best]).weights == (0.0, 1.0)


def test_a_gain_within_the_noise_is_not_worth_a_second_member() -> None:
    truth = TRUTH[:12]
    good, bad = noisy_numbers(truth, 1, noise=0.5)[0], noisy_numbers(truth, 1, noise=2.0, seed=3)[0]

    found = select_members(truth, [good, bad])

    assert found.weights == (1.0, 0.0)


def test_the_simplest_of_equal_candidates_is_chosen() -> None:
    same = noisy_numbers(TRUTH, 1)[0]

    assert select_members(TRUTH, [same, same.copy()]).weights == (1.0, 0.0)


def test_an_ensemble_has_at_most_five_members() -> None:
    found = select_members(TRUTH, noisy_numbers(TRUTH, 9))

    assert found.members == MAX_MEMBERS
    assert sum(found.weights) == pytest.approx(1)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 6), rows=st.integers(2, 60))
def test_an_ensemble_is_never_worse_out_of_fold_than_its_best_candidate(seed: int, count: int, rows: int) -> None:
    truth = np.random.default_rng(seed).normal(size=rows)
    candidates = noisy_numbers(truth, count, seed=seed)

    found = select_members(truth, candidates)

    assert found.loss <= min(row_losses(truth, one).mean() for one in candidates) + 1e-12
    assert sum(found.weights) == pytest.approx(1)


def test_probabilities_that_are_too_certain_get_a_temperature_above_one() -> None:
    codes, probabilities = calibrated(2_000)
    certain = sharpen(probabilities, 0.6)

    temperature = choose_temperature(codes, certain)

    assert temperature == pytest.approx(1 / 0.6, rel=0.15)
    assert log_loss(codes, sharpen(certain, temperature)) < log_loss(codes, certain)


def test_probabilities_that_are_right_keep_their_temperature() -> None:
    codes, probabilities = calibrated(2_000)

    assert choose_temperature(codes, probabilities) == 1.0
