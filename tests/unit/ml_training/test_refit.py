"""With `refit`, the published model learns from all rows, and the metrics are those of the model that did not."""

import io
from pathlib import Path

import numpy as np
import pytest

from mini_ml.contracts import TrainOptions
from mini_ml.errors import LimitExceeded
from mini_ml.ml.plan import store
from mini_ml.ml.plan.agreement import agree
from mini_ml.ml.training.prepare import read_dataset
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import Limits
from tests.unit.ml_training.tables import LIMITS, mixed_labels, mixed_numbers, write


def fit(path: Path, *, model_type: str = "auto", refit: bool) -> Trained:
    return train(path, TrainOptions(model_type=model_type, refit=refit), limits=LIMITS)


@pytest.mark.parametrize("model_type", ["auto", "RandomForestClassifier", "LogisticRegression"])
def test_the_metrics_are_those_of_the_model_without_the_hold_out_rows(model_type: str, tmp_path: Path) -> None:
    table = mixed_labels(tmp_path / "t.csv")

    measured, refitted = (fit(table, model_type=model_type, refit=refit) for refit in (False, True))

    assert refitted.metrics == measured.metrics
    assert (measured.refitted, refitted.refitted) == (False, True)


def test_the_published_model_has_learned_from_all_rows(tmp_path: Path) -> None:
    table = mixed_numbers(tmp_path / "t.csv")
    dataset = read_dataset(table, TrainOptions(), limits=LIMITS, seed=0)

    measured, refitted = (fit(table, model_type="DecisionTreeRegressor", refit=refit) for refit in (False, True))

    truth = dataset.split.holdout_target
    assert np.abs(np.array(refitted.model.predict(dataset.holdout).values) - truth).max() == pytest.approx(0)
    assert np.abs(np.array(measured.model.predict(dataset.holdout).values) - truth).max() > 0


def test_the_configuration_is_that_of_the_measured_model(tmp_path: Path) -> None:
    table = mixed_labels(tmp_path / "t.csv")

    measured, refitted = (fit(table, refit=refit) for refit in (False, True))

    assert (refitted.model_type, refitted.model_params) == (measured.model_type, measured.model_params)
    assert refitted.members == measured.members
    assert refitted.model.temperature == measured.model.temperature


def test_the_encoder_knows_the_categories_of_the_hold_out_rows(tmp_path: Path) -> None:
    rows = [f"{place % 7},colour {place // 2},{'ab'[place % 2]}" for place in range(60)]
    table = write(tmp_path / "t.csv", "size,colour,kind", *rows)

    def known(trained: Trained) -> int:
        return sum(len(column.categories or ()) for column in trained.schema.columns)

    measured, refitted = (fit(table, model_type="GaussianNB", refit=refit) for refit in (False, True))

    assert known(refitted) == 30 > known(measured)
    assert len(refitted.model.encoder.feature_names) > len(measured.model.encoder.feature_names)


def test_the_plan_is_that_of_the_published_model(tmp_path: Path) -> None:
    table = mixed_labels(tmp_path / "t.csv")
    dataset = read_dataset(table, TrainOptions(), limits=LIMITS, seed=0)

    refitted = fit(table, refit=True)

    plan = store.load(io.BytesIO(refitted.plan or b""))
    assert plan is not None
    assert agree(plan, dataset.frame, refitted.model.predict_all(dataset.frame))


def test_the_estimate_counts_both_fits(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = (",".join(f"{value:.3f}" for value in row) for row in random.normal(size=(2_000, 8)))
    table = write(tmp_path / "t.csv", "a,b,c,d,e,f,g,y", *rows)
    limits = Limits(estimated_seconds=1)
    once = {"n_estimators": 100}

    train(table, TrainOptions(model_type="RandomForestRegressor", model_params=once), limits=limits)
    with pytest.raises(LimitExceeded, match="an estimated 2 s"):
        train(table, TrainOptions(model_type="RandomForestRegressor", model_params=once, refit=True), limits=limits)
