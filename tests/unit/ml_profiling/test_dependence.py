"""Partial dependence is the mean prediction of hold-out rows whose cells of a column are all the same."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.inspection import partial_dependence

from mini_ml.contracts import Label, PartialDependence
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from tests.unit.ml_profiling.models import Example, make_sales, train_example, write_measurements, write_table

Cells = NDArray[np.object_]
"""Shape (rows, features): cells as they are written."""


class CellScorer(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Let scikit-learn predict rows of cells as a request does: the trained model parses and encodes them."""

    def __init__(self, model: FittedModel) -> None:
        self.model = model

    def fit(self, cells: Cells, target: object = None) -> Self:
        """Do nothing: the model is trained."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def score_cells(self, cells: Cells) -> Predictions:
        columns = dict(zip(self.model.reader.names, cells.T.tolist(), strict=True))
        return self.model.predict_all(self.model.reader.parse_rows(columns, len(cells)))


class CellRegressor(RegressorMixin, CellScorer):  # type: ignore[misc]  # scikit-learn has no types
    """Predict numbers."""

    def predict(self, cells: Cells) -> NDArray[Any]:
        return np.array(self.score_cells(cells).values)


class CellClassifier(ClassifierMixin, CellScorer):  # type: ignore[misc]  # scikit-learn has no types
    """Predict labels and their probabilities."""

    @property
    def classes_(self) -> NDArray[Any]:
        return np.array(self.model.schema.labels)

    def predict(self, cells: Cells) -> NDArray[Any]:
        return np.array(self.score_cells(cells).values)

    def predict_proba(self, cells: Cells) -> Matrix | None:
        return self.score_cells(cells).probabilities


def by_name(example: Example) -> dict[str, PartialDependence]:
    return {one.name: one for one in example.profile.dependence}


def of_scikit_learn(example: Example, place: int, points: tuple[float, ...], **named: str) -> Matrix:
    """Return the averages of the bare estimator, shape (outputs, points)."""
    found = partial_dependence(
        example.estimator,
        example.matrix,
        [place],
        custom_values={place: np.array(points)},
        method="brute",
        kind="average",
        **named,
    )
    averages: Matrix = found["average"]
    return averages


def of_written_cells(
    example: Example, table: Mapping[str, Sequence[object]], name: str, cells: Sequence[str | None]
) -> Matrix:
    """Return the averages of the model that reads the hold-out rows as they are written, shape (outputs, cells)."""
    names = example.model.reader.names
    rows = np.array([table[each] for each in names], dtype=np.object_).T[example.dataset.split.holdout]
    scorer = CellRegressor if example.model.schema.labels is None else CellClassifier
    place = names.index(name)
    found = partial_dependence(
        scorer(example.model), rows, [place], custom_values={place: cells}, method="brute", kind="average"
    )
    averages: Matrix = found["average"]
    return averages


def test_the_dependence_of_a_regressor_is_that_of_scikit_learn(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=0), "RandomForestRegressor")

    for place, name in enumerate(example.model.reader.names):
        found = by_name(example)[name]
        expected = of_scikit_learn(example, place, found.numbers)[0]
        assert found.lines[0].values == pytest.approx(expected.tolist())
        assert found.lines[0].label is None


def test_the_dependence_of_two_labels_is_that_of_the_second(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=2), "RandomForestClassifier")

    found = by_name(example)["width"]

    assert example.model.schema.labels is not None
    assert [line.label for line in found.lines] == [example.model.schema.labels[1]]
    expected = of_scikit_learn(example, 0, found.numbers, response_method="predict_proba")
    assert found.lines[0].values == pytest.approx(expected[0].tolist())


def test_each_of_a_few_labels_has_a_line(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=4), "RandomForestClassifier")

    found = by_name(example)["width"]

    expected = of_scikit_learn(example, 0, found.numbers, response_method="predict_proba")
    assert [line.label for line in found.lines] == ["kind 0", "kind 1", "kind 2", "kind 3"]
    for line, values in zip(found.lines, expected, strict=True):
        assert line.values == pytest.approx(values.tolist())


FORESTS = [
    pytest.param("RandomForestRegressor", 0, [None], id="numbers"),
    pytest.param("RandomForestClassifier", 2, ["kind 1"], id="two labels"),
    pytest.param("RandomForestClassifier", 3, ["kind 0", "kind 1", "kind 2"], id="three labels"),
]


@pytest.mark.parametrize(("model_type", "labels", "lines"), FORESTS)
def test_the_dependence_on_a_category_or_its_gap_is_that_of_scikit_learn(
    tmp_path: Path, model_type: str, labels: int, lines: list[Label | None]
) -> None:
    table = make_sales(rows=400, labels=labels)
    example = train_example(write_table(tmp_path / "t.csv", table), model_type)

    found = by_name(example)["colour"]

    expected = of_written_cells(example, table, "colour", found.categories)
    assert set(found.categories) == {"red", "green", "blue", None}
    assert [line.label for line in found.lines] == lines
    assert np.array([line.values for line in found.lines]) == pytest.approx(expected)
    assert np.ptp(expected, axis=1).min() > 0.1


@pytest.mark.parametrize("dates", ["%Y-%m-%d", "%d.%m.%Y %H:%M"])
@pytest.mark.parametrize(("model_type", "labels", "lines"), FORESTS)
def test_the_dependence_on_a_date_is_that_of_scikit_learn(
    tmp_path: Path, model_type: str, labels: int, lines: list[Label | None], dates: str
) -> None:
    table = make_sales(rows=400, labels=labels, dates=dates)
    example = train_example(write_table(tmp_path / "t.csv", table), model_type)

    found = by_name(example)["sold"]

    written = [datetime.fromtimestamp(seconds, UTC).strftime(dates) for seconds in found.numbers]
    expected = of_written_cells(example, table, "sold", written)
    assert set(written) <= set(table["sold"])
    assert [line.label for line in found.lines] == lines
    assert np.array([line.values for line in found.lines]) == pytest.approx(expected)
    assert np.ptp(expected, axis=1).min() > 0.1


def test_of_many_labels_those_that_change_most_have_lines(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=600, labels=9), "LogisticRegression")

    found = by_name(example)["width"]

    assert len(found.lines) == 5
    assert {"kind 0", "kind 8"} <= {line.label for line in found.lines}
    notes = [note for note in example.profile.notes if note.part == "dependence" and note.code == "many_labels"]
    assert [note.count for note in notes] == [4]


def test_labels_that_all_have_lines_have_no_note(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=5), "LogisticRegression")

    assert len(by_name(example)["width"].lines) == 5
    assert "many_labels" not in {note.code for note in example.profile.notes}


def test_without_probabilities_the_share_of_rows_that_get_the_label_is_shown(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=2), "LinearSVC")

    found = by_name(example)["width"]

    matrix = example.matrix.copy()
    scaling = example.model.members[0].scaling
    assert scaling is not None
    for point, value in zip(found.numbers, found.lines[0].values, strict=True):
        matrix[:, 0] = scaling.apply(np.array([[point, 0, 0]]))[0, 0]
        assert value == pytest.approx(example.estimator.predict(matrix).mean())


def test_the_points_of_many_numbers_are_quantiles_of_the_training_rows(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=600, labels=2), "LogisticRegression")

    found = by_name(example)["noise"].numbers

    values = example.dataset.frame.take(example.dataset.split.training).numbers[:, 2]
    assert len(found) == 20
    assert set(found) <= set(values.tolist())
    assert (found[0], found[-1]) == pytest.approx(np.quantile(values, [0.05, 0.95]).tolist(), abs=0.02)


def test_categories_truth_values_dates_and_gaps_are_points(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    rows = np.arange(400)
    colours = np.array(["red", "green", "blue", ""])[rows % 4]
    table = {
        "colour": colours,
        "fragile": np.where(rows % 3, "yes", "no"),
        "made": [f"2024-{1 + row % 12:02}-{1 + row % 28:02}" for row in rows],
        "few": rows % 5,
        "target": (rows % 4) + (rows % 3 > 0) + 0.1 * (rows % 12) + 0.3 * (rows % 5) + random.normal(0, 0.05, 400),
    }

    found = by_name(train_example(write_table(tmp_path / "t.csv", table), "RandomForestRegressor"))

    assert found["colour"].categories == ("blue", "green", "red", None)
    assert found["colour"].lines[0].values[2] < found["colour"].lines[0].values[1] < found["colour"].lines[0].values[0]
    assert found["fragile"].categories == ("true", "false")
    assert found["fragile"].lines[0].values[0] > found["fragile"].lines[0].values[1]
    assert found["made"].kind == "datetime"
    assert found["made"].numbers[0] < 1735689600 < found["made"].numbers[-1] + 2e7
    assert found["few"].numbers == (0.0, 1.0, 2.0, 3.0, 4.0)


def test_six_columns_that_are_no_texts_have_a_dependence(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    numbers = {f"n{place}": random.normal(0, 1, 400) for place in range(9)}
    words = ("good", "bad", "large", "small", "old", "new", "red", "blue")
    remarks = [" ".join(random.choice(words, 4)) for _ in range(400)]
    target = sum(1.6**place * values for place, values in enumerate(numbers.values()))
    liked = np.array(["good" in remark for remark in remarks])
    table = {**numbers, "remark": remarks, "target": np.round(target + 300.0 * liked, 4)}

    profile = train_example(write_table(tmp_path / "t.csv", table), "Ridge").profile

    important = [one.name for one in profile.importance]
    assert important[:3] == ["remark", "n8", "n7"]
    assert [one.name for one in profile.dependence] == important[1:7]
