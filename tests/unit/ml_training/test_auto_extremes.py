"""What `auto` does with tables that are small, wide, uneven or full of labels, and with predictions that overflow."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import Ridge

from mini_ml.contracts import ClassificationMetrics
from mini_ml.errors import InvalidTarget, TrainingFailed
from mini_ml.topology import Limits
from tests.unit.ml_training.tables import predictions, train_on, write

RANDOM = np.random.default_rng(3)


def write_points(path: Path, target: list[str], *, width: int = 3) -> Path:
    """Write random numbers and a target."""
    names = [f"x{place}" for place in range(width)]
    points = RANDOM.normal(size=(len(target), width))
    rows = (",".join([*(f"{value:.3f}" for value in row), label]) for row, label in zip(points, target, strict=True))
    return write(path, ",".join([*names, "y"]), *rows)


@pytest.mark.parametrize("seed", range(3))
def test_labels_without_a_reason_are_at_chance_in_the_leaderboard(seed: int, tmp_path: Path) -> None:
    labels = np.random.default_rng(seed).choice(["a", "b"], 600).tolist()

    trained = train_on(write_points(tmp_path / "t.csv", labels, width=5))

    assert min(one.score for one in trained.candidates if one.score is not None) > 0.67  # log 2 is 0.693


def test_a_class_of_one_in_a_hundred_rows_keeps_its_probability(tmp_path: Path) -> None:
    labels = ["rare" if place % 100 == 0 else "common" for place in range(1_000)]

    trained = train_on(write_points(tmp_path / "t.csv", labels))

    metrics = trained.metrics
    assert isinstance(metrics, ClassificationMetrics)
    assert metrics.log_loss is not None
    assert metrics.log_loss < 0.12
    assert trained.threshold is not None
    assert trained.threshold.label == "rare"


def test_two_rows_are_enough(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,kind", "1,a", "2,b")

    assert predictions(train_on(table).model, "size\n1\n2\n") == ["a", "b"]


def test_two_rows_of_numbers_are_enough(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,price", "1,1.5", "2,2.5")

    assert train_on(table).model_type == "Ridge"


def test_a_single_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidTarget):
        train_on(write_points(tmp_path / "t.csv", ["same"] * 40))


def test_250_classes_drop_the_estimators_that_learn_each_of_them(tmp_path: Path) -> None:
    labels = [f"label {place % 250}" for place in range(1_000)]

    trained = train_on(write_points(tmp_path / "t.csv", labels), limits=Limits(estimated_seconds=110))

    dropped = {candidate.model_type for candidate in trained.candidates if candidate.score is None}
    assert dropped == {"HistGradientBoostingClassifier"}
    assert len(trained.schema.labels or ()) == 250


def test_more_columns_than_rows_are_compared_like_others(tmp_path: Path) -> None:
    labels = ["a" if place % 2 else "b" for place in range(60)]

    trained = train_on(write_points(tmp_path / "t.csv", labels, width=500))

    assert all(candidate.score is not None for candidate in trained.candidates)


def test_a_candidate_whose_predictions_overflow_is_noted_and_not_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Ridge, "predict", lambda self, matrix: np.full(len(matrix), np.inf))
    numbers = [f"{value:.3f}" for value in RANDOM.normal(size=80)]

    trained = train_on(write_points(tmp_path / "t.csv", numbers))

    overflown = next(candidate for candidate in trained.candidates if candidate.model_type == "Ridge")
    assert (overflown.score, overflown.weight) == (None, 0.0)
    assert overflown.note == "Ridge cannot be used: it predicts numbers that are infinite or not a number."


def test_if_all_predictions_overflow_the_training_fails_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for kind in (Ridge, ExtraTreesRegressor, HistGradientBoostingRegressor):
        monkeypatch.setattr(kind, "predict", lambda self, matrix: np.full(len(matrix), np.nan))
    numbers = [f"{value:.3f}" for value in RANDOM.normal(size=80)]

    with pytest.raises(TrainingFailed, match="Ridge"):
        train_on(write_points(tmp_path / "t.csv", numbers))
