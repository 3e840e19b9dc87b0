"""A profile takes a bounded time, which is known before the model is asked for predictions."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.ml.estimates.profiling import limit_profiling_seconds, plan_profiling_seconds
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.prediction_cost import estimate_prediction_nanoseconds
from mini_ml.ml.profiling.sizes import FigureSizes, choose_sizes
from tests.unit.ml_profiling.models import train_example, write_measurements


def train_small_model() -> FittedModel:
    with TemporaryDirectory() as folder:
        return train_example(write_measurements(Path(folder) / "t.csv", rows=100, labels=4), "GaussianNB").model


def widen(model: FittedModel, columns: int) -> FittedModel:
    """Return a model that reads its first column many times."""
    features = (replace(model.reader.features[0], name=f"column {place}") for place in range(columns))
    return replace(model, reader=replace(model.reader, features=tuple(features)))


MODEL = train_small_model()
WIDE_MODEL = widen(MODEL, 40)
SECONDS = st.floats(0, 10_000)


@given(SECONDS)
def test_a_profile_may_take_a_tenth_of_the_training_but_a_second(training: float) -> None:
    assert limit_profiling_seconds(training, most_seconds=1e6) == pytest.approx(max(1.0, training / 10))


@given(training=SECONDS, most=SECONDS)
def test_a_profile_ends_at_the_limit_of_its_job(training: float, most: float) -> None:
    assert training + limit_profiling_seconds(training, most_seconds=most) <= max(training, most) * (1 + 1e-9)


@given(training=SECONDS, most=SECONDS)
def test_what_is_planned_is_less_than_what_is_allowed_and_fits_into_the_limit(training: float, most: float) -> None:
    planned = plan_profiling_seconds(training, most_seconds=most)

    assert 0 <= planned < limit_profiling_seconds(training, most_seconds=1e6)
    assert planned + training <= max(training, most) * (1 + 1e-9)


def predicted_rows(sizes: FigureSizes, *, columns: int) -> int:
    """Return how many rows are predicted at most."""
    shuffled = sizes.importance_columns * sizes.importance_rows * sizes.shuffles
    return shuffled + min(columns, 6) * sizes.values * sizes.dependence_rows


@given(rows=st.integers(0, 100_000), seconds=st.floats(0, 100))
def test_the_figures_of_a_model_fit_into_their_time(rows: int, seconds: float) -> None:
    sizes = choose_sizes(MODEL, rows, seconds=seconds)

    assert predicted_rows(sizes, columns=3) * estimate_prediction_nanoseconds(MODEL) <= seconds * 1e9
    assert max(sizes.importance_rows, sizes.dependence_rows) <= rows


def test_a_slow_model_has_fewer_rows_and_values_then_none() -> None:
    row = estimate_prediction_nanoseconds(MODEL) / 1e9

    found = [choose_sizes(MODEL, 5_000, seconds=rows * row) for rows in (1e9, 6_001, 2_001, 101, 71, 31)]

    importance = [(sizes.importance_columns, sizes.importance_rows) for sizes in found]
    assert importance == [(3, 1_000), (3, 1_000), (3, 400), (3, 20), (2, 20), (0, 0)]
    dependence = [(sizes.dependence_rows, sizes.values) for sizes in found]
    assert dependence == [(100, 20), (40, 20), (26, 10), (0, 10), (0, 10), (0, 10)]


def test_of_many_columns_some_are_measured_on_enough_rows_rather_than_all_on_few() -> None:
    row = estimate_prediction_nanoseconds(WIDE_MODEL) / 1e9

    found = [choose_sizes(WIDE_MODEL, 5_000, seconds=rows * row / 0.6) for rows in (1e9, 4_001, 2_001, 401)]

    importance = [(sizes.importance_columns, sizes.importance_rows) for sizes in found]
    assert importance == [(40, 1_000), (40, 100), (20, 100), (20, 20)]


def test_few_rows_are_shuffled_several_times() -> None:
    assert choose_sizes(MODEL, 30, seconds=1e9) == FigureSizes(
        importance_columns=3, importance_rows=30, shuffles=5, dependence_rows=30, values=20
    )


@pytest.mark.parametrize(
    ("model_type", "parts"),
    [
        ("RandomForestClassifier", {"n_estimators": 40}),
        ("HistGradientBoostingClassifier", {"max_iter": 10}),
        ("GradientBoostingClassifier", {"n_estimators": 10}),
    ],
)
def test_each_tree_counts(tmp_path: Path, model_type: str, parts: dict[str, Any]) -> None:
    path = write_measurements(tmp_path / "t.csv", rows=200, labels=4)
    halves = {name: number // 2 for name, number in parts.items()}

    half, whole = (
        estimate_prediction_nanoseconds(train_example(path, model_type, model_params=params).model)
        for params in (halves, parts)
    )

    assert 1.7 < (whole - 1_000) / (half - 1_000) < 2.1


@pytest.mark.parametrize("model_type", ["KNeighborsClassifier", "GaussianProcessClassifier", "SVC"])
def test_models_that_keep_their_rows_cost_more_with_more_of_them(tmp_path: Path, model_type: str) -> None:
    few, many = (
        estimate_prediction_nanoseconds(
            train_example(write_measurements(tmp_path / f"{rows}.csv", rows=rows, labels=2), model_type).model
        )
        for rows in (60, 600)
    )

    assert many > 2 * few
