"""Models and plans that commit 8fac7bc stored, with a single estimator, predict as they did there."""

import gzip
import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model import artifact
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan import store
from mini_ml.ml.scoring.score import score_rows

RECORD: dict[str, Any] = json.loads(
    gzip.decompress((Path(__file__).parents[2] / "fixtures" / "models-8fac7bc.json.gz").read_bytes())
)
"""What that commit stored, and what it predicted for `instances`."""


def load_artifact(body: bytes) -> FittedModel:
    return artifact.load(BytesIO(body))


def load_plan(body: bytes) -> FittedModel:
    plan = store.load(BytesIO(body))
    assert plan is not None
    return plan


@pytest.mark.parametrize(("stored", "load"), [("artifact", load_artifact), ("plan", load_plan)])
@pytest.mark.parametrize("model_type", RECORD["models"])
def test_it_predicts_the_same(model_type: str, stored: str, load: Any) -> None:
    expected = RECORD["models"][model_type]
    model = load(b64decode(expected[stored]))

    rows = rows_from_json({"instances": RECORD["instances"]})
    found = score_rows(model, rows, tally=Tally(), probabilities=model.schema.probabilities)

    if model.schema.labels is None:
        assert list(found.values) == pytest.approx(expected["values"], rel=1e-9)
    else:
        assert list(found.values) == expected["values"]
    if found.probabilities is not None:
        assert found.probabilities.tolist() == [pytest.approx(row, rel=1e-9) for row in expected["probabilities"]]
