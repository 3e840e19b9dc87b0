"""The losses of an answer: log loss for classes, squared errors by the variance for numbers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, r2_score

from bench.quality.answers import (
    LEAST_PROBABILITY,
    GivenAnswer,
    Numbers,
    baseline_losses,
    losses_of,
    read_answer,
    read_truth,
    write_failure,
)


def answer(predictions: object, *classes: str, error: str = "") -> GivenAnswer:
    return GivenAnswer(
        predictions=np.asarray(predictions, dtype=np.float64),
        classes=classes,
        fit_seconds=1.0,
        row_seconds=0.1,
        model_bytes=10,
        note="",
        error=error,
    )


def log_losses(predictions: object, classes: str, truth: str) -> Numbers:
    return losses_of(answer(predictions, *classes), list(truth), is_classification=True).rows


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0.01, 0.99)), min_size=2, max_size=20))
def test_the_mean_is_the_log_loss(rows: list[tuple[str, float]]) -> None:
    truth = "".join(label for label, _ in rows)
    probabilities = [[1 - second, second] for _, second in rows]

    found = log_losses(probabilities, "ab", truth)

    assert found.mean() == pytest.approx(log_loss(list(truth), probabilities, labels=["a", "b"]))


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2, max_size=20))
def test_the_mean_is_one_less_r2(rows: list[tuple[float, float]]) -> None:
    truth = [round(number, 3) + place for place, (number, _) in enumerate(rows)]
    predicted = [number for _, number in rows]
    if np.var(truth) < 1e-3:
        return

    found = losses_of(answer(predicted), [str(number) for number in truth], is_classification=False)

    assert found.mean == pytest.approx(1 - r2_score(truth, predicted))


def test_the_order_of_the_classes_does_not_matter() -> None:
    assert log_losses([[0.3, 0.7]], "ab", "a") == log_losses([[0.7, 0.3]], "ba", "a")


def test_a_probability_of_zero_is_raised() -> None:
    assert log_losses([[1.0, 0.0]], "ab", "b") == pytest.approx([-np.log(LEAST_PROBABILITY)])


def test_a_class_that_the_model_does_not_know_has_the_least_probability() -> None:
    assert log_losses([[0.4, 0.6]], "ab", "c") == pytest.approx([-np.log(LEAST_PROBABILITY)])


def test_the_probabilities_of_a_row_are_divided_by_their_sum() -> None:
    assert log_losses([[1.0, 3.0]], "ab", "b") == pytest.approx([-np.log(0.75)])


def test_accuracy_is_the_share_of_the_right_labels() -> None:
    found = losses_of(answer([[0.9, 0.1], [0.6, 0.4]], "a", "b"), ["a", "b"], is_classification=True)

    assert found.accuracy == 0.5


def test_the_baseline_of_numbers_has_a_loss_of_one() -> None:
    assert baseline_losses(["1", "2", "6"], is_classification=False).mean == pytest.approx(1)


def test_the_baseline_of_classes_knows_their_shares() -> None:
    found = baseline_losses(["a", "a", "a", "b"], is_classification=True)

    assert found.rows == pytest.approx([-np.log(0.75)] * 3 + [-np.log(0.25)])
    assert found.accuracy == 0.75


@pytest.mark.parametrize("is_classification", [True, False])
def test_a_failed_competitor_is_the_baseline(is_classification: bool) -> None:
    truth = ["1", "2", "2"]

    found = losses_of(answer([], error="it failed"), truth, is_classification=is_classification)

    assert found.rows == pytest.approx(baseline_losses(truth, is_classification=is_classification).rows)


def test_a_failure_is_read_with_its_reason(tmp_path: Path) -> None:
    write_failure(tmp_path / "peer.npz", "no memory")

    assert read_answer(tmp_path / "peer.npz").error == "no memory"


def test_the_truth_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text('class\n01\n"a, b"\n')

    assert read_truth(tmp_path / "truth.csv") == ["01", "a, b"]
