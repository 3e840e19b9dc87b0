"""Models of an earlier release predict the same, or need retraining."""

import gzip
import json
from base64 import b64decode
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.errors import ModelNeedsRetraining
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from mini_ml.topology import Limits
from mini_ml.workflows.model_cache import ModelCache

RECORD: dict[str, Any] = json.loads(
    gzip.decompress((Path(__file__).parents[2] / "fixtures" / "models-7f73576.json.gz").read_bytes())
)
"""What commit 7f73576 stored and predicted: the registry's objects, rows to score, and the output for each model."""


@pytest.fixture
def earlier() -> MemoryCloud:
    """A cloud with the registry as that commit left it."""
    cloud = memory_cloud()
    for key, stored in RECORD["objects"].items():
        cloud.artifacts.new_version_id = partial(str, stored["version_id"])
        cloud.artifacts.put(key, b64decode(stored["body"]))
    return cloud


def predict_recorded_rows(model: FittedModel) -> str:
    """Return the predictions of the recorded rows, with probabilities if the model has them."""
    options = ScoreOptions(only_predictions=True, probabilities=model.schema.probabilities)
    rows = BytesIO(RECORD["rows"].encode())
    return b"".join(score_csv(model, rows, limits=Limits(), tally=Tally(), options=options)).decode()


def cells(output: str) -> list[str | float]:
    """Return the cells of an output, numbers as numbers."""
    return [_cell(cell) for line in output.splitlines() for cell in line.split(",")]


def _cell(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


def are_alike(found: str, expected: str) -> bool:
    """Return whether two outputs are the same but for the rounding of another processor."""
    pairs = zip(cells(found), cells(expected), strict=True)
    return all(one == other or one == pytest.approx(other, rel=1e-9, abs=1e-12) for one, other in pairs)


@pytest.mark.parametrize("name", RECORD["expected"])
def test_a_plan_of_an_earlier_release_predicts_the_same(name: str, earlier: MemoryCloud, tmp_path: Path) -> None:
    model = ModelCache(earlier, workdir=tmp_path).model(name, "latest").model

    assert are_alike(predict_recorded_rows(model), RECORD["expected"][name]["served"])


@pytest.mark.parametrize("name", RECORD["expected"])
def test_a_pipeline_of_an_earlier_release_predicts_the_same_or_needs_retraining(
    name: str, earlier: MemoryCloud, tmp_path: Path
) -> None:
    try:
        model = ModelCache(earlier, workdir=tmp_path).version(name, 1).model
    except ModelNeedsRetraining:
        return

    assert are_alike(predict_recorded_rows(model), RECORD["expected"][name]["pipeline"])
