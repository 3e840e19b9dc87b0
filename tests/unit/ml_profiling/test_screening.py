"""If not all columns can be measured, those that tell most about the predictions are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mini_ml.ml.profiling import profile
from mini_ml.ml.profiling.screening import _cut, _explain, choose_columns
from mini_ml.ml.profiling.sizes import FigureSizes
from tests.unit.ml_profiling.models import Example, train_example, write_table

WORDS = ("good", "bad", "large", "small", "old", "new", "red", "blue")


def write_many(path: Path, rows: int = 400) -> Path:
    """Write a number, a category and a gap that decide the target, a text, and columns of noise."""
    random = np.random.default_rng(0)
    size, colour = random.normal(0, 1, rows), np.arange(rows) % 3
    table: dict[str, Any] = {f"noise_{place}": random.normal(0, 1, rows) for place in range(5)}
    table |= {
        "size": size,
        "colour": [["red", "green", "blue"][code] for code in colour],
        "codes": [f"c{code}" for code in random.integers(0, 60, rows)],
        "gap": np.where(np.arange(rows) % 2, random.normal(0, 1, rows).astype(str), ""),
        "remark": [" ".join(random.choice(WORDS, 3)) for _ in range(rows)],
        "price": np.round(2 * size**2 + 5 * (colour == 1) + 6 * (np.arange(rows) % 2), 4),
    }
    return write_table(path, table)


def chosen(example: Example, most: int) -> set[str]:
    places = choose_columns(example.model.reader, example.holdout, example.predictions, most=most)
    assert places == sorted(places)
    return {example.model.reader.names[place] for place in places}


def test_texts_and_the_columns_that_decide_the_predictions_are_chosen(tmp_path: Path) -> None:
    example = train_example(write_many(tmp_path / "t.csv"), "RandomForestRegressor")

    assert chosen(example, 4) == {"size", "colour", "gap", "remark"}


@pytest.mark.parametrize("model_type", ["RandomForestClassifier", "LinearSVC"])
def test_the_columns_of_a_classifier_are_chosen_by_what_it_predicts(tmp_path: Path, model_type: str) -> None:
    random = np.random.default_rng(0)
    width = random.normal(0, 1, 300)
    table: dict[str, Any] = {f"noise_{place}": random.normal(0, 1, 300) for place in range(9)}
    path = write_table(tmp_path / "t.csv", {**table, "width": width, "kind": np.where(width > 0, "yes", "no")})

    assert chosen(train_example(path, model_type), 1) == {"width"}


def test_all_columns_are_chosen_if_there_is_time(tmp_path: Path) -> None:
    example = train_example(write_many(tmp_path / "t.csv"), "Ridge")

    assert chosen(example, 10) == set(example.model.reader.names)


def test_a_profile_says_how_many_columns_were_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = FigureSizes(importance_columns=4, importance_rows=80, shuffles=2, dependence_rows=20, values=10)
    monkeypatch.setattr(profile, "choose_sizes", lambda model, rows, *, seconds: sizes)

    found = train_example(write_many(tmp_path / "t.csv"), "RandomForestRegressor").profile

    assert {one.name for one in found.importance} == {"size", "colour", "gap", "remark"}
    assert [(note.part, note.count) for note in found.notes if note.code == "many_columns"] == [("importance", 6)]


@given(
    arrays.arrays(np.float64, (20, 2), elements=st.floats(-1e300, 1e300)),
    st.lists(st.integers(0, 5), min_size=20, max_size=20),
)
def test_no_column_explains_more_than_everything(outputs: Any, codes: list[int]) -> None:
    assert -1 <= _explain(np.array(codes), outputs) <= 1 + 1e-9


@given(arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e300, 1e300) | st.just(float("nan"))))
def test_missing_numbers_have_a_range_of_their_own(values: Any) -> None:
    codes = _cut(values)

    assert ((codes == 0) == np.isnan(values)).all()
    assert codes.max() <= 8
