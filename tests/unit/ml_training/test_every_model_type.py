"""Every model type of the catalogue works on realistic rows: mixed kinds, gaps, unseen values."""

from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from mini_ml import catalogue
from mini_ml.contracts import Profile
from mini_ml.ml.model.artifact import dump, load
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.trained import Trained
from tests.unit.ml_training.tables import (
    LIMITS,
    UNSEEN_ROWS,
    mixed_labels,
    mixed_numbers,
    predictions,
    train_on,
    write,
)

TYPES = catalogue.model_types()["model_types"]
CLASSIFIERS = sorted(name for name, facts in TYPES.items() if facts["task"] == "classification")
REGRESSORS = sorted(name for name, facts in TYPES.items() if facts["task"] == "regression")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed_labels(tmp_path_factory.mktemp("labels") / "labelled.csv")


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed_numbers(tmp_path_factory.mktemp("numbers") / "numbered.csv")


def store_and_load(trained: Trained, folder: Path) -> FittedModel:
    dump(trained.model, folder / "model.joblib")
    with (folder / "model.joblib").open("rb") as stored:
        return load(stored)


@pytest.mark.parametrize("model_type", [name for name in CLASSIFIERS if TYPES[name]["probabilities"]])
def test_probabilities_are_finite_and_sum_to_one_per_row(model_type: str, labelled: Path) -> None:
    model = train_on(labelled, model_type).model
    table = write(labelled.with_name("unseen.csv"), *UNSEEN_ROWS.splitlines())

    probabilities = model.predict(model.reader.parse(read_table(table, LIMITS)), probabilities=True).probabilities

    assert probabilities is not None
    assert probabilities.shape == (4, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize("model_type", CLASSIFIERS)
def test_every_classifier_predicts_labels_as_in_the_dataset(model_type: str, labelled: Path, tmp_path: Path) -> None:
    model = store_and_load(train_on(labelled, model_type), tmp_path)

    assert set(predictions(model, UNSEEN_ROWS)) <= {"Kind A", "007", "ção"}
    assert model.schema.probabilities == TYPES[model_type]["probabilities"]


@pytest.mark.parametrize("model_type", REGRESSORS)
def test_every_regressor_predicts_finite_numbers(model_type: str, numbered: Path, tmp_path: Path) -> None:
    model = store_and_load(train_on(numbered, model_type), tmp_path)

    scored = predictions(model, UNSEEN_ROWS)

    assert len(scored) == 4
    assert all(isfinite(float(value)) for value in scored)


@pytest.mark.parametrize("model_type", CLASSIFIERS + REGRESSORS)
def test_every_model_type_has_a_profile_with_all_figures(model_type: str, labelled: Path, numbered: Path) -> None:
    is_classifier = model_type in CLASSIFIERS

    profile = train_on(labelled if is_classifier else numbered, model_type).profile

    assert Profile.model_validate_json(profile.model_dump_json()) == profile  # without NaN and infinity
    assert {one.name for one in profile.importance} == {"size", "colour", "fragile", "made", "remark"}
    assert {one.name for one in profile.dependence} == {"size", "colour", "fragile", "made"}
    assert len(profile.curves) == (3 if TYPES[model_type]["probabilities"] else 0)
    assert (profile.regression is None) == is_classifier
