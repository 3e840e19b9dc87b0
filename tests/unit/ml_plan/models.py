"""Small fitted models of any type, over tables as hypothesis makes them."""

import io
import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.errors import InvalidDataset
from mini_ml.ml.cells.feature import Cell
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan import store
from mini_ml.ml.plan.compilers import compile_estimator
from mini_ml.ml.training.describe import model_schema
from tests.unit.ml_reading.models import LIMITS, reader, table
from tests.unit.ml_reading.strategies import ANY_CELL, Rows, tables, written

FEW: Final = 7
"""So many trees show what a hundred would."""
_GROWN: Final = {"ExtraTrees": "n_estimators", "Forest": "n_estimators", "HistGradient": "max_iter"}
_EDGES = (0.0, -0.0, 1e30, -1e30, 1e31, 1e-40, 1 / 3, float(np.float32(1 / 3)), 2.0**24 + 1, 1e9 + 0.5)

cells = st.one_of(ANY_CELL, st.floats(width=32), st.floats(), st.sampled_from(_EDGES), st.booleans(), st.none())


@st.composite
def problems(draw: st.DrawFn) -> tuple[Reader, Frame, Frame]:
    """Draw how a table is read, its rows to fit on, and rows to score that hold anything at all."""
    names, rows = draw(tables())
    read = _reader(names, rows)
    strange = draw(st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), min_size=1, max_size=6))
    return read, read.parse(table(written(names, rows))), read.parse_rows(*_by_name(names, [*rows, *strange]))


def fitted(model_type: str, classes: int, read: Reader, frame: Frame) -> FittedModel:
    """Fit a model type to each row four times; the target only has to be there."""
    frame = frame.take(np.tile(np.arange(frame.rows), 4))
    facts = catalogue.model_types()["model_types"][model_type]
    labels = tuple(f"label {code}" for code in range(classes)) if facts["task"] == "classification" else None
    encoder = Encoder.fit(read, frame, LIMITS)
    matrix = encoder.transform(frame)
    shape = MatrixShape(rows=len(matrix), width=encoder.width, labels=labels)
    params: dict[str, JsonValue] = {name: FEW for kind, name in _GROWN.items() if kind in model_type}
    built = build(model_type, params, shape=shape, seed=0)
    scaling = Scaling.fit(matrix, built.scale) if built.scale else None
    scaled = scaling.apply(matrix) if scaling else matrix
    codes = np.arange(len(matrix)) % classes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = built.estimator.fit(scaled, codes if labels else codes + 0.5 + matrix[:, 0] % 1)
    probabilities = labels is not None and hasattr(estimator, "predict_proba")
    schema = model_schema(read, encoder, frame, task=facts["task"], labels=labels, probabilities=probabilities)
    return FittedModel(schema, read, encoder, scaling, estimator, np.empty(0, dtype=np.intp))


def stored(model: FittedModel) -> bytes:
    """Return the plan of a model as a file."""
    form = compile_estimator(model.estimator)
    assert form is not None
    file = io.BytesIO()
    store.dump(model, form, file)
    return file.getvalue()


def planned(model: FittedModel) -> FittedModel:
    """Return a model's plan as it is read from its file."""
    plan = store.load(io.BytesIO(stored(model)))
    assert plan is not None
    return plan


def _reader(names: Sequence[str], rows: Rows) -> Reader:
    try:
        return reader(written(names, rows), "target")
    except InvalidDataset:  # no column is left to learn from
        assume(False)
        raise


def _by_name(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> tuple[dict[str, Sequence[Cell]], int]:
    return dict(zip(names, zip(*rows, strict=True), strict=True)), len(rows)
