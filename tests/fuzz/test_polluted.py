"""Any polluted file is read, scored or rejected with a reason, whatever the size of the chunks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mini_ml.adapters.http.answering.problems import status_for
from mini_ml.contracts import TrainOptions
from mini_ml.errors import MiniMLError
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.score import ScoreOptions
from mini_ml.ml.training.prepare import ParsedDataset, read_dataset
from mini_ml.topology import Limits
from tests.functions.services import Services, services_in
from tests.fuzz import polluted
from tests.fuzz.hooks import LEAKS, strict
from tests.fuzz.inputs import examples
from tests.unit.ml_reading.models import regressor, score
from tests.unit.ml_reading.polluted_rows import CLEAN

BadRows = Literal["refuse", "keep"]
MODEL = regressor(CLEAN)
some = settings(examples(150), suppress_health_check=list(HealthCheck))
fewer = settings(examples(40), suppress_health_check=list(HealthCheck))
bad_rows: st.SearchStrategy[BadRows] = st.sampled_from(["refuse", "keep"])


def outcome(action: Callable[[], object]) -> object:
    """Return what an action returns, or the error that it raises."""
    try:
        return action()
    except MiniMLError as error:
        return type(error), str(error), tuple(error.issues)


def is_rejection(found: object) -> bool:
    """Return whether an outcome is an error that blames the input and says where."""
    return isinstance(found, tuple) and 400 <= status_for(found[0]) < 500 and bool(found[2])


def round_predictions(found: object) -> object:
    """Return an output with eleven digits of each prediction, since the last ones depend on the rows beside it."""
    if not isinstance(found, bytes):
        return found
    return re.sub(rb"-?\d+\.\d{9,}(?=\r?\n)", lambda number: f"{float(number[0]):.11g}".encode(), found)


def read_for_training(content: bytes) -> ParsedDataset:
    """Read a file as the trainer does."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(content)
        return read_dataset(path, TrainOptions(), limits=Limits(), seed=0)


@some
@given(polluted.files())
def test_any_polluted_file_is_read_for_training_or_rejected(content: bytes) -> None:
    found = outcome(lambda: read_for_training(content))

    assert is_rejection(found) or isinstance(found, ParsedDataset)


@some
@given(polluted.files(), bad_rows)
def test_any_polluted_file_is_scored_or_rejected(content: bytes, kept: BadRows) -> None:
    found = outcome(lambda: score(MODEL, content, ScoreOptions(bad_rows=kept)))

    assert is_rejection(found) or isinstance(found, bytes)


@fewer
@given(polluted.long_files(), bad_rows, st.integers(150, 3_000))
def test_the_chunk_size_changes_neither_the_output_nor_the_counts_of_a_polluted_file(
    file: polluted.LongFile, kept: BadRows, chunk_bytes: int
) -> None:
    tally, other = Tally(), Tally()
    options = ScoreOptions(bad_rows=kept)

    found = outcome(lambda: score(MODEL, file.content, options, tally=tally, chunk_bytes=chunk_bytes))
    expected = outcome(lambda: score(MODEL, file.content, options, tally=other))

    assert round_predictions(found) == round_predictions(expected)
    assert is_rejection(found) or tally == other


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with a model of the clean table."""
    with services_in(tmp_path_factory.mktemp("polluted")) as services:
        form = {"target_column": "y", "model_type": "Ridge"}
        trained = services.trainer.post("/train", data=form, files={"dataset_file": ("clean.csv", CLEAN.encode())})
        assert trained.status_code == 201, trained.text
        yield services


@some
@given(polluted.files())
def test_any_polluted_online_csv_is_answered_or_rejected(services: Services, content: bytes) -> None:
    headers = {"Content-Type": "text/csv"}

    answer = services.predict.post("/models/default/invocations", content=content, headers=headers)

    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    assert answer.status_code == 200 or strict(answer.text)["errors"]
    assert not LEAKS.search(answer.text)
