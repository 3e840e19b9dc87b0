"""Metrics equal those of scikit-learn; a metric that cannot be computed is null and has a note."""

import numpy as np
import pytest
from sklearn import metrics

from mini_ml.ml.training import evaluation

RANDOM = np.random.default_rng(1)
TRUTH = RANDOM.integers(0, 3, 200)
PREDICTED = np.where(RANDOM.random(200) < 0.7, TRUTH, RANDOM.integers(0, 3, 200))
PROBABILITIES = RANDOM.dirichlet(np.ones(3), 200).round(1)
PROBABILITIES = (PROBABILITIES + 0.01) / (PROBABILITIES + 0.01).sum(axis=1, keepdims=True)
NONE = np.empty(0, dtype=np.int64)


def test_classification_metrics_equal_those_of_scikit_learn() -> None:
    found = evaluation.measure_classification(TRUTH, PREDICTED, PROBABILITIES, labels=("a", "b", "c"))

    assert found.accuracy == pytest.approx(metrics.accuracy_score(TRUTH, PREDICTED))
    assert found.balanced_accuracy == pytest.approx(metrics.balanced_accuracy_score(TRUTH, PREDICTED))
    assert found.f1_macro == pytest.approx(metrics.f1_score(TRUTH, PREDICTED, average="macro"))
    assert found.log_loss == pytest.approx(metrics.log_loss(TRUTH, PROBABILITIES))
    assert found.roc_auc == pytest.approx(metrics.roc_auc_score(TRUTH, PROBABILITIES, multi_class="ovr"))
    assert found.average_precision == pytest.approx(
        np.mean([metrics.average_precision_score(code == TRUTH, PROBABILITIES[:, code]) for code in range(3)])
    )
    assert found.brier_score == pytest.approx(metrics.brier_score_loss(TRUTH, PROBABILITIES))
    assert found.confusion_matrix == tuple(map(tuple, metrics.confusion_matrix(TRUTH, PREDICTED).tolist()))
    assert found.notes == {}


def test_a_perfect_model_has_a_log_loss_of_zero_without_a_sign() -> None:
    found = evaluation.measure_classification(TRUTH, TRUTH, np.eye(3)[TRUTH], labels=("a", "b", "c"))

    assert str(found.log_loss) == "0.0"


def test_metrics_of_two_classes_equal_those_of_scikit_learn_with_ties() -> None:
    truth, second = (TRUTH > 0).astype(np.int64), PROBABILITIES[:, 0].round(1)

    found = evaluation.measure_classification(truth, truth, np.column_stack([1 - second, second]), labels=("no", "yes"))

    assert found.roc_auc == pytest.approx(metrics.roc_auc_score(truth, second))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(truth, second))
    assert found.brier_score == pytest.approx(metrics.brier_score_loss(truth, second))


def test_regression_metrics_equal_those_of_scikit_learn() -> None:
    truth = RANDOM.normal(size=50)
    predicted = truth + RANDOM.normal(size=50)

    found = evaluation.measure_regression(truth, predicted)

    assert found.r2 == pytest.approx(metrics.r2_score(truth, predicted))
    assert found.mae == pytest.approx(metrics.mean_absolute_error(truth, predicted))
    assert found.rmse == pytest.approx(metrics.root_mean_squared_error(truth, predicted))
    assert found.median_absolute_error == pytest.approx(metrics.median_absolute_error(truth, predicted))


def test_without_probabilities_their_metrics_are_null_with_a_note() -> None:
    found = evaluation.measure_classification(TRUTH, PREDICTED, None, labels=("a", "b", "c"))

    assert found.model_dump(include=set(evaluation.PROBABILITY_METRICS)) == dict.fromkeys(
        evaluation.PROBABILITY_METRICS
    )
    assert found.notes.keys() == set(evaluation.PROBABILITY_METRICS)
    assert found.accuracy is not None


def test_a_class_without_holdout_rows_removes_only_the_areas() -> None:
    probabilities = np.column_stack([PROBABILITIES, np.zeros(200)])

    found = evaluation.measure_classification(TRUTH, PREDICTED, probabilities, labels=("a", "b", "c", "rare"))

    assert (found.roc_auc, found.average_precision) == (None, None)
    assert "lack 1 of 4 classes" in found.notes["roc_auc"]
    assert found.notes["average_precision"] == found.notes["roc_auc"]
    assert found.brier_score == pytest.approx(metrics.brier_score_loss(TRUTH, PROBABILITIES))
    assert found.log_loss == pytest.approx(metrics.log_loss(TRUTH, PROBABILITIES))
    assert found.f1_macro == pytest.approx(metrics.f1_score(TRUTH, PREDICTED, average="macro"))


def test_without_holdout_rows_all_metrics_are_null_with_a_note() -> None:
    labels = evaluation.measure_classification(NONE, NONE, None, labels=("a", "b"))
    numbers = evaluation.measure_regression(np.empty(0), np.empty(0))

    assert labels.model_dump(include={"accuracy", "roc_auc", "log_loss"}) == dict.fromkeys(
        ("accuracy", "log_loss", "roc_auc")
    )
    assert numbers.model_dump(include=set(evaluation.REGRESSION_METRICS)) == dict.fromkeys(
        evaluation.REGRESSION_METRICS
    )
    assert labels.notes.keys() == set(evaluation.CLASSIFICATION_METRICS)
    assert numbers.notes.keys() == set(evaluation.REGRESSION_METRICS)


def test_a_constant_target_has_no_r2() -> None:
    found = evaluation.measure_regression(np.ones(4), np.array([1.0, 1.0, 2.0, 1.0]))

    assert (found.r2, found.mae) == (None, 0.25)
    assert "same target" in found.notes["r2"]


def test_metrics_of_numbers_too_large_to_square_are_null_instead_of_infinite() -> None:
    found = evaluation.measure_regression(np.array([1e300, -1e300]), np.array([-1e300, 1e300]))

    assert (found.r2, found.rmse) == (None, None)
    assert found.mae == 2e300


@pytest.mark.parametrize("share", [np.nan, np.inf])
def test_probabilities_that_are_not_finite_leave_only_the_metrics_of_labels(share: float) -> None:
    probabilities = PROBABILITIES.copy()
    probabilities[3, 1] = share

    found = evaluation.measure_classification(TRUTH, PREDICTED, probabilities, labels=("a", "b", "c"))

    assert found.model_dump(include=set(evaluation.PROBABILITY_METRICS)) == dict.fromkeys(
        evaluation.PROBABILITY_METRICS
    )
    assert found.notes.keys() == set(evaluation.PROBABILITY_METRICS)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(TRUTH, PREDICTED))


def test_metrics_of_four_rows_are_as_computed_by_hand() -> None:
    truth, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    second = np.array([0.2, 0.6, 0.4, 0.9])

    found = evaluation.measure_classification(
        truth, predicted, np.column_stack([1 - second, second]), labels=("no", "yes")
    )

    assert (found.accuracy, found.balanced_accuracy, found.roc_auc) == (0.75, 0.75, 0.75)
    assert found.f1_macro == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found.log_loss == pytest.approx(-np.log([0.8, 0.4, 0.4, 0.9]).mean())
    assert found.confusion_matrix == ((1, 1), (0, 2))


def test_a_class_that_is_only_predicted_counts_in_f1_without_a_warning() -> None:
    found = evaluation.measure_classification(np.array([0, 0]), np.array([0, 1]), None, labels=("a", "b", "c"))

    assert (found.accuracy, found.balanced_accuracy) == (0.5, 0.5)
    assert found.f1_macro == pytest.approx((2 / 3 + 0) / 2)


def test_probabilities_that_do_not_sum_to_one_are_still_measured() -> None:
    found = evaluation.measure_classification(
        TRUTH, PREDICTED, np.minimum(PROBABILITIES * 1.1, 1 + 1e-12), labels=("a", "b", "c")
    )

    assert found.log_loss is not None
    assert found.roc_auc == pytest.approx(metrics.roc_auc_score(TRUTH, PROBABILITIES, multi_class="ovr"), abs=0.01)


def test_infinite_predictions_make_all_metrics_null() -> None:
    found = evaluation.measure_regression(np.array([1.0, 2.0]), np.array([1.0, np.inf]))

    assert found.model_dump(include=set(evaluation.REGRESSION_METRICS)) == dict.fromkeys(evaluation.REGRESSION_METRICS)
    assert found.notes.keys() == set(evaluation.REGRESSION_METRICS)


@pytest.mark.parametrize("classes", [2, 250])
def test_metrics_of_many_rows_and_classes_equal_those_of_scikit_learn(classes: int) -> None:
    random = np.random.default_rng(4)
    truth = np.arange(3_000) % classes
    probabilities = random.dirichlet(np.ones(classes), 3_000)

    found = evaluation.measure_classification(truth, truth, probabilities, labels=range(classes))

    areas = [metrics.roc_auc_score(truth == code, probabilities[:, code]) for code in range(classes)]
    precisions = [metrics.average_precision_score(truth == code, probabilities[:, code]) for code in range(classes)]
    assert found.roc_auc == pytest.approx(np.mean(areas))
    assert found.average_precision == pytest.approx(np.mean(precisions[1:] if classes == 2 else precisions))
    assert found.brier_score == pytest.approx(metrics.brier_score_loss(truth, probabilities, labels=range(classes)))


def test_two_rows_of_two_classes_have_all_metrics() -> None:
    found = evaluation.measure_classification(
        np.array([0, 1]), np.array([0, 0]), np.array([[0.9, 0.1], [0.6, 0.4]]), labels=("no", "yes")
    )

    assert (found.accuracy, found.roc_auc, found.average_precision) == (0.5, 1.0, 1.0)
    assert found.brier_score == pytest.approx((0.01 + 0.36) / 2)
    assert found.notes == {}


def test_a_single_class_in_the_holdout_rows_leaves_no_areas() -> None:
    found = evaluation.measure_classification(
        np.array([1, 1]), np.array([1, 1]), np.array([[0.5, 0.5], [0.0, 1.0]]), labels=("no", "yes")
    )

    assert (found.accuracy, found.roc_auc, found.average_precision) == (1.0, None, None)
    assert found.brier_score == pytest.approx(0.125)
    assert found.notes["average_precision"] == "the hold-out rows lack 1 of 2 classes"


def test_a_probability_of_zero_for_the_truth_has_the_log_loss_of_scikit_learn() -> None:
    truth, probabilities = np.array([0, 1]), np.array([[0.0, 1.0], [0.5, 0.5]])

    found = evaluation.measure_classification(truth, truth, probabilities, labels=("no", "yes"))

    assert found.log_loss == pytest.approx(metrics.log_loss(truth, probabilities))
