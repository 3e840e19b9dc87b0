"""A win is a difference beyond noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.quality.comparison import (
    Numbers,
    Outcome,
    interval_of_repeats,
    interval_of_rows,
    interval_of_sets,
    mean_ranks,
    outcome_of,
)

OPPOSITE: dict[Outcome, Outcome] = {"win": "loss", "tie": "tie", "loss": "win"}


def losses(seed: int, *, splits: int = 2, rows: int = 100) -> list[Numbers]:
    random = np.random.default_rng(seed)
    return [random.exponential(size=rows) for _ in range(splits)]


@pytest.mark.parametrize("splits", [2, 10])
def test_lower_losses_on_all_rows_win(splits: int) -> None:
    theirs = losses(0, splits=splits)
    mine = [each - 0.1 - 0.01 * place for place, each in enumerate(theirs)]

    assert outcome_of(mine, theirs) == "win"


@pytest.mark.parametrize("splits", [2, 10])
def test_equal_losses_tie(splits: int) -> None:
    assert outcome_of(losses(0, splits=splits), losses(0, splits=splits)) == "tie"


@given(st.integers(0, 10_000), st.sampled_from([2, 10]), st.floats(-0.5, 0.5))
@settings(max_examples=15, deadline=None)
def test_the_other_side_sees_the_opposite(seed: int, splits: int, better: float) -> None:
    mine, theirs = losses(seed, splits=splits), [each + better for each in losses(seed + 1, splits=splits)]

    assert outcome_of(theirs, mine) == OPPOSITE[outcome_of(mine, theirs)]


@pytest.mark.parametrize("splits", [2, 10])
def test_noise_alone_rarely_decides(splits: int) -> None:
    outcomes = [outcome_of(losses(2 * seed, splits=splits), losses(2 * seed + 1, splits=splits)) for seed in range(100)]

    assert outcomes.count("tie") >= 90


def test_splits_that_disagree_tie() -> None:
    base = losses(0)

    assert outcome_of([base[0] - 1.0, base[1] + 0.1], base) == "tie"
    assert outcome_of([base[0] - 1.0, base[1] - 0.1], base) == "win"


def test_an_interval_of_rows_is_narrower_for_more_rows() -> None:
    few, many = (interval_of_rows(losses(0, rows=rows)) for rows in (50, 5_000))

    assert few.low < few.value < few.high
    assert many.high - many.low < few.high - few.low


def test_an_interval_of_repeats_is_wider_than_if_the_splits_were_independent() -> None:
    gains = [0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.2]

    found = interval_of_repeats(gains)

    independent = 2.262 * np.std(gains, ddof=1) / np.sqrt(10)
    assert found.value == pytest.approx(0.2)
    assert found.high - found.value == pytest.approx(independent * np.sqrt(1 + 10 * 0.25), rel=1e-3)


def test_the_interval_of_sets_holds_the_mean_and_is_the_same_each_time() -> None:
    found = interval_of_sets([1.0, 0.0, 0.0, -1.0, 1.0])

    assert found.value == pytest.approx(0.2)
    assert found.low < 0.2 < found.high
    assert found == interval_of_sets([1.0, 0.0, 0.0, -1.0, 1.0])


def test_equal_losses_share_their_mean_rank() -> None:
    assert mean_ranks([[1.0, 2.0, 3.0], [2.0, 2.0, 1.0]]) == [1.75, 2.25, 2.0]
