"""Every rejection of a training names what is wrong and what to do."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import JsonValue
from sklearn.linear_model import Ridge

from mini_ml.errors import (
    InvalidDataset,
    InvalidOption,
    InvalidTarget,
    LimitExceeded,
    TrainingFailed,
    UnknownColumn,
    UnknownModelType,
)
from mini_ml.ml.training.holdout import holdout_rows
from mini_ml.topology import Limits
from tests.unit.ml_training.tables import flowers, mixed_numbers, train_on, write


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    return flowers(tmp_path / "garden.csv")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    return mixed_numbers(tmp_path / "prices.csv")


def test_an_unknown_model_type(garden: Path) -> None:
    with pytest.raises(UnknownModelType):
        train_on(garden, "RandomForrest")


def test_a_parameter_out_of_range(garden: Path) -> None:
    with pytest.raises(InvalidOption) as caught:
        train_on(garden, "RandomForestClassifier", params={"n_estimators": -1, "max_depth": 0})

    assert len(caught.value.issues) == 2


def test_a_weight_for_a_label_that_the_target_does_not_have(garden: Path) -> None:
    with pytest.raises(InvalidOption) as caught:
        train_on(garden, "RandomForestClassifier", params={"class_weight": {"Rose": 2}})

    assert "`rose`" in str(caught.value.issues[0].hint)


def test_a_regressor_on_text_with_its_counterpart(garden: Path) -> None:
    with pytest.raises(InvalidTarget) as caught:
        train_on(garden, "RandomForestRegressor")

    assert len(caught.value.issues) == 1
    assert "`RandomForestClassifier`" in str(caught.value.issues[0].hint)


@pytest.mark.parametrize("model_type", ["Ridge", "auto", "auto:regression"])
def test_a_few_cells_that_are_no_numbers_by_line(tmp_path: Path, model_type: str) -> None:
    rows = [f"{row},{row * 1.5}" for row in range(300)]
    table = write(tmp_path / "t.csv", "size,price", *rows[:200], "7,unknown", *rows[200:])

    with pytest.raises(InvalidTarget, match="not a number in every row") as caught:
        train_on(table, model_type)

    assert [issue.line for issue in caught.value.issues] == [202]


def test_a_target_of_one_class(tmp_path: Path) -> None:
    with pytest.raises(InvalidTarget, match="kind"):
        train_on(write(tmp_path / "t.csv", "size,kind", "1,a", "2,a", "3,a"), "RandomForestClassifier")


def test_a_target_that_is_empty_in_every_row(tmp_path: Path) -> None:
    with pytest.raises(InvalidTarget, match="kind"):
        train_on(write(tmp_path / "t.csv", "size,kind", "1,", "2,", "3,"), "RandomForestClassifier")


def test_an_absent_target_column_with_the_nearest_name(garden: Path) -> None:
    with pytest.raises(UnknownColumn) as caught:
        train_on(garden, target="flowers")

    assert "flower" in str(caught.value.issues[0].hint)


def test_an_absent_dropped_column(garden: Path) -> None:
    with pytest.raises(UnknownColumn):
        train_on(garden, drop=["widht"])


def test_a_target_with_too_many_classes_with_a_model_type_that_fits(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,price", *(f"{row * 1.5},{row}" for row in range(60)))

    with pytest.raises(LimitExceeded, match="the limit is 50") as caught:
        train_on(table, "RandomForestClassifier", limits=Limits(classes=50))

    assert "`RandomForestRegressor`" in str(caught.value.issues[0].hint)


@pytest.mark.parametrize(
    ("model_type", "instead"),
    [("RandomForestClassifier", "RandomForestRegressor"), ("auto:classification", "auto:regression")],
)
def test_a_classifier_for_an_amount_with_the_model_type_to_use(prices: Path, model_type: str, instead: str) -> None:
    with pytest.raises(InvalidTarget, match="is a number") as caught:
        train_on(prices, model_type)

    [issue] = caught.value.issues
    assert (issue.parameter, issue.column, issue.hint) == ("model_type", "price", f"use `{instead}`")


def test_a_matrix_with_too_many_cells(garden: Path) -> None:
    with pytest.raises(LimitExceeded, match="the limit is 90"):
        train_on(garden, "GaussianNB", limits=Limits(matrix_cells=90))


def test_more_rows_than_the_model_type_accepts(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded, match="2,000 training rows"):
        train_on(flowers(tmp_path / "t.csv", 2600), "GaussianProcessClassifier")


def test_more_work_than_the_limit(garden: Path) -> None:
    with pytest.raises(LimitExceeded, match="the limit is 0 s"):
        train_on(garden, "RandomForestClassifier", limits=Limits(estimated_seconds=0))


def test_a_larger_model_than_the_limit(garden: Path) -> None:
    with pytest.raises(LimitExceeded, match="MiB"):
        train_on(garden, "RandomForestClassifier", limits=Limits(artifact_bytes=1000))


@pytest.mark.parametrize(
    ("model_type", "params"),
    [
        ("GammaRegressor", {}),
        ("HistGradientBoostingRegressor", {"loss": "gamma"}),
        ("RandomForestRegressor", {"criterion": "poisson"}),
    ],
)
def test_a_negative_target_for_a_model_type_that_needs_positive_values(
    model_type: str, params: dict[str, JsonValue], tmp_path: Path
) -> None:
    table = write(tmp_path / "t.csv", "size,debt", *(f"{row * 1.1},{row - 30}.5" for row in range(60)))

    with pytest.raises(TrainingFailed) as caught:
        train_on(table, model_type, params=params)

    assert "positive numbers only" in str(caught.value.issues[0].hint)


def test_parameters_that_do_not_go_together(garden: Path) -> None:
    with pytest.raises(TrainingFailed, match="LogisticRegression cannot be trained"):
        train_on(garden, "LogisticRegression", params={"solver": "lbfgs", "dual": True})


def test_classes_too_rare_for_an_estimator_that_cross_validates(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,kind", *(f"{row * 1.5},{'ab'[row % 2]}" for row in range(8)))

    with pytest.raises(TrainingFailed) as caught:
        train_on(table, "CalibratedClassifierCV")

    assert "five rows" in str(caught.value.issues[0].hint)


def test_a_rejection_never_shows_a_path_or_a_traceback(garden: Path) -> None:
    with pytest.raises(TrainingFailed) as caught:
        train_on(garden, "NuSVC", params={"nu": 1.0, "class_weight": {"rose": 0.001, "tulip": 1000}})

    assert "/" not in caught.value.detail
    assert "Traceback" not in caught.value.detail


def test_a_table_without_rows(tmp_path: Path) -> None:
    with pytest.raises(InvalidDataset):
        train_on(write(tmp_path / "t.csv", "size,kind"))


def test_an_estimator_that_could_never_predict_even_without_holdout_rows(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,kind", "1.5,a", "2.5,b")

    with pytest.raises(TrainingFailed, match="n_neighbors"):
        train_on(table, "KNeighborsClassifier", params={"n_neighbors": 5})


def test_a_model_that_predicts_no_finite_number_for_a_holdout_row(tmp_path: Path) -> None:
    """The exponential of a Poisson regression overflows on rows far from those that it was fitted on."""
    far = set(holdout_rows(None, 60, seed=0).tolist())
    lines = [f"{1e9 if row in far else row % 7},{row % 7 + 1}" for row in range(60)]
    table = write(tmp_path / "t.csv", "size,count", *lines)

    with pytest.raises(TrainingFailed, match="infinite or not a number") as caught:
        train_on(table, "PoissonRegressor", params={"alpha": 0.0})

    assert caught.value.issues[0].parameter == "model_type"
    assert caught.value.issues[0].hint == "use another model type, or scale the target"


@pytest.mark.parametrize("rows", [2, 60])
@pytest.mark.parametrize("predicted", [np.inf, -np.inf, np.nan])
def test_an_estimator_that_predicts_no_finite_number_with_or_without_holdout_rows(
    rows: int, predicted: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(tmp_path / "t.csv", "size,count", *(f"{row},{row + 1}" for row in range(rows)))
    monkeypatch.setattr(Ridge, "predict", lambda _, matrix: np.full(len(matrix), predicted))

    with pytest.raises(TrainingFailed, match=r"Ridge .* infinite or not a number"):
        train_on(table, "Ridge")
