"""A plan is published only if its predictions agree with those of the model."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge, SGDClassifier
from sklearn.neighbors import KNeighborsRegressor

from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.plan import agreement, store
from mini_ml.ml.plan.agreement import agree, build_plan
from mini_ml.ml.plan.compiled_estimators import LinearRegression
from mini_ml.ml.plan.compilers import compile_estimator
from tests.unit.ml_plan.models import reload_plan, with_estimator
from tests.unit.ml_reading.models import classifier, encode, regressor, table

CSV = "number,letter,y\n" + "".join(f"{place}.5,{'abc'[place % 3]},{place * 2 + place % 3}\n" for place in range(30))


def fit_with(estimator: Any) -> FittedModel:
    model = regressor(CSV)
    return with_estimator(model, estimator.fit(encode(model, CSV), np.arange(30.0)))


def test_a_plan_that_agrees_is_written_and_predicts_the_same() -> None:
    model = regressor(CSV)
    rows = model.reader.parse(table(CSV))

    plan = store.load(BytesIO(build_plan(model, rows, model.predict_all(rows)) or b""))

    assert plan is not None
    assert plan.predict(rows).values == pytest.approx(model.predict(rows).values, rel=1e-12)


def test_a_plan_that_gives_other_numbers_does_not_agree() -> None:
    model = regressor(CSV)
    plan = reload_plan(model)
    form = plan.members[0].estimator
    assert isinstance(form, LinearRegression)
    other = with_estimator(plan, replace(form, intercept=form.intercept * (1 + 1e-6)))

    rows = model.reader.parse(table(CSV))
    assert not agree(other, rows, model.predict_all(rows))


def test_a_plan_that_gives_other_labels_does_not_agree() -> None:
    model = classifier(CSV, "letter")
    plan = reload_plan(model)

    rows = model.reader.parse(table(CSV))
    answers = model.predict_all(rows)
    assert agree(plan, rows, answers)
    assert not agree(with_estimator(plan, _Stubborn()), rows, answers)


def test_a_plan_that_does_not_agree_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    model = regressor(CSV)
    wrong = compile_estimator(Ridge().fit(encode(model, CSV), np.zeros(30)))
    monkeypatch.setattr(agreement, "compile_estimator", lambda estimator: wrong)

    rows = model.reader.parse(table(CSV))
    assert build_plan(model, rows, model.predict_all(rows)) is None


def test_without_hold_out_rows_there_is_no_plan() -> None:
    model = regressor(CSV)

    assert build_plan(model, model.reader.parse(table(CSV)).take(slice(0)), Predictions([])) is None


@pytest.mark.parametrize("estimator", [KNeighborsRegressor(), SGDClassifier(loss="modified_huber", max_iter=5000)])
def test_other_estimators_have_no_plan(estimator: object) -> None:
    model = fit_with(estimator)

    rows = model.reader.parse(table(CSV))
    assert build_plan(model, rows, model.predict_all(rows)) is None


class _Stubborn:
    """Always of the first class, and sure of it."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.zeros(len(X), dtype=np.intp)

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return np.tile([1.0, 0.0, 0.0], (len(X), 1))
