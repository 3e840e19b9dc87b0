"""The predictions of the hold-out rows are written so that models can be compared row by row later."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mini_ml.contracts import ClassificationMetrics, Label, RegressionMetrics, TrainOptions
from mini_ml.errors import ArtifactRejected
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.training import evaluation, holdout_predictions
from mini_ml.ml.training.holdout_predictions import (
    HoldoutPredictions,
    read_holdout_predictions,
    write_holdout_predictions,
)
from mini_ml.ml.training.trained import Trained, split_document
from tests.unit.ml_training.tables import mixed_rows, train_on, write

LABELS = ("no", "yes")
FILE = "row,digest,target,prediction,probability_no,probability_yes\n2,00000000000000ff,no,yes,0.25,0.75\n"
OF_NUMBERS = "row,digest,target,prediction\n2,00000000000000ff,1.5,2.25\n"


def predictions_of(
    values: Sequence[Label],
    target: NDArray[Any],
    *,
    labels: Sequence[Label] | None = None,
    probabilities: NDArray[np.float64] | None = None,
) -> HoldoutPredictions:
    """Return predictions of the rows 0, 2, 4, …"""
    rows = np.arange(len(target)) * 2
    return HoldoutPredictions.of(
        Predictions(values, probabilities), rows=rows, digests=rows.astype(np.uint64) + 7, target=target, labels=labels
    )


def write_text(found: HoldoutPredictions, labels: Sequence[Label] | None) -> str:
    return gzip.decompress(write_holdout_predictions(found, labels) or b"").decode()


def read_text(text: str, labels: Sequence[Label] | None = LABELS) -> HoldoutPredictions:
    return read_holdout_predictions(gzip.compress(text.encode()), labels)


def train_and_read(table: Path, model_type: str, target: str) -> tuple[Trained, HoldoutPredictions]:
    trained = train_on(table, model_type, target=target)
    assert trained.holdout_predictions is not None
    return trained, read_holdout_predictions(trained.holdout_predictions, trained.schema.labels)


def test_the_file_of_a_classifier_has_a_line_for_each_row_that_a_person_can_read() -> None:
    probabilities = np.array([[0.25, 0.75], [1.0, 0.0], [1 / 3, 2 / 3]])
    found = predictions_of(["yes", "no", "yes"], np.array([0, 0, 1]), labels=LABELS, probabilities=probabilities)

    assert write_text(found, LABELS) == (
        "row,digest,target,prediction,probability_no,probability_yes\n"
        "0,0000000000000007,no,yes,0.25,0.75\n"
        "2,0000000000000009,no,no,1,0\n"
        "4,000000000000000b,yes,yes,0.333333333,0.666666667\n"
    )


def test_the_file_of_a_regressor_has_no_probabilities() -> None:
    assert write_text(predictions_of([2.25], np.array([1.5])), None) == (
        "row,digest,target,prediction\n0,0000000000000007,1.5,2.25\n"
    )


def test_without_holdout_rows_there_is_no_file() -> None:
    assert write_holdout_predictions(predictions_of([], np.empty(0)), None) is None


def test_labels_that_a_spreadsheet_would_run_are_guarded_and_read_back() -> None:
    labels = ("=1+1", "it's, “quoted”\n")
    found = predictions_of(labels, np.array([1, 0]), labels=labels)

    assert "'=1+1" in write_text(found, labels)
    assert read_text(write_text(found, labels), labels).predicted.tolist() == [0, 1]


def test_too_many_probabilities_leave_only_that_of_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdout_predictions, "MOST_PROBABILITIES", 3)
    probabilities = np.array([[0.25, 0.75], [0.5, 0.5]])
    found = predictions_of(["yes", "no"], np.array([0, 1]), labels=LABELS, probabilities=probabilities)

    text = write_text(found, LABELS)

    assert text.startswith("row,digest,target,prediction,probability_of_target\n0,0000000000000007,no,yes,0.25\n")
    read = read_text(text)
    assert read.probabilities is None
    assert read.target_probabilities is not None
    assert read.target_probabilities.tolist() == [0.25, 0.5]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.floats(0, 1)), min_size=1, max_size=20))
def test_written_predictions_of_labels_read_back(rows: list[tuple[int, int, float]]) -> None:
    labels = ("a", "b", "1")
    probabilities = np.array([[share, 1 - share, 0.0] for _, _, share in rows])
    target = np.array([true for true, _, _ in rows])
    found = predictions_of([labels[code] for _, code, _ in rows], target, labels=labels, probabilities=probabilities)

    read = read_text(write_text(found, labels), labels)

    assert read.rows.tolist() == found.rows.tolist()
    assert read.digests.tolist() == found.digests.tolist()
    assert read.target.tolist() == target.tolist()
    assert read.predicted.tolist() == found.predicted.tolist()
    assert read.probabilities is not None
    assert read.probabilities == pytest.approx(probabilities, rel=1e-8)


@given(st.lists(st.text(min_size=1), min_size=2, max_size=4, unique=True))
def test_labels_of_any_text_read_back(labels: list[str]) -> None:
    codes = np.arange(len(labels))
    found = predictions_of(labels, codes, labels=labels, probabilities=np.eye(len(labels)))

    read = read_holdout_predictions(write_holdout_predictions(found, labels) or b"", labels)

    assert read.target.tolist() == read.predicted.tolist() == codes.tolist()


@given(st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e9, 1e9)), min_size=1))
def test_written_predictions_of_numbers_read_back_exactly(rows: list[tuple[float, float]]) -> None:
    found = predictions_of([value for _, value in rows], np.array([true for true, _ in rows]))

    read = read_text(write_text(found, None), None)

    assert read.target.tolist() == found.target.tolist()
    assert read.predicted.tolist() == found.predicted.tolist()
    assert read.target_probabilities is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "it is damaged", id="empty"),
        pytest.param("row,digest,target,prediction\n", "its rows", id="no rows"),
        pytest.param(FILE.replace("probability_no", "probability_nein"), "its columns", id="another label"),
        pytest.param(FILE.replace("0.25,", ""), "line 2 has 5 cells instead of 6", id="a cell too few"),
        pytest.param(FILE.replace("ff", "fg"), "the digest in line 2", id="digest"),
        pytest.param(FILE.replace("00ff", "00FF"), "the digest in line 2", id="capital digest"),
        pytest.param(FILE.replace(",no,yes", ",no,maybe"), "it has a cell", id="unknown label"),
        pytest.param(FILE.replace("0.25", "a quarter"), "it has a cell", id="no number"),
        pytest.param(FILE.replace("0.25", "nan"), "it has a probability", id="not finite"),
        pytest.param(FILE.replace("\n2,", "\n-2,"), "its rows", id="negative row"),
        pytest.param(FILE.replace("\n2,", "\ntwo,"), "it has a cell", id="row is not a number"),
        pytest.param(FILE + FILE.split("\n")[1] + "\n", "its rows", id="the same row twice"),
        pytest.param(FILE + '"', "it is damaged", id="open quote"),
    ],
)
def test_a_file_of_another_form_is_rejected_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ArtifactRejected, match=reason):
        read_text(text)


@pytest.mark.parametrize("number", ["inf", "nan", "no"])
def test_numbers_that_are_not_finite_are_rejected(number: str) -> None:
    with pytest.raises(ArtifactRejected):
        read_text(OF_NUMBERS.replace("1.5", number), None)


def test_a_file_of_labels_is_not_read_as_one_of_numbers() -> None:
    with pytest.raises(ArtifactRejected, match="its columns"):
        read_text(FILE, None)


@pytest.mark.parametrize(
    "contents",
    [b"", b"row,digest,target,prediction\n", gzip.compress(FILE.encode())[:-9], gzip.compress(b"\xff\xff")],
    ids=["nothing", "not packed", "cut off", "no text"],
)
def test_bytes_that_are_not_a_packed_text_are_rejected(contents: bytes) -> None:
    with pytest.raises(ArtifactRejected, match="it is damaged"):
        read_holdout_predictions(contents, LABELS)


def test_a_training_writes_what_reproduces_the_metrics_of_a_classifier(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,colour,fragile,made,remark", *mixed_rows(300))

    trained, found = train_and_read(table, "RandomForestClassifier", "colour")

    assert isinstance(trained.metrics, ClassificationMetrics)
    assert found.probabilities is not None
    assert trained.schema.labels is not None
    again = evaluation.measure_classification(
        found.target, found.predicted, found.probabilities, labels=trained.schema.labels
    )
    assert again.confusion_matrix == trained.metrics.confusion_matrix
    assert again.log_loss == pytest.approx(trained.metrics.log_loss)
    assert again.roc_auc == pytest.approx(trained.metrics.roc_auc)
    assert found.rows.tolist() == json.loads(split_document(trained, TrainOptions()))["holdout_rows"]


def test_a_training_writes_what_reproduces_the_metrics_of_a_regressor(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,colour,fragile,made,remark", *mixed_rows(300))

    trained, found = train_and_read(table, "Ridge", "size")

    assert isinstance(trained.metrics, RegressionMetrics)
    assert evaluation.measure_regression(found.target, found.predicted).rmse == trained.metrics.rmse


def test_versions_trained_on_files_with_the_same_rows_share_their_digests(tmp_path: Path) -> None:
    rows = [f"{row},{row % 7},{'yes' if row % 3 else 'no'}" for row in range(90)]
    newer = [row.replace(",", ";") for row in reversed(rows)]
    first = write(tmp_path / "first.csv", "size,rest,answer", *rows)
    second = write(tmp_path / "second.csv", "size;rest;answer", *newer, "900;6;yes")

    _, of_first = train_and_read(first, "GaussianNB", "answer")
    _, of_second = train_and_read(second, "GaussianNB", "answer")

    known = dict(zip(of_first.digests.tolist(), (of_first.rows % 3 > 0).tolist(), strict=True))
    shared = [digest for digest in of_second.digests.tolist() if digest in known]
    answers = dict(zip(of_second.digests.tolist(), of_second.target.tolist(), strict=True))
    assert len(shared) >= 1
    assert [answers[digest] for digest in shared] == [int(known[digest]) for digest in shared]


def test_the_same_training_writes_the_same_bytes(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,answer", *(f"{row},{row % 2}" for row in range(40)))

    first, second = (train_on(table, "LogisticRegression") for _ in range(2))

    assert first.holdout_predictions == second.holdout_predictions


def test_a_table_without_holdout_rows_has_no_file(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,answer", "1,yes", "2,no")

    trained = train_on(table, "GaussianNB")

    assert trained.holdout_predictions is None
    assert trained.metrics.intervals == {}
    assert trained.metrics.baseline == {}
