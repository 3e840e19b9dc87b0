"""The intervals of metrics contain the true value about as often as they say."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mini_ml.contracts import Interval
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.intervals import classification_intervals, regression_intervals
from mini_ml.ml.training.weighted_metrics import LabelMetrics, NumberMetrics, RankingMetrics

REPETITIONS = 200
Draw = Callable[[np.random.Generator, int], tuple[Codes, Matrix]]


def scores_of(truth: Codes, predicted: Codes, probabilities: Matrix | None) -> dict[str, float | None]:
    classes = int(truth.max()) + 1 if probabilities is None else probabilities.shape[1]
    found = evaluation.measure_classification(truth, predicted, probabilities, labels=range(classes))
    return found.model_dump(include=set(evaluation.CLASSIFICATION_METRICS))


def intervals_of(
    truth: Codes, predicted: Codes, probabilities: Matrix | None = None, *, groups: Codes | None = None
) -> dict[str, Interval]:
    scores = scores_of(truth, predicted, probabilities)
    return classification_intervals(truth, predicted, probabilities, scores=scores, groups=groups)


def number_scores_of(truth: Matrix, predicted: Matrix) -> dict[str, float | None]:
    return evaluation.measure_regression(truth, predicted).model_dump(include=set(evaluation.REGRESSION_METRICS))


def number_intervals_of(truth: Matrix, predicted: Matrix, *, groups: Codes | None = None) -> dict[str, Interval]:
    return regression_intervals(truth, predicted, scores=number_scores_of(truth, predicted), groups=groups)


def draw_two_classes(random: np.random.Generator, rows: int, *, share: float, distance: float) -> tuple[Codes, Matrix]:
    """Return labels of which a share is 1, and their true probabilities given a normally distributed feature."""
    truth = (random.random(rows) < share).astype(np.int64)
    feature = random.normal(size=rows) + distance * truth
    odds = share / (1 - share) * np.exp(distance * feature - distance**2 / 2)
    return truth, np.column_stack([1 / (1 + odds), odds / (1 + odds)])


def coverage(truth: Mapping[str, float | None], found: list[dict[str, Interval]]) -> dict[str, float]:
    """Return, by metric, how often the interval of a small sample contains the value of a large one."""
    return {
        name: float(np.mean([sample[name].low <= value <= sample[name].high for sample in found]))
        for name, value in truth.items()
        if value is not None
    }


@pytest.mark.parametrize(
    ("rows", "share", "distance"),
    [
        pytest.param(100, 0.5, 1.0, id="hard to tell"),
        pytest.param(40, 0.2, 1.5, id="few rows"),
        pytest.param(250, 0.1, 1.5, id="imbalanced"),
    ],
)
def test_intervals_of_a_classifier_cover_the_true_values(rows: int, share: float, distance: float) -> None:
    random = np.random.default_rng(3)
    large, probabilities = draw_two_classes(random, 200_000, share=share, distance=distance)
    truth = scores_of(large, probabilities.argmax(axis=1), probabilities)

    samples = [draw_two_classes(random, rows, share=share, distance=distance) for _ in range(REPETITIONS)]
    found = coverage(truth, [intervals_of(labels, given.argmax(axis=1), given) for labels, given in samples])

    assert found.keys() == set(evaluation.CLASSIFICATION_METRICS)
    assert all(0.90 <= covered <= 0.99 for covered in found.values()), found


def test_intervals_of_a_regressor_cover_the_true_values() -> None:
    random = np.random.default_rng(3)
    large = random.normal(size=(2, 200_000))
    truth = number_scores_of(large[0], large[0] + large[1] / 2)

    samples = random.normal(size=(REPETITIONS, 2, 60))
    found = coverage(truth, [number_intervals_of(sample[0], sample[0] + sample[1] / 2) for sample in samples])

    assert found.keys() == set(evaluation.REGRESSION_METRICS)
    assert all(0.90 <= covered <= 0.99 for covered in found.values()), found


def test_intervals_of_groups_cover_where_those_of_rows_are_too_narrow() -> None:
    random = np.random.default_rng(3)
    groups = np.repeat(np.arange(30), 10)
    samples = random.normal(size=(REPETITIONS, 30))[:, groups] + random.normal(size=(REPETITIONS, 300)) / 10
    zeros = np.zeros(300)
    truth = {"mae": float(np.sqrt(1.01 * 2 / np.pi))}

    of_groups = coverage(truth, [number_intervals_of(zeros, errors, groups=groups) for errors in samples])
    of_rows = coverage(truth, [number_intervals_of(zeros, errors) for errors in samples])

    assert of_groups["mae"] >= 0.90
    assert of_rows["mae"] < 0.70


def test_a_model_without_errors_has_intervals_with_a_width() -> None:
    truth = np.arange(30) % 3

    found = intervals_of(truth, truth, np.eye(3)[truth])

    assert {name for name, interval in found.items() if interval.low < interval.high} == {
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
        "roc_auc",
        "average_precision",
    }
    assert (found["accuracy"].high, found["log_loss"].high) == (1.0, 0.0)
    assert 0.88 < found["accuracy"].low < 0.93


def test_a_rare_class_has_a_wider_interval_than_the_accuracy() -> None:
    truth = (np.arange(500) < 10).astype(np.int64)
    predicted = truth * (np.arange(500) % 2)

    found = intervals_of(truth, predicted)

    assert found["accuracy"].high - found["accuracy"].low < 0.03
    assert found["balanced_accuracy"].high - found["balanced_accuracy"].low > 0.15


def test_intervals_contain_the_metric_itself() -> None:
    truth, probabilities = draw_two_classes(np.random.default_rng(1), 12, share=0.5, distance=3.0)
    predicted = probabilities.argmax(axis=1)
    scores = scores_of(truth, predicted, probabilities)

    found = intervals_of(truth, predicted, probabilities)

    assert found.keys() == scores.keys()
    assert all(found[name].low <= (score or 0.0) <= found[name].high for name, score in scores.items())


def test_the_same_rows_give_the_same_intervals() -> None:
    truth, probabilities = draw_two_classes(np.random.default_rng(1), 50, share=0.5, distance=1.0)

    first = intervals_of(truth, probabilities.argmax(axis=1), probabilities)

    assert intervals_of(truth, probabilities.argmax(axis=1), probabilities) == first


def test_more_than_ten_thousand_rows_have_no_intervals() -> None:
    truth = np.arange(10_001) % 2

    assert intervals_of(truth[:10_000], truth[:10_000]).keys() == {"accuracy", "balanced_accuracy", "f1_macro"}
    assert intervals_of(truth, truth) == {}
    assert number_intervals_of(truth.astype(float), truth.astype(float)) == {}


def test_fewer_than_ten_rows_or_groups_have_no_intervals() -> None:
    truth = np.arange(10) % 2

    assert intervals_of(truth, truth) != {}
    assert intervals_of(truth[:9], truth[:9]) == {}
    assert intervals_of(truth, truth, groups=np.array([*range(9), 0])) == {}
    assert number_intervals_of(truth[:2].astype(float), truth[:2].astype(float)) == {}


def test_a_metric_without_a_value_has_no_interval() -> None:
    truth = np.zeros(20, dtype=np.int64)
    probabilities = np.full((20, 2), 0.5)

    found = intervals_of(truth, truth, probabilities)
    constant = number_intervals_of(np.ones(20), np.arange(20.0))

    assert found.keys() == {"accuracy", "balanced_accuracy", "f1_macro", "log_loss", "brier_score"}
    assert constant.keys() == {"mae", "rmse", "median_absolute_error"}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_probabilities_and_predictions_that_are_not_finite_have_no_intervals(value: float) -> None:
    truth = np.arange(20) % 2
    probabilities, numbers = np.full((20, 2), 0.5), np.arange(20.0)
    probabilities[3, 1] = numbers[3] = value

    assert intervals_of(truth, truth, probabilities).keys() == {"accuracy", "balanced_accuracy", "f1_macro"}
    assert number_intervals_of(np.arange(20.0), numbers) == {}


def test_250_classes_have_intervals_although_each_has_few_rows() -> None:
    random = np.random.default_rng(2)
    truth = np.arange(1_000) % 250
    probabilities = random.random((1_000, 250)) + 2 * np.eye(250)[truth] * random.random((1_000, 1))
    probabilities /= probabilities.sum(axis=1, keepdims=True)

    found = intervals_of(truth, probabilities.argmax(axis=1), probabilities)

    assert found.keys() == set(evaluation.CLASSIFICATION_METRICS)
    assert all(interval.high - interval.low < 0.2 for interval in found.values())
    assert all(interval.high <= 1 for name, interval in found.items() if name not in ("log_loss", "brier_score"))


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(12, 40))
def test_weighted_metrics_equal_those_of_scikit_learn(seed: int, classes: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    truth = np.append(np.arange(classes), random.integers(0, classes, rows - classes))
    predicted = random.integers(0, classes, rows)
    probabilities = random.random((rows, classes)).round(1)  # rounded, so that some are equal
    weights = random.random((rows, 3)) + 0.1
    counted = np.unique(np.append(truth, predicted))

    labels = LabelMetrics(truth, predicted, classes=counted)(weights)
    areas = RankingMetrics(truth, probabilities)(weights)

    ranked = range(1, 2) if classes == 2 else range(classes)
    for column, weight in enumerate(weights.T):
        assert labels["accuracy"][column] == pytest.approx(
            metrics.accuracy_score(truth, predicted, sample_weight=weight)
        )
        assert labels["balanced_accuracy"][column] == pytest.approx(
            metrics.recall_score(truth, predicted, labels=np.unique(truth), average="macro", sample_weight=weight)
        )
        assert labels["f1_macro"][column] == pytest.approx(
            metrics.f1_score(truth, predicted, average="macro", sample_weight=weight)
        )
        assert areas["roc_auc"][column] == pytest.approx(
            np.mean([metrics.roc_auc_score(truth == c, probabilities[:, c], sample_weight=weight) for c in ranked])
        )
        assert areas["average_precision"][column] == pytest.approx(
            np.mean(
                [metrics.average_precision_score(truth == c, probabilities[:, c], sample_weight=weight) for c in ranked]
            )
        )


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_weighted_metrics_of_numbers_equal_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, predicted = random.normal(100, 1, (2, 25))
    weights = random.random((25, 1)) + 0.1

    found = NumberMetrics(truth, predicted)(weights)

    weight = weights[:, 0]
    assert found["r2"][0] == pytest.approx(metrics.r2_score(truth, predicted, sample_weight=weight))
    assert found["mae"][0] == pytest.approx(metrics.mean_absolute_error(truth, predicted, sample_weight=weight))
    assert found["rmse"][0] == pytest.approx(metrics.root_mean_squared_error(truth, predicted, sample_weight=weight))
    assert found["median_absolute_error"][0] == pytest.approx(
        metrics.median_absolute_error(truth, predicted, sample_weight=weight)
    )
