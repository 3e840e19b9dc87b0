"""Forests are fitted in several threads if that is faster, without any effect on what is published."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier

from mini_ml.contracts import TrainOptions
from mini_ml.errors import TrainingFailed
from mini_ml.ml.estimators import fitting
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.estimators.fitting import fit, parallel_trees, run_estimator
from mini_ml.ml.training.comparison import FOLDS
from mini_ml.ml.training.train import Trained, train
from tests.unit.ml_training.tables import LIMITS, mixed_labels

POINTS = np.random.default_rng(0).normal(size=(5_000, 3))
LABELS = (POINTS[:, 0] > POINTS[:, 1] ** 2).astype(np.int64)
FORESTS = ["ExtraTreesClassifier", "ExtraTreesRegressor", "RandomForestClassifier", "RandomForestRegressor"]


def dump(thing: object) -> bytes:
    file = BytesIO()
    joblib.dump(thing, file)
    return file.getvalue()


def forest(model_type: str, threads: int) -> Any:
    shape = MatrixShape(rows=5_000, width=3, labels=("a", "b") if model_type.endswith("Classifier") else None)
    estimator = build(model_type, {"n_estimators": 6}, shape=shape, seed=0).estimator
    fit(estimator, POINTS, LABELS, model_type=model_type, threads=threads)
    return estimator


@pytest.mark.parametrize("model_type", FORESTS)
def test_a_forest_has_the_same_bytes_for_any_number_of_threads(model_type: str) -> None:
    files = {dump(forest(model_type, threads)) for threads in (1, 2, 5)}

    assert len(files) == 1
    assert forest(model_type, 2).n_jobs is None


def test_a_forest_has_its_threads_only_while_it_is_fitted() -> None:
    estimator = RandomForestClassifier()

    with parallel_trees(estimator, rows=5_000, threads=3):
        meanwhile = estimator.n_jobs

    assert (meanwhile, estimator.n_jobs) == (3, None)


def test_a_fit_that_fails_leaves_the_forest_without_threads() -> None:
    estimator = RandomForestClassifier()

    with pytest.raises(TrainingFailed):
        fit(estimator, POINTS, LABELS[1:], model_type="RandomForestClassifier", threads=2)

    assert estimator.n_jobs is None


@pytest.mark.parametrize(
    ("estimator", "rows"),
    [(RandomForestClassifier(), 4_999), (BaggingClassifier(), 10**6)],
    ids=["few rows", "no forest"],
)
def test_other_estimators_are_fitted_in_one_thread(estimator: Any, rows: int) -> None:
    with parallel_trees(estimator, rows=rows, threads=3):
        assert estimator.n_jobs is None


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Threads of every fit of a forest from now on, which may have few rows."""
    counts: list[int] = []

    @contextmanager
    def record_threads(estimator: Any, *, rows: int, threads: int) -> Iterator[None]:
        with parallel_trees(estimator, rows=rows, threads=threads):
            counts.append(getattr(estimator, "n_jobs", None) or 1)
            yield

    monkeypatch.setattr(fitting, "_MIN_ROWS", 1)
    monkeypatch.setattr(fitting, "parallel_trees", record_threads)
    return counts


def train_with_threads(path: Path, model_type: str, threads: int) -> Trained:
    return train(path, TrainOptions(model_type=model_type), limits=LIMITS, threads=threads)


@pytest.mark.parametrize(("model_type", "forests"), [("RandomForestClassifier", 1), ("auto", FOLDS["balanced"])])
def test_a_published_model_does_not_depend_on_the_number_of_threads(
    model_type: str, forests: int, given: list[int], tmp_path: Path
) -> None:
    table = mixed_labels(tmp_path / "t.csv")

    one, two = train_with_threads(table, model_type, 1), train_with_threads(table, model_type, 2)

    assert given.count(2) >= forests
    assert dump(one.model) == dump(two.model)
    assert (one.plan, one.metrics, one.candidates) == (two.plan, two.metrics, two.candidates)
    assert "n_jobs" not in two.model_params


def test_a_machine_that_hides_its_cores_adds_no_note() -> None:
    def warn() -> None:
        warnings.warn("Could not find the number of physical cores for the following reason: …", stacklevel=1)

    assert run_estimator(warn, model_type="HistGradientBoostingClassifier") == (None, [])
