"""The interval of a difference is deterministic, mirrors when the models are swapped, and covers the truth."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.contracts import MetricDifference
from mini_ml.registry.paired_bootstrap import compare_metric

LOSSES = st.floats(0, 40)


def spread_digests(count: int) -> list[int]:
    """Return different digests, spread as hashes are."""
    random = Random(0)
    return [random.getrandbits(64) for _ in range(count)]


def compare(metric: str, first: list[float], second: list[float]) -> MetricDifference:
    found = compare_metric(metric, spread_digests(len(first)), first, second)
    assert found is not None
    return found


@given(st.lists(st.tuples(LOSSES, LOSSES), min_size=1, max_size=40), st.sampled_from(["log_loss", "rmse", "mae"]))
def test_swapping_the_models_mirrors_the_difference(pairs: list[tuple[float, float]], metric: str) -> None:
    first, second = [one for one, _ in pairs], [two for _, two in pairs]

    found, mirrored = compare(metric, first, second), compare(metric, second, first)

    assert mirrored.difference == -found.difference
    assert mirrored.interval.low == pytest.approx(-found.interval.high, abs=1e-12)
    assert mirrored.interval.high == pytest.approx(-found.interval.low, abs=1e-12)
    assert found.interval.low <= found.difference <= found.interval.high


def test_the_order_of_the_rows_does_not_matter() -> None:
    random = Random(1)
    rows = [(digest, random.random(), random.random()) for digest in spread_digests(1_000)]
    shuffled = random.sample(rows, len(rows))

    one, other = (compare_metric("log_loss", *map(list, zip(*order, strict=True))) for order in (rows, shuffled))

    assert one is not None
    assert other is not None
    assert one.interval.low == pytest.approx(other.interval.low)
    assert one.interval.high == pytest.approx(other.interval.high)


def test_the_values_are_the_metrics_of_all_rows() -> None:
    errors = [3.0, 4.0]
    squares = [error * error for error in errors]

    assert compare("rmse", squares, squares).values == (math.sqrt(12.5), math.sqrt(12.5))
    assert compare("mae", errors, errors).values == (3.5, 3.5)
    assert compare("accuracy", [1.0, 0.0], [1.0, 1.0]).values == (0.5, 1.0)


def test_models_that_predict_the_same_do_not_differ() -> None:
    losses = [Random(2).random() for _ in range(300)]

    found = compare("log_loss", losses, losses)

    assert (found.difference, found.interval.low, found.interval.high) == (0, 0, 0)
    assert found.verdict == "no_difference"


@pytest.mark.parametrize("rows", [250, 5_000])
def test_the_interval_is_as_wide_as_that_of_the_mean_difference(rows: int) -> None:
    random = np.random.default_rng(3)
    first = random.exponential(1.0, rows)
    second = first + random.normal(0.02, 0.3, rows)

    found = compare("log_loss", first.tolist(), second.tolist())

    error = float(np.std(second - first, ddof=1)) / math.sqrt(rows)
    assert found.interval.high - found.interval.low == pytest.approx(2 * 1.96 * error, rel=0.12)


def test_intervals_cover_the_true_difference_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(4)
    covered = 0
    for _ in range(80):
        first = random.exponential(1.0, 600)
        second = first + random.normal(0.05, 0.3, 600)
        digests = random.integers(0, 2**63, 600).tolist()
        found = compare_metric("log_loss", digests, first.tolist(), second.tolist())
        assert found is not None
        covered += found.interval.low <= 0.05 <= found.interval.high

    assert 71 <= covered <= 79


def test_equal_models_are_rarely_found_different() -> None:
    random = np.random.default_rng(5)
    verdicts = []
    for _ in range(80):
        first, second = random.integers(0, 2, (2, 300)).astype(float).tolist()
        digests = random.integers(0, 2**63, 300).tolist()
        found = compare_metric("accuracy", digests, first, second)
        assert found is not None
        verdicts.append(found.verdict)

    assert verdicts.count("no_difference") >= 71


def test_five_rows_that_only_one_model_gets_right_prove_nothing() -> None:
    found = compare("accuracy", [0.0] * 5 + [1.0] * 295, [1.0] * 300)

    assert found.difference == pytest.approx(5 / 300)
    assert found.verdict == "no_difference"


def test_twelve_rows_that_only_one_model_gets_right_do() -> None:
    assert compare("accuracy", [0.0] * 12 + [1.0] * 288, [1.0] * 300).verdict == "better"
    assert compare("accuracy", [1.0] * 300, [0.0] * 12 + [1.0] * 288).verdict == "worse"


def test_copies_of_a_few_rows_are_not_counted_as_many() -> None:
    first, second = [0.0, 1.0, 0.5, 0.2], [0.3, 0.9, 0.9, 0.4]
    digests = spread_digests(4)

    few = compare_metric("log_loss", digests, first, second)
    copied = compare_metric("log_loss", digests * 100, first * 100, second * 100)

    assert few is not None
    assert copied is not None
    assert copied.interval.low == pytest.approx(few.interval.low)
    assert copied.interval.high == pytest.approx(few.interval.high)


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param([math.nan, 1.0, 1.0], id="no probabilities"),
        pytest.param([math.inf, 1.0, 1.0], id="an error that overflows"),
        pytest.param([1.5e308, 1.5e308, 1.0], id="a sum that overflows"),
        pytest.param([1.5e308, 1.0, 1.0], id="a sum that overflows if a row is drawn twice"),
    ],
)
def test_what_cannot_be_computed_is_left_out(losses: list[float]) -> None:
    assert compare_metric("mae", [1, 2, 3], losses, [1.0, 1.0, 1.0]) is None
