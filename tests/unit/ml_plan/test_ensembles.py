"""An ensemble averages its members' predictions, and its plan predicts the same."""

import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from mini_ml.errors import TrainingFailed
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.estimators.fitting import run_estimator
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan.agreement import agree
from tests.unit.ml_plan.models import dump_plan, fit_model, problems, reload_plan
from tests.unit.ml_reading.models import reader, table

CLASSIFIERS = ("LogisticRegression", "RandomForestClassifier", "HistGradientBoostingClassifier")
REGRESSORS = ("Ridge", "RandomForestRegressor", "HistGradientBoostingRegressor")
CSV = "number,letter,target\n" + "".join(f"{place}.5,{'abcd'[place % 4]},{place % 3}\n" for place in range(40))
SLOW = [HealthCheck.filter_too_much, HealthCheck.too_slow]


def fit_ensemble(types: tuple[str, ...], classes: int, read: Reader, rows: Frame) -> FittedModel:
    """Fit every type to the rows, and give the members the weights 1/6, 2/6 and 3/6."""
    models = [fit_model(model_type, classes, read, rows) for model_type in types]
    members = (replace(model.members[0], weight=(place + 1) / 6) for place, model in enumerate(models))
    return replace(models[0], members=tuple(members))


def probabilities_of(model: FittedModel, rows: Frame) -> Matrix:
    """Return the probabilities of a classifier."""
    found = model.predict_all(rows).probabilities
    assert found is not None
    return found


@pytest.fixture(scope="module")
def rows() -> Frame:
    return reader(CSV, "target").parse(table(CSV))


@pytest.fixture(scope="module")
def classifiers(rows: Frame) -> FittedModel:
    return fit_ensemble(CLASSIFIERS, 3, reader(CSV, "target"), rows)


@pytest.mark.parametrize("types", [CLASSIFIERS, REGRESSORS], ids=["labels", "numbers"])
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(problem=problems(), classes=st.sampled_from([2, 3]), temperature=st.sampled_from([1.0, 0.6, 1.7]))
def test_a_plan_predicts_the_same_as_the_ensemble(
    types: tuple[str, ...], problem: tuple[Reader, Frame, Frame], classes: int, temperature: float
) -> None:
    read, learned, strange = problem
    try:
        ensemble, _ = run_estimator(lambda: fit_ensemble(types, classes, read, learned), model_type="ensemble")
    except TrainingFailed:
        reject()  # too few rows for one of them
    ensemble = replace(ensemble, temperature=temperature)

    plan = reload_plan(ensemble)

    assert agree(plan, strange, ensemble.predict_all(strange))


def test_probabilities_are_the_weighted_mean_of_the_members(classifiers: FittedModel, rows: Frame) -> None:
    alone = [replace(classifiers, members=(replace(member, weight=1.0),)) for member in classifiers.members]

    weights = [member.weight for member in classifiers.members]
    expected = np.average([probabilities_of(one, rows) for one in alone], axis=0, weights=weights)

    np.testing.assert_allclose(probabilities_of(classifiers, rows), expected, rtol=1e-12)


def test_numbers_are_the_weighted_mean_of_the_members(rows: Frame) -> None:
    ensemble = fit_ensemble(REGRESSORS, 2, reader(CSV, "target"), rows)
    alone = [replace(ensemble, members=(replace(member, weight=1.0),)) for member in ensemble.members]

    expected = sum(
        member.weight * np.array(one.predict(rows).values) for member, one in zip(ensemble.members, alone, strict=True)
    )

    assert ensemble.predict(rows).values == pytest.approx(np.asarray(expected).tolist(), rel=1e-12)


def test_the_label_is_the_most_probable_class_at_any_temperature(classifiers: FittedModel, rows: Frame) -> None:
    labels = np.array(classifiers.schema.labels)
    for temperature in (0.5, 1.0, 2.0):
        model = replace(classifiers, temperature=temperature)
        probabilities = probabilities_of(model, rows)

        assert list(model.predict(rows).values) == labels[probabilities.argmax(axis=1)].tolist()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)


def test_a_high_temperature_makes_probabilities_less_certain(classifiers: FittedModel, rows: Frame) -> None:
    certain, doubtful = (
        probabilities_of(replace(classifiers, temperature=temperature), rows) for temperature in (0.5, 2.0)
    )

    assert (doubtful.max(axis=1) < certain.max(axis=1)).all()


def test_a_row_gets_the_same_prediction_alone(classifiers: FittedModel, rows: Frame) -> None:
    together = probabilities_of(classifiers, rows)

    alone = [probabilities_of(classifiers, rows.take(slice(place, place + 1)))[0] for place in range(rows.rows)]

    np.testing.assert_allclose(alone, together, rtol=1e-12)


def test_members_that_share_an_encoder_store_it_once(classifiers: FittedModel) -> None:
    encoder = classifiers.members[0].encoder
    shared = replace(classifiers, members=tuple(replace(member, encoder=encoder) for member in classifiers.members))

    def count_encoders(model: FittedModel) -> int:
        with np.load(BytesIO(dump_plan(model)), allow_pickle=False) as stored:
            return len(json.loads(stored["document"].tobytes())["encoders"])

    assert (count_encoders(shared), count_encoders(classifiers)) == (1, 3)
