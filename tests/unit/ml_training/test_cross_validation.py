"""Every row is predicted by an encoder and an estimator that were fitted on other rows."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from mini_ml.contracts import TrainOptions
from mini_ml.ml.training.configurations import Configuration
from mini_ml.ml.training.cross_validation import CrossValidation
from mini_ml.ml.training.folds import Fold
from mini_ml.ml.training.labelled_rows import LabelledRows
from mini_ml.ml.training.prepare import prepare, read_dataset
from tests.unit.ml_training.tables import LIMITS, write

TREE = Configuration(model_type="DecisionTreeClassifier")
"""It knows each row that it was fitted on by heart."""


def labelled_rows(folder: Path, labels: list[str]) -> LabelledRows:
    """Return the training rows of a table whose label has nothing to do with its number and its category."""
    numbers = np.random.default_rng(1).normal(size=len(labels))
    cells = enumerate(zip(numbers, labels, strict=True))
    lines = (f"{number:.6f},c{place % 50},{label}" for place, (number, label) in cells)
    dataset = read_dataset(write(folder / "t.csv", "size,code,kind", *lines), TrainOptions(), limits=LIMITS, seed=0)
    return prepare(dataset, limits=LIMITS, check_estimate=lambda shape, footprint: None).rows


def thirds(rows: int) -> list[Fold]:
    places = np.arange(rows)
    return [Fold(places[places % 3 != part], places[places % 3 == part]) for part in range(3)]


def test_an_estimator_that_knows_its_rows_by_heart_is_at_chance(tmp_path: Path) -> None:
    labels = np.random.default_rng(2).choice(["a", "b"], 900).tolist()
    validation = CrossValidation(rows := labelled_rows(tmp_path, labels), thirds(rows.rows), seed=0)

    found = validation.run(TREE)

    right = found.predictions.argmax(axis=1) == validation.target
    assert 0.4 < right.mean() < 0.6


@pytest.mark.parametrize("encoding", ["one_hot", "target_mean"])
def test_predictions_stand_in_the_order_of_the_target(encoding: str, tmp_path: Path) -> None:
    rows = labelled_rows(tmp_path, ["a", "b"] * 200)
    doubled = rows.take(np.repeat(np.arange(rows.rows), 3))
    # Every row has a copy in each fold, so a tree that learned the others knows it.
    validation = CrossValidation(doubled, thirds(doubled.rows), seed=0)

    found = validation.run(Configuration(model_type=TREE.model_type, encoding=encoding))  # type: ignore[arg-type]

    assert (found.predictions.argmax(axis=1) == validation.target).mean() > 0.9


def test_a_class_that_the_fitted_rows_lack_gets_probability_zero(tmp_path: Path) -> None:
    rows = labelled_rows(tmp_path, ["a", "b", "c"] * 40)
    places, lacks = np.arange(rows.rows), rows.target != 1
    validation = CrossValidation(rows, [Fold(places[lacks], places[~lacks])], seed=0)

    found = validation.run(TREE)

    assert found.predictions.shape == (len(places[~lacks]), 3)
    assert not found.predictions[:, 1].any()
    np.testing.assert_allclose(found.predictions.sum(axis=1), 1.0)


def test_fits_are_timed_with_the_clock(tmp_path: Path) -> None:
    rows, seconds = labelled_rows(tmp_path, ["a", "b"] * 40), count(step=3.0)

    found = CrossValidation(rows, thirds(rows.rows), seed=0, clock=lambda: next(seconds)).run(TREE)

    assert found.fit_seconds == 3.0
    assert found.size_bytes > 0
