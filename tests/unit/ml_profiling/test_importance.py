"""The importance of a column is how much worse the model gets when its cells are shuffled, as in scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.metrics import log_loss

from mini_ml.contracts import Importance, Interval
from tests.unit.ml_profiling.models import Example, train_example, write_measurements, write_table


def by_name(example: Example) -> dict[str, Importance]:
    return {one.name: one for one in example.profile.importance}


def mean_of_scikit_learn(example: Example, scoring: str) -> dict[str, float]:
    """Return the mean decrease of a score over many shuffles of each column."""
    found = permutation_importance(
        example.estimator, example.matrix, example.target, scoring=scoring, n_repeats=50, random_state=1
    )
    return dict(zip(example.model.reader.names, found.importances_mean.tolist(), strict=True))


@pytest.mark.parametrize("labels", [2, 5])
def test_the_importance_of_a_classifier_is_the_mean_of_scikit_learn(tmp_path: Path, labels: int) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=600, labels=labels), "LogisticRegression")

    expected = mean_of_scikit_learn(example, "neg_log_loss")

    assert {name: one.increase for name, one in by_name(example).items()} == pytest.approx(expected, rel=0.1, abs=0.04)


def test_the_importance_of_a_regressor_is_the_mean_of_scikit_learn_in_variances(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=600, labels=0), "Ridge")

    found = mean_of_scikit_learn(example, "neg_mean_squared_error")

    expected = {name: mean / example.target.var() for name, mean in found.items()}
    assert {name: one.increase for name, one in by_name(example).items()} == pytest.approx(expected, rel=0.1, abs=0.04)


def test_without_probabilities_the_importance_is_the_mean_of_wrong_labels(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=600, labels=2), "LinearSVC")

    expected = mean_of_scikit_learn(example, "accuracy")

    assert {name: one.increase for name, one in by_name(example).items()} == pytest.approx(expected, rel=0.15, abs=0.04)


def test_the_increase_is_exactly_that_of_the_bare_estimator_on_the_shuffled_matrix(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=600, labels=4), "RandomForestClassifier")
    random, matrix, target = np.random.default_rng(0), example.matrix, example.target
    orders = [random.permutation(len(target)) for _ in range(5)]
    before = log_loss(target, example.estimator.predict_proba(matrix), labels=range(4))

    for place, name in enumerate(example.model.reader.names):
        shuffled = [matrix.copy() for _ in orders]
        for copy, order in zip(shuffled, orders, strict=True):
            copy[:, place] = matrix[order, place]
        losses = [log_loss(target, example.estimator.predict_proba(copy), labels=range(4)) for copy in shuffled]
        assert by_name(example)[name].increase == pytest.approx(np.mean(losses) - before)


def test_the_most_important_column_is_first_and_its_interval_excludes_that_of_noise(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=600, labels=4), "LogisticRegression")

    first, *_, last = example.profile.importance

    assert (first.name, last.name) == ("width", "noise")
    assert first.interval is not None
    assert last.interval is not None
    assert first.interval.low > last.interval.high
    assert all(
        one.interval and one.interval.low <= one.increase <= one.interval.high for one in example.profile.importance
    )


def test_a_column_that_the_model_ignores_has_no_importance(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    used = random.normal(0, 1, 200)
    table = {"used": used, "ignored": random.normal(0, 1, 200), "target": np.where(used > 0, "yes", "no")}
    path = write_table(tmp_path / "t.csv", table)

    example = train_example(path, "DecisionTreeClassifier", model_params={"max_depth": 1})

    ignored = by_name(example)["ignored"]
    assert (ignored.increase, ignored.interval) == (0.0, Interval(low=0.0, high=0.0))


def test_the_gaps_and_missing_words_of_a_column_are_shuffled_with_it(tmp_path: Path) -> None:
    """A model that looks only at the indicator of a missing word gets worse when the column is shuffled."""
    random = np.random.default_rng(0)
    words = np.where(np.arange(400) % 2, "unknown", np.round(random.normal(0, 1, 400), 3).astype(str))
    target = np.where(np.arange(400) % 2, "b", "a")
    path = write_table(tmp_path / "t.csv", {"size": words, "noise": random.normal(0, 1, 400), "target": target})

    example = train_example(path, "LogisticRegression")

    assert by_name(example)["size"].increase > 0.5
    assert abs(by_name(example)["noise"].increase) < 0.05


def test_a_group_counts_as_one_in_the_intervals(tmp_path: Path) -> None:
    """With groups of equal rows there is less evidence than the number of rows suggests."""
    random = np.random.default_rng(0)
    width = np.repeat(random.normal(0, 1, 100), 10)
    labels = np.where(width + np.repeat(random.normal(0, 1, 100), 10) > 0, "yes", "no")
    table: dict[str, Any] = {"width": width + random.normal(0, 0.01, 1_000), "group": np.repeat(np.arange(100), 10)}
    path = write_table(tmp_path / "t.csv", {**table, "target": labels})

    grouped = train_example(path, "LogisticRegression", group_column="group")
    single = train_example(path, "LogisticRegression", columns_to_drop=("group",))

    widths = [by_name(one)["width"].interval for one in (grouped, single)]
    assert widths[0] is not None
    assert widths[1] is not None
    assert widths[0].high - widths[0].low > 1.5 * (widths[1].high - widths[1].low)


def test_very_few_rows_have_no_interval(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=40, labels=2), "LogisticRegression")

    assert len(example.target) < 10
    assert {one.interval for one in example.profile.importance} == {None}
