"""Metrics stand beside those of a model that does not look at the features."""

from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor

from mini_ml.contracts import ClassificationMetrics, RegressionMetrics
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.baseline import measure_class_baseline, measure_mean_baseline, warn_of_baseline
from tests.unit.ml_training.tables import train_on, write

TRAINING = np.array([0, 0, 0, 1, 1, 2])
TRUTH = np.array([0, 0, 1, 2])


def classifier(**changes: float | dict[str, float | None] | None) -> ClassificationMetrics:
    """Return the metrics of a model that is better than the baseline, with changes."""
    found = evaluation.measure_classification(TRUTH, TRUTH, np.eye(3)[TRUTH], labels=("a", "b", "c"))
    baseline = measure_class_baseline(TRUTH, TRAINING, labels=("a", "b", "c"))
    return found.model_copy(update={"baseline": baseline, **changes})


def test_the_baseline_of_a_classifier_answers_with_the_frequencies_of_the_training_rows() -> None:
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((6, 1)), TRAINING)
    predicted, probabilities = dummy.predict(np.zeros((4, 1))), dummy.predict_proba(np.zeros((4, 1)))

    found = measure_class_baseline(TRUTH, TRAINING, labels=("a", "b", "c"))

    assert found.keys() == set(evaluation.CLASSIFICATION_METRICS)
    assert found["accuracy"] == metrics.accuracy_score(TRUTH, predicted)
    assert found["f1_macro"] == pytest.approx(metrics.f1_score(TRUTH, predicted, average="macro"))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(TRUTH, probabilities))
    assert found["brier_score"] == pytest.approx(metrics.brier_score_loss(TRUTH, probabilities))
    assert found["roc_auc"] == 0.5
    assert found["average_precision"] == pytest.approx(1 / 3)


def test_the_baseline_of_a_regressor_answers_with_the_mean_of_the_training_rows() -> None:
    truth, training = np.array([1.0, 2.0, 6.0]), np.array([2.0, 4.0])
    predicted = DummyRegressor().fit(np.zeros((2, 1)), training).predict(np.zeros((3, 1)))

    found = measure_mean_baseline(truth, training)

    assert found == {
        "r2": pytest.approx(metrics.r2_score(truth, predicted)),
        "mae": pytest.approx(metrics.mean_absolute_error(truth, predicted)),
        "rmse": pytest.approx(metrics.root_mean_squared_error(truth, predicted)),
        "median_absolute_error": pytest.approx(metrics.median_absolute_error(truth, predicted)),
    }


def test_numbers_too_large_to_add_have_a_baseline_without_values() -> None:
    found = measure_mean_baseline(np.array([1e308, -1e308]), np.array([1.7e308, 1.7e308]))

    assert found == dict.fromkeys(evaluation.REGRESSION_METRICS)


def test_without_holdout_rows_there_is_no_baseline() -> None:
    assert measure_class_baseline(TRUTH[:0], TRAINING, labels=("a", "b", "c")) == {}
    assert measure_mean_baseline(np.empty(0), np.ones(2)) == {}


def test_a_model_that_is_better_than_the_baseline_has_no_warning() -> None:
    assert warn_of_baseline(classifier()) is None


@pytest.mark.parametrize("log_loss", [1.2, 1.3])
def test_a_classifier_whose_log_loss_is_not_better_has_a_warning(log_loss: float) -> None:
    found = warn_of_baseline(classifier(log_loss=log_loss, baseline={"log_loss": 1.2, "accuracy": 0.5}))

    assert found is not None
    assert found.code == "not_better_than_baseline"
    assert found.params["metric"] == "log_loss"
    assert f"its log loss on the hold-out rows is {log_loss}, that of this answer 1.2." in found.message


def test_a_classifier_without_probabilities_is_compared_by_its_accuracy() -> None:
    found = warn_of_baseline(classifier(log_loss=None, accuracy=0.5))
    better = warn_of_baseline(classifier(log_loss=None, accuracy=0.6))

    assert found is not None
    assert found.message.startswith("The model is not better than answering with the most frequent label each time")
    assert better is None


def test_a_regressor_is_compared_by_its_rmse() -> None:
    good = RegressionMetrics(r2=0.5, mae=1.0, rmse=1.5, holdout_rows=3, baseline={"rmse": 2.0})

    found = warn_of_baseline(good.model_copy(update={"rmse": 2.0}))

    assert found is not None
    assert "its RMSE on the hold-out rows is 2, that of this answer 2." in found.message
    assert warn_of_baseline(good) is None


def test_metrics_without_a_value_or_of_earlier_releases_have_no_warning() -> None:
    unknown = RegressionMetrics(r2=None, mae=None, rmse=None, holdout_rows=0)

    assert warn_of_baseline(unknown) is None
    assert warn_of_baseline(unknown.model_copy(update={"rmse": 2.0})) is None


def test_training_on_noise_warns_and_training_on_a_rule_does_not(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    rows = [(row % 7, random.integers(2), row % 7 > 3) for row in range(200)]
    noise = write(tmp_path / "noise.csv", "size,answer", *(f"{size},{answer}" for size, answer, _ in rows))
    rule = write(tmp_path / "rule.csv", "size,answer", *(f"{size},{answer}" for size, _, answer in rows))

    of_noise, of_rule = (train_on(table, "DecisionTreeClassifier") for table in (noise, rule))

    assert [warning.code for warning in of_noise.warnings] == ["not_better_than_baseline"]
    assert of_noise.metrics.baseline["accuracy"] == pytest.approx(0.5, abs=0.1)
    assert of_rule.warnings == ()
    assert of_rule.metrics.intervals["accuracy"].high == 1.0
