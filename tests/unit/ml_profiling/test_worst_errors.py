"""The rows with the worst errors are named by the line of the file on which they begin."""

from pathlib import Path

import numpy as np
import pytest

from mini_ml.ml.profiling.predictions import MOST_ERRORS, find_worst_labels, find_worst_numbers
from tests.unit.ml_profiling.models import train_example, write_measurements

TITLE = "A table of measurements,,\n,,\n"
"""Two lines above the names of the columns."""


def write_rows(path: Path, *, title: str = "", end: str = "\n", remark: str = "plain", wide_rows: int = 0) -> Path:
    """Write rows whose number and target tell which row they are, and some rows that are too wide."""
    random = np.random.default_rng(4)
    lines = []
    for row in range(400):
        number = 1000 + row + 0.5
        cells = f"{number},{remark},{number + random.normal(0, 30):.4f}"
        lines.append(cells)
        if wide_rows and row in (10, 200):
            lines += ["1,2,3,4,5,6"] * (wide_rows // 2)
    names = "size,remark,target\n"
    path.write_bytes((title + names + "\n".join(lines) + "\n").replace("\n", end).encode())
    return path


@pytest.mark.parametrize(
    "file",
    [
        {},
        {"end": "\r\n"},
        {"title": TITLE},
        {"wide_rows": 4},
        {"remark": '"of two\nlines"'},
        {"remark": '"of two\nlines"', "end": "\r\n", "title": TITLE, "wide_rows": 2},
    ],
    ids=["plain", "CRLF", "title", "bad rows", "quoted line ends", "all"],
)
def test_the_line_of_an_error_is_where_its_row_begins(tmp_path: Path, file: dict[str, object]) -> None:
    path = write_rows(tmp_path / "t.csv", **file)  # type: ignore[arg-type]

    example = train_example(path, "Ridge", target_column="target")

    lines = path.read_bytes().replace(b"\r\n", b"\n").decode().split("\n")
    assert len(example.profile.worst_errors) == MOST_ERRORS
    for error in example.profile.worst_errors:
        own = "\n".join(lines[error.line - 1 : error.line + 1])
        assert isinstance(error.actual, float)
        assert f",{error.actual:.4f}" in own
        assert own[0].isdigit()


def test_the_worst_numbers_have_the_largest_absolute_errors(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=0), "Ridge")

    found = example.profile.worst_errors

    losses = np.abs(example.target - np.array(example.predictions.values))
    assert [error.loss for error in found] == pytest.approx(np.sort(losses)[::-1][:MOST_ERRORS].tolist())
    differences = np.array([error.actual for error in found]) - np.array([error.predicted for error in found])
    assert np.abs(differences).tolist() == pytest.approx([error.loss for error in found])


def test_the_worst_labels_are_wrong_and_least_probable(tmp_path: Path) -> None:
    example = train_example(write_measurements(tmp_path / "t.csv", rows=300, labels=4), "LogisticRegression")

    found = example.profile.worst_errors

    probabilities = example.predictions.probabilities
    assert probabilities is not None
    is_wrong = probabilities.argmax(axis=1) != example.target
    losses = -np.log(probabilities[np.arange(len(is_wrong)), example.target])[is_wrong]
    assert [error.loss for error in found] == pytest.approx(np.sort(losses)[::-1][:MOST_ERRORS].tolist())
    assert all(error.actual != error.predicted for error in found)


def test_a_perfect_classifier_has_no_errors() -> None:
    truth = np.array([0, 1, 0])

    assert find_worst_labels(truth, truth, np.array([0.1, 0.6, 0.2]), np.arange(3), ("a", "b")) == ()


def test_errors_of_the_largest_numbers_are_finite() -> None:
    largest = np.finfo(np.float64).max

    found = find_worst_numbers(np.array([largest, 1.0]), np.array([-largest, 1.0]), np.array([2, 3]))

    assert [(error.line, error.loss) for error in found] == [(2, largest)]
