"""The file of a plan contains everything needed to score a row, and reading it runs no code."""

import json
import pickle
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from mini_ml.errors import ArtifactRejected
from mini_ml.ml.plan import store
from tests.unit.ml_plan.models import dump_plan, reload_plan
from tests.unit.ml_reading.models import classifier
from tests.unit.ml_training.tables import MIXED_HEADER, mixed_rows

CSV = "\n".join([f"{MIXED_HEADER},kind", *(f"{row},{'ab'[place % 2]}" for place, row in enumerate(mixed_rows(60)))])
ALONE = """
import json, sys
from mini_ml.ml.plan import store
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.scoring.score import score_rows
from mini_ml.ml.cells.tally import Tally
plan = store.load(open(sys.argv[1], "rb"))
row = {"size": 1.5, "colour": "red", "fragile": "yes", "made": "2024-02-03", "remark": "it is small"}
predicted = score_rows(plan, rows_from_json({"instances": [row]}), tally=Tally(), probabilities=True)
heavy = {"sklearn", "scipy", "pandas", "joblib", "pickle"} & set(sys.modules)
print(json.dumps([list(predicted.values), sorted(heavy - {"pickle"})]))
"""


def test_a_plan_reads_rows_as_the_model_does() -> None:
    model = classifier(CSV)

    plan = reload_plan(model)

    assert (plan.reader, plan.schema) == (model.reader, model.schema)
    assert plan.encoder.columns == model.encoder.columns
    assert plan.encoder.feature_names == model.encoder.feature_names


def test_a_model_always_gives_the_same_plan_file() -> None:
    model = classifier(CSV)

    assert dump_plan(model) == dump_plan(model)


def test_a_plan_predicts_without_scikit_learn_and_pandas(tmp_path: Path) -> None:
    (tmp_path / "plan.npz").write_bytes(dump_plan(classifier(CSV)))

    done = subprocess.run(
        [sys.executable, "-c", ALONE, tmp_path / "plan.npz"], capture_output=True, text=True, check=True, timeout=60
    )

    labels, heavy = json.loads(done.stdout)
    assert (set(labels) <= {"a", "b"}, heavy) == (True, [])


def test_a_plan_of_another_format_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = dump_plan(classifier(CSV))
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)

    assert store.load(BytesIO(plan)) is None


def pickle_model() -> bytes:
    file = BytesIO()
    np.savez(file, document=np.array([{"format": 1}], dtype=object))
    return file.getvalue()


@pytest.mark.parametrize("body", [b"", b"no plan", pickle.dumps({"format": 1}), pickle_model()])
def test_an_invalid_plan_is_rejected_and_never_unpickled(body: bytes) -> None:
    with pytest.raises(ArtifactRejected):
        store.load(BytesIO(body))
