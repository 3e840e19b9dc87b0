"""Every model type of the catalogue, on rows as they come in life: mixed, with gaps, with things never seen."""

from math import isfinite
from pathlib import Path

import pytest

from mini_ml import catalogue
from tests.unit.ml_training.tables import UNSEEN_ROWS, mixed_labels, mixed_numbers, predictions, train_on

TYPES = catalogue.model_types()["model_types"]
CLASSIFIERS = sorted(name for name, facts in TYPES.items() if facts["task"] == "classification")
REGRESSORS = sorted(name for name, facts in TYPES.items() if facts["task"] == "regression")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed_labels(tmp_path_factory.mktemp("labels") / "labelled.csv")


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed_numbers(tmp_path_factory.mktemp("numbers") / "numbered.csv")


@pytest.mark.parametrize("model_type", CLASSIFIERS)
def test_every_classifier_answers_with_labels_as_spelled(model_type: str, labelled: Path) -> None:
    trained = train_on(labelled, model_type)

    assert set(predictions(trained.model, UNSEEN_ROWS)) <= {"Kind A", "007", "ção"}
    assert trained.schema.probabilities == TYPES[model_type]["probabilities"]


@pytest.mark.parametrize("model_type", REGRESSORS)
def test_every_regressor_answers_with_finite_numbers(model_type: str, numbered: Path) -> None:
    trained = train_on(numbered, model_type)

    scored = predictions(trained.model, UNSEEN_ROWS)

    assert len(scored) == 4
    assert all(isfinite(float(value)) for value in scored)
