"""An ensemble whose trees are walked answers as the ensemble itself."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.walk import MOST_ROWS
from tests.unit.ml_reading.models import classifier, regressor

ROWS = "".join(f"{place % 7}.5,{'abc'[place % 3]},{(place * 13) % 5}\n" for place in range(90))
CSV = "number,letter,y\n" + ROWS


def forest(model: FittedModel, estimator: object, target: str) -> tuple[FittedModel, Frame]:
    frame = model.reader.parse_rows(
        {"number": [place % 9 - 1.25 for place in range(40)], "letter": ["abcd"[place % 4] for place in range(40)]}, 40
    )
    rng = np.random.default_rng(0)
    matrix = model.encoder.transform(frame)
    goal = {
        "class": rng.integers(0, 5, 40),
        "two": np.arange(40) % 2 * 4,
        "number": rng.normal(size=40),
        "positive": rng.uniform(1, 2, 40),
        "letters": matrix[:, 1] + 0.1 * matrix[:, 2],
    }[target]
    fitted = estimator.fit(matrix, goal)  # type: ignore[attr-defined]  # any of scikit-learn's
    return replace(model, estimator=fitted), frame


@pytest.mark.parametrize("kind", [RandomForestClassifier, ExtraTreesClassifier, HistGradientBoostingClassifier])
def test_walked_classes_and_probabilities_are_the_same_to_the_bit(kind: type) -> None:
    model, frame = forest(classifier(CSV), kind(random_state=0), "class")

    walking = model.rehearsed(frame)

    assert walking.walker
    assert walking.predict(frame).values == model.predict(frame).values
    usual, walked = (one.predict(frame, probabilities=True).probabilities for one in (model, walking))
    assert np.array_equal(usual, walked)  # type: ignore[arg-type]  # both are there


@pytest.mark.parametrize("kind", [RandomForestRegressor, ExtraTreesRegressor, HistGradientBoostingRegressor])
def test_walked_numbers_are_the_same_to_the_bit(kind: type) -> None:
    model, frame = forest(regressor(CSV), kind(random_state=0), "number")

    walking = model.rehearsed(frame)

    assert walking.walker
    assert walking.predict(frame).values == model.predict(frame).values


def test_other_estimators_are_left_as_they_are() -> None:
    model = classifier(CSV)

    assert model.rehearsed(model.reader.parse_rows({"number": [1], "letter": ["a"]}, 1)) is model


def test_a_forest_without_rows_to_compare_is_left_as_it_is() -> None:
    model, frame = forest(classifier(CSV), RandomForestClassifier(random_state=0), "class")

    assert model.rehearsed(frame.take(np.empty(0, dtype=np.intp))) is model


def test_few_rows_and_many_rows_get_the_same_predictions() -> None:
    model, frame = forest(classifier(CSV), RandomForestClassifier(random_state=0), "class")
    walking = model.rehearsed(frame)
    many = frame.take(np.arange(MOST_ROWS * 2) % 40)

    one_by_one = [walking.predict(many.take(np.array([place]))).values[0] for place in range(many.rows)]

    assert one_by_one == walking.predict(many).values


def test_a_boosting_of_two_classes_is_walked_too() -> None:
    model, frame = forest(classifier(CSV), HistGradientBoostingClassifier(random_state=0), "two")

    walking = model.rehearsed(frame)

    assert walking.walker
    assert walking.predict(frame, probabilities=True).values == model.predict(frame).values


def test_a_boosting_with_another_link_is_walked_too() -> None:
    model, frame = forest(regressor(CSV), HistGradientBoostingRegressor(loss="gamma", random_state=0), "positive")

    walking = model.rehearsed(frame)

    assert walking.walker
    assert walking.predict(frame).values == model.predict(frame).values


def test_a_boosting_that_splits_by_category_is_left_as_it_is() -> None:
    boosting = HistGradientBoostingRegressor(categorical_features=[1], min_samples_leaf=1, random_state=0)
    model, frame = forest(regressor(CSV), boosting, "letters")

    assert model.rehearsed(frame) is model
