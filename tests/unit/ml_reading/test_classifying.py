"""Labels and probabilities are computed in one pass, with the same results as in two."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.naive_bayes import GaussianNB

from mini_ml.ml.model.classifying import labels_and_probabilities

KINDS = {
    "forest": RandomForestClassifier(n_estimators=4),  # an even number of trees, so that some rows are ties
    "extra trees": ExtraTreesClassifier(n_estimators=4),
    "boosting": GradientBoostingClassifier(n_estimators=3),
    "histograms": HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=1),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), classes=st.sampled_from([1, 2, 3, 5]))
def test_one_pass_gives_the_labels_and_probabilities_of_two(kind: str, seed: int, classes: int) -> None:
    random = np.random.default_rng(seed)
    matrix, codes = random.integers(0, 4, (60, 3)).astype(np.float64), random.integers(0, 5, 60) % classes + 2
    classes = max(classes, 2) if "boosting" in kind or "histograms" in kind else classes
    codes[:classes] = np.arange(classes) + 2
    estimator = KINDS[kind].set_params(random_state=seed).fit(matrix, codes)

    labels, probabilities = labels_and_probabilities(estimator, matrix)

    assert labels.tolist() == estimator.predict(matrix).tolist()
    assert np.array_equal(probabilities, estimator.predict_proba(matrix))


def test_a_tie_is_broken_as_in_the_estimator() -> None:
    matrix, codes = np.zeros((10, 1)), np.arange(10) % 2
    boosting = GradientBoostingClassifier(init="zero", n_estimators=1).fit(matrix, codes)

    labels, probabilities = labels_and_probabilities(boosting, matrix)

    assert probabilities.tolist() == [[0.5, 0.5]] * 10
    assert labels.tolist() == boosting.predict(matrix).tolist() == [1] * 10  # the first of the highest would be 0


def test_a_forest_evaluates_its_trees_once_without_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.arange(40.0)[:, np.newaxis]
    forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(matrix, np.arange(40) // 20)
    expected = forest.predict(matrix).tolist()
    monkeypatch.setattr(forest, "predict", lambda rows: pytest.fail("it walked its trees again"))

    assert labels_and_probabilities(forest, matrix)[0].tolist() == expected


def test_estimators_whose_labels_do_not_follow_from_probabilities_predict_both() -> None:
    class Contrary(GaussianNB):  # type: ignore[misc]  # scikit-learn is untyped
        def predict(self, X: np.ndarray) -> np.ndarray:
            return np.full(len(X), 7)

    matrix = np.arange(10.0)[:, np.newaxis]
    estimator = Contrary().fit(matrix, np.arange(10) % 2)

    assert set(labels_and_probabilities(estimator, matrix)[0].tolist()) == {7}
