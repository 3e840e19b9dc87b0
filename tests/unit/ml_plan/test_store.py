"""The file of a plan contains everything needed to score a row, and reading it runs no code."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from mini_ml.errors import ArtifactRejected
from mini_ml.ml.encoding.features import fit_encoder
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.member import Member
from mini_ml.ml.plan import store
from mini_ml.ml.plan.agreement import agree
from mini_ml.ml.schema.infer import infer
from mini_ml.ml.training.describe import model_schema
from tests.unit.ml_plan.models import dump_plan, reload_plan
from tests.unit.ml_reading.models import LIMITS, classifier, table
from tests.unit.ml_training.tables import MIXED_HEADER, mixed_rows

CSV = "\n".join([f"{MIXED_HEADER},kind", *(f"{row},{'ab'[place % 2]}" for place, row in enumerate(mixed_rows(60)))])
ALL_HEADER = f"{MIXED_HEADER},city,kind"
ALL_ROWS = [
    f"{row},{f'k{place % 40}' if place % 9 else ''},{'abc'[place % 3]}" for place, row in enumerate(mixed_rows(160))
]
UNKNOWN = ",,,,,nowhere,a"
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


@pytest.mark.parametrize("classes", [2, 3])
def test_a_plan_encodes_every_kind_of_column_as_the_model_does(classes: int) -> None:
    model = fit_to_all_kinds(classes)
    frame = model.reader.parse(table(f"{ALL_HEADER}\n{UNKNOWN}\n" + "\n".join(ALL_ROWS)))

    plan = reload_plan(model)

    assert {type(column).__name__ for column in plan.encoder.columns} == {"Categories", "Vocabulary", "TargetMeans"}
    assert (plan.encoder.cyclic, plan.encoder.feature_names) == (True, model.encoder.feature_names)
    assert np.array_equal(plan.encoder.transform(frame), model.encoder.transform(frame))
    assert plan.encoder.unseen(frame) == model.encoder.unseen(frame)
    assert plan.encoder.unseen(frame)["city"] == {"nowhere": 1}
    assert agree(plan, frame, model.predict_all(frame))


def test_a_plan_of_an_earlier_release_encodes_dates_as_before() -> None:
    model = fit_to_all_kinds(2)
    names = [name for name in model.encoder.feature_names if not name.endswith(("_sin", "_cos"))]
    encoder = replace(model.encoder, cyclic=False, feature_names=tuple(names))
    earlier = replace(model, members=(replace(model.members[0], encoder=encoder),))
    with np.load(BytesIO(dump_plan(earlier))) as stored:
        arrays = dict(stored)
    document = json.loads(arrays["document"].tobytes())
    del document["encoders"][0]["cyclic"]
    file = BytesIO()
    np.savez(file, **{**arrays, "document": np.frombuffer(json.dumps(document).encode(), dtype=np.uint8)})
    file.seek(0)
    frame = model.reader.parse(table(f"{ALL_HEADER}\n{UNKNOWN}\n"))

    plan = store.load(file)

    assert plan is not None
    kept = [name in names for name in model.encoder.feature_names]
    assert np.array_equal(plan.encoder.transform(frame), model.encoder.transform(frame)[:, kept])


def fit_to_all_kinds(classes: int) -> FittedModel:
    """Fit a model to a table with every kind of column, one with many categories among them."""
    read = table("\n".join([ALL_HEADER, *ALL_ROWS]))
    rules = infer(read, target="kind").reader
    frame = rules.parse(read)
    codes = np.arange(frame.rows) % classes
    encoder, matrix = fit_encoder(rules, frame, LIMITS, target=codes, classes=classes, encoding="target_mean")
    labels = ("a", "b", "c")[:classes]
    schema = model_schema(rules, encoder, frame, task="classification", labels=labels, probabilities=True)
    forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(matrix, codes)
    return FittedModel(schema, rules, (Member(encoder, None, forest),), np.empty(0, dtype=np.intp))


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
