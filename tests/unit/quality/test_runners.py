"""Our runner trains on a file and answers about another one, as those of the other programs do."""

from pathlib import Path

import numpy as np
import pytest

from bench.quality.runners.exchange import Exercise
from bench.quality.runners.run_ours import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [(row, row % 3, "b" if row % 2 else "a", row / 2) for row in range(90)]
    (tmp_path / "train.csv").write_text("".join(["x,y,class,number\n", *(f"{x},{y},{c},{n}\n" for x, y, c, n in rows)]))
    (tmp_path / "test.csv").write_text("x,y\n10,1\n11,2\n12,0\n")
    return tmp_path


def exercise(folder: Path, target: str, *, is_classification: bool) -> Exercise:
    return Exercise(
        train=folder / "train.csv",
        test=folder / "test.csv",
        target=target,
        is_classification=is_classification,
        options={"columns_to_drop": ["number" if is_classification else "class"]},
    )


def test_a_classification_answers_with_the_probability_of_each_class(folder: Path) -> None:
    answer = run(exercise(folder, "class", is_classification=True))

    assert answer.classes == ["a", "b"]
    assert answer.predictions.shape == (3, 2)
    assert answer.predictions.sum(axis=1) == pytest.approx([1, 1, 1])
    assert answer.model_bytes > 0


def test_a_regression_answers_with_a_number_for_each_row(folder: Path) -> None:
    answer = run(exercise(folder, "number", is_classification=False))

    assert answer.classes == []
    assert answer.predictions.shape == (3,)
    assert np.abs(answer.predictions - [5.0, 5.5, 6.0]).max() < 3
