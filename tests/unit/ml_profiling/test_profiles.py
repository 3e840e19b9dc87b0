"""Each training has a profile, whatever the file is like, and the same one each time."""

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mini_ml.contracts import ClassificationMetrics, Profile, TrainOptions
from mini_ml.ml.cells.words import LARGEST
from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.profiling import pace, sizes
from mini_ml.ml.training import profile_model
from mini_ml.ml.training.train import train
from tests.unit.ml_profiling.models import LIMITS, train_example, write_measurements, write_table
from tests.unit.ml_training.tables import flowers, mixed_labels, mixed_numbers, train_on, write


def without_time(profile: Profile) -> Profile:
    return profile.model_copy(update={"seconds": 0.0})


def notes_of(profile: Profile) -> set[tuple[str, str]]:
    return {(note.part, note.code) for note in profile.notes}


def fail_on_changed_rows(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let models predict the rows of a file, but no other rows."""
    predict = FittedModel.predict_all

    def fail(model: FittedModel, frame: Frame, *, strict: bool = False) -> Predictions:
        if not strict:
            raise error
        return predict(model, frame, strict=strict)

    monkeypatch.setattr(FittedModel, "predict_all", fail)


@pytest.mark.parametrize("make", [mixed_labels, mixed_numbers])
def test_the_same_file_has_the_same_profile(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path / "t.csv", 60)

    first, second = (train_on(path).profile for _ in range(2))

    assert without_time(first) == without_time(second)


@pytest.mark.parametrize("make", [mixed_labels, mixed_numbers])
def test_a_profile_is_read_as_it_was_written(tmp_path: Path, make: Any) -> None:
    profile = train_on(make(tmp_path / "t.csv"), "DecisionTreeClassifier" if make is mixed_labels else "Ridge").profile

    assert Profile.model_validate_json(profile.model_dump_json()) == profile


def test_a_profile_says_what_was_asked(tmp_path: Path) -> None:
    asked = TrainOptions(model_type="Ridge", model_params={"alpha": 2.0}, columns_to_drop=("remark",))

    profile = train(mixed_numbers(tmp_path / "t.csv"), asked, limits=LIMITS).profile

    assert profile.options == asked


def test_the_predicted_labels_are_the_columns_of_the_confusion_matrix(tmp_path: Path) -> None:
    trained = train_on(mixed_labels(tmp_path / "t.csv"), "LogisticRegression")

    assert isinstance(trained.metrics, ClassificationMetrics)
    assert trained.metrics.confusion_matrix is not None
    assert trained.profile.prediction_counts == tuple(map(sum, zip(*trained.metrics.confusion_matrix, strict=True)))


def test_predicted_numbers_are_shown_beside_the_actual_ones(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=0), "Ridge")

    found, predicted = example.profile.regression, np.array(example.predictions.values, dtype=np.float64)

    assert found is not None
    assert found.residuals is not None
    assert found.actual == tuple(example.target.tolist())
    assert found.predicted == pytest.approx(predicted.tolist())
    residuals = np.histogram(example.target - predicted, found.residuals.edges)[0]
    assert found.residuals.counts == tuple(residuals.tolist())
    assert example.profile.prediction_quantiles is not None
    assert sum(example.profile.prediction_quantiles.counts) == len(predicted)


def test_of_many_numbers_500_are_shown(tmp_path: Path) -> None:
    profile = train_example(write_measurements(tmp_path / "t.csv", rows=4_000, labels=0), "Ridge").profile

    assert profile.regression is not None
    assert len(profile.regression.actual) == len(profile.regression.predicted) == 500
    assert ("regression", "sampled") in notes_of(profile)


def test_a_refitted_model_has_the_columns_of_all_rows_and_the_figures_of_the_measured_model(tmp_path: Path) -> None:
    path = write_measurements(tmp_path / "t.csv", rows=200, labels=4)

    plain, refitted = (train_example(path, "LogisticRegression", refit=refit).profile for refit in (False, True))

    assert (plain.rows, refitted.rows) == (160, 200)
    assert sum(refitted.target.label_counts) == 200
    assert refitted.curves == plain.curves
    assert refitted.worst_errors == plain.worst_errors
    assert refitted.importance == plain.importance


def test_without_holdout_rows_only_the_training_rows_are_described(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "width,kind", "1,a", "2,b", "3,a", "5,b")

    profile = train_on(path, "GaussianNB").profile

    assert (profile.rows, profile.target.label_counts) == (4, (2, 2))
    assert notes_of(profile) == {
        (part, "no_holdout_rows") for part in ("curves", "worst_errors", "importance", "dependence")
    }


def test_a_regression_without_holdout_rows_says_so(tmp_path: Path) -> None:
    profile = train_on(write(tmp_path / "t.csv", "width,price", "1,1.5", "2,2.5"), "Ridge").profile

    assert ("regression", "no_holdout_rows") in notes_of(profile)


def test_a_model_of_250_labels_has_a_small_profile(tmp_path: Path) -> None:
    path = write_measurements(tmp_path / "t.csv", rows=1_500, labels=250)

    profile = train_example(path, "GaussianNB").profile

    assert len(profile.target.label_counts) == len(profile.prediction_counts) == 250
    assert len(profile.curves) == 12
    assert [note.count for note in profile.notes if note.code == "many_labels"] == [238, 245]
    assert len(profile.model_dump_json()) < 200_000


def test_labels_that_no_holdout_row_has_are_counted(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    labels = ["a", "b"] * 50 + ["rare", "rarer"]
    path = write_table(tmp_path / "t.csv", {"width": random.normal(0, 1, 102), "kind": labels})

    profile = train_example(path, "GaussianNB").profile

    assert [one.label for one in profile.curves] == ["a", "b"]
    assert [note.count for note in profile.notes if note.code == "labels_without_rows"] == [2]


def test_a_model_without_probabilities_has_no_curves(tmp_path: Path) -> None:
    profile = train_on(flowers(tmp_path / "t.csv"), "LinearSVC").profile

    assert profile.curves == ()
    assert ("curves", "no_probabilities") in notes_of(profile)
    assert {error.loss for error in profile.worst_errors} <= {1.0}


def test_a_table_of_500_columns_has_a_bounded_profile(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    columns: dict[str, Any] = {f"measure_{place}": np.round(random.normal(0, 1, 120), 6) for place in range(500)}
    columns["target"] = np.where(columns["measure_7"] > 0, "yes", "no")

    profile = train_example(write_table(tmp_path / "t.csv", columns), "LogisticRegression").profile

    assert len(profile.columns) == len(profile.importance) == 500
    assert len(profile.dependence) == 6
    assert len(profile.model_dump_json()) < 1_000_000


def test_a_time_column_and_a_group_column_change_the_rows_that_are_described(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    days = [f"2024-{1 + row // 28:02}-{1 + row % 28:02}" for row in range(300)]
    width = random.normal(0, 1, 300)
    table = {"day": days, "shop": np.arange(300) % 20, "width": width, "price": np.round(2 * width, 4)}
    path = write_table(tmp_path / "t.csv", table)

    by_time = train_example(path, "Ridge", time_column="day")
    by_group = train_example(path, "Ridge", group_column="shop")

    assert min(error.line for error in by_time.profile.worst_errors) > 240
    assert "shop" not in {column.name for column in by_group.profile.columns}
    assert by_group.profile.importance[0].name == "width"


@pytest.mark.parametrize("error", [ValueError("no"), FloatingPointError("no"), MemoryError("no")])
def test_a_figure_that_the_model_cannot_be_asked_for_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    fail_on_changed_rows(monkeypatch, error)

    profile = train_on(flowers(tmp_path / "t.csv"), "KNeighborsClassifier").profile

    assert (profile.importance, profile.dependence) == ((), ())
    assert {("importance", "failed"), ("dependence", "failed")} <= notes_of(profile)
    assert profile.curves


def test_what_takes_too_long_by_the_clock_is_left_out(tmp_path: Path) -> None:
    path, seconds = flowers(tmp_path / "t.csv"), count(step=5.0)

    profile = train(path, TrainOptions(model_type="GaussianNB"), limits=LIMITS, clock=lambda: next(seconds)).profile

    assert (profile.importance, profile.dependence) == ((), ())
    assert {("importance", "no_time"), ("dependence", "no_time")} <= notes_of(profile)
    assert profile.curves
    assert profile.seconds > 0


def test_at_the_limit_of_its_job_a_training_leaves_figures_out(tmp_path: Path) -> None:
    path, seconds, limits = flowers(tmp_path / "t.csv"), count(step=0.9), replace(LIMITS, estimated_seconds=1)

    profile = train(path, TrainOptions(model_type="GaussianNB"), limits=limits, clock=lambda: next(seconds)).profile

    assert {("importance", "no_time"), ("dependence", "no_time")} <= notes_of(profile)


def test_a_model_that_is_ten_times_slower_than_its_estimate_is_cut_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, predict = [0.0], FittedModel.predict_all

    def predict_slowly(model: FittedModel, frame: Frame, *, strict: bool = False) -> Predictions:
        clock[0] += 0.01 * frame.rows * (not strict)
        return predict(model, frame, strict=strict)

    monkeypatch.setattr(FittedModel, "predict_all", predict_slowly)
    monkeypatch.setattr(pace, "estimate_prediction_nanoseconds", lambda model: 1e6)
    monkeypatch.setattr(sizes, "estimate_prediction_nanoseconds", lambda model: 1e6)
    path = write_measurements(tmp_path / "t.csv", rows=3_000, labels=4)

    options = TrainOptions(model_type="GaussianNB")
    profile = train(path, options, limits=LIMITS, clock=lambda: clock[0]).profile

    assert 1.0 < profile.seconds < 1.2
    assert ("dependence", "no_time") in notes_of(profile)


def test_figures_that_need_predictions_are_left_out_if_the_training_leaves_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_model, "plan_profiling_seconds", lambda seconds, *, most_seconds: 0.0)

    profile = train_on(flowers(tmp_path / "t.csv"), "GaussianNB").profile

    assert (profile.importance, profile.dependence) == ((), ())
    assert {("importance", "no_time"), ("dependence", "no_time")} <= notes_of(profile)


def test_the_largest_numbers_have_a_profile(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    signs = np.where(random.random(200) < 0.5, -1.0, 1.0)
    table = {"huge": signs * LARGEST, "width": random.normal(0, 1, 200), "price": signs * LARGEST * random.random(200)}

    profile = train_example(write_table(tmp_path / "t.csv", table), "DecisionTreeRegressor").profile

    assert Profile.model_validate_json(profile.model_dump_json()) == profile
    assert profile.importance
    assert profile.regression is not None
