"""Every estimator with a plan predicts the same from it as with scikit-learn, for any rows."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from mini_ml import catalogue
from mini_ml.errors import TrainingFailed
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.estimators.fitting import run_estimator
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.plan.agreement import agree
from mini_ml.ml.plan.compilers import COMPILERS, compile_estimator
from mini_ml.ml.plan.trees import pack_sklearn_trees
from tests.unit.ml_plan.models import fit_model, problems, reload_plan

WHOLE = np.array([-np.inf, np.inf])


def test_every_estimator_with_a_plan_can_be_trained() -> None:
    assert set(COMPILERS) <= set(catalogue.model_types()["model_types"])


@pytest.mark.parametrize("model_type", sorted(COMPILERS))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(problem=problems(), classes=st.sampled_from([2, 3]))
def test_a_plan_predicts_the_same_as_the_pipeline(
    model_type: str, problem: tuple[Reader, Frame, Frame], classes: int
) -> None:
    read, rows, strange = problem
    try:
        model, _ = run_estimator(lambda: fit_model(model_type, classes, read, rows), model_type=model_type)
    except TrainingFailed:
        reject()  # too few rows for this one

    plan = reload_plan(model)

    assert agree(plan, strange, model.predict_all(strange))


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(-1e30, 1e30), min_size=4, max_size=30, unique_by=lambda value: np.float32(value).item()),
    asked=st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=30),
)
def test_a_tree_compares_with_its_thresholds_in_32_bits_as_scikit_learn_does(
    values: list[float], asked: list[float]
) -> None:
    column = np.array(values)[:, np.newaxis]
    tree = DecisionTreeRegressor(random_state=0).fit(column, np.arange(len(values)))
    edges = _neighbours_of(tree.tree_.threshold[tree.tree_.children_left >= 0])
    rows = np.concatenate([column.ravel(), edges, asked])[:, np.newaxis]

    walked = pack_sklearn_trees([tree.tree_]).accumulate(rows, np.zeros(1))[:, 0]

    assert walked.tolist() == tree.predict(rows).tolist()


def test_the_probabilities_of_a_forest_are_identical() -> None:
    random = np.random.default_rng(0)
    matrix, codes = random.normal(size=(300, 6)), random.integers(0, 4, 300)
    forest = RandomForestClassifier(random_state=0).fit(matrix[:200], codes[:200])
    form = compile_estimator(forest)

    assert form is not None
    assert np.array_equal(form.predict_proba(matrix), forest.predict_proba(matrix))
    assert np.array_equal(form.predict(matrix), forest.predict(matrix))


def test_the_numbers_of_a_forest_are_identical() -> None:
    random = np.random.default_rng(0)
    matrix, numbers = random.normal(size=(300, 6)), random.normal(size=300)
    forest = RandomForestRegressor(random_state=0).fit(matrix[:200], numbers[:200])
    form = compile_estimator(forest)

    assert form is not None
    assert np.array_equal(form.predict(matrix), forest.predict(matrix))


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "gamma", "poisson"])
def test_the_numbers_of_boosting_are_the_same_for_every_loss(loss: str) -> None:
    random = np.random.default_rng(0)
    matrix, numbers = random.normal(size=(300, 6)), np.exp(random.normal(size=300))
    boosting = HistGradientBoostingRegressor(loss=loss, max_iter=20, random_state=0).fit(matrix[:200], numbers[:200])
    form = compile_estimator(boosting)

    assert form is not None
    assert form.predict(matrix) == pytest.approx(boosting.predict(matrix), rel=1e-12)


def _neighbours_of(thresholds: Matrix) -> Matrix:
    """Return thresholds and their neighbours, in 64 bits and in 32."""
    near = thresholds.astype(np.float32)
    neighbours = [np.nextafter(numbers, numbers.dtype.type(end)) for numbers in (thresholds, near) for end in WHOLE]
    return np.concatenate([thresholds, near, *neighbours]).astype(np.float64)
