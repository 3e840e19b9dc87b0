"""Small real models, and helpers to read and score with them."""

from io import BytesIO

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeClassifier

from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.member import Member
from mini_ml.ml.records.known_names import KnownNames
from mini_ml.ml.records.read_header import read_header
from mini_ml.ml.records.stream import BlockStream
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.unpack import open_source
from mini_ml.ml.schema.infer import Inferred, infer
from mini_ml.ml.schema.lookup import target_column
from mini_ml.ml.schema.target import classification_target, read_numbers, regression_target
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.ml.training.describe import model_schema
from mini_ml.topology import Limits

LIMITS = Limits()


def to_bytes(csv: str | bytes) -> bytes:
    """Return a CSV as bytes."""
    return csv.encode() if isinstance(csv, str) else csv


def table(csv: str | bytes, limits: Limits = LIMITS) -> Table:
    """Read a CSV as training does."""
    return read_table_from(BytesIO(to_bytes(csv)), limits)


def inferred(csv: str | bytes, target: str | None = None, dropped: tuple[str, ...] = ()) -> Inferred:
    """Decide about the columns of a CSV."""
    read = table(csv)
    return infer(read, target=target_column(read, target), dropped=dropped)


def reader(csv: str | bytes, target: str | None = None, dropped: tuple[str, ...] = ()) -> Reader:
    """Infer how a CSV is read."""
    return inferred(csv, target, dropped).reader


def kinds(csv: str | bytes) -> dict[str, str]:
    """Return the kind of each column that a model of this CSV reads."""
    return {feature.name: feature.kind for feature in reader(csv).features}


def classifier(csv: str | bytes, target: str | None = None, dropped: tuple[str, ...] = ()) -> FittedModel:
    """Fit a decision tree to all rows."""
    read = table(csv)
    name = target_column(read, target)
    rules = infer(read, target=name, dropped=dropped).reader
    classes = classification_target(read, name)
    frame = rules.parse(read).take(classes.rows)
    encoder = Encoder.fit(rules, frame, LIMITS)
    estimator = DecisionTreeClassifier(random_state=0).fit(encoder.transform(frame), classes.codes)
    schema = model_schema(rules, encoder, frame, task="classification", labels=classes.labels, probabilities=True)
    return FittedModel(schema, rules, (Member(encoder, None, estimator),), np.empty(0, dtype=np.intp))


def regressor(csv: str | bytes, target: str | None = None) -> FittedModel:
    """Fit a ridge regression to all rows."""
    read = table(csv)
    name = target_column(read, target)
    decided = infer(read, target=name)
    rules = decided.reader
    numbers = regression_target(read, name, read_numbers(read, name, decided.target.format))
    frame = rules.parse(read).take(numbers.rows)
    encoder = Encoder.fit(rules, frame, LIMITS)
    estimator = Ridge().fit(encoder.transform(frame), numbers.values)
    schema = model_schema(rules, encoder, frame, task="regression", labels=None, probabilities=False)
    return FittedModel(schema, rules, (Member(encoder, None, estimator),), np.empty(0, dtype=np.intp))


def score(
    model: FittedModel,
    csv: str | bytes,
    options: ScoreOptions | None = None,
    *,
    tally: Tally | None = None,
    chunk_bytes: int = 1 << 20,
    limits: Limits = LIMITS,
) -> bytes:
    """Return the whole output of a scoring."""
    source = BytesIO(to_bytes(csv))
    parts = score_csv(model, source, limits=limits, tally=tally or Tally(), options=options, chunk_bytes=chunk_bytes)
    return b"".join(parts)


def predictions(model: FittedModel, csv: str | bytes, *, chunk_bytes: int = 1 << 20) -> list[str]:
    """Return the predictions of a CSV as their cells are spelled."""
    output = score(model, csv, ScoreOptions(only_predictions=True), chunk_bytes=chunk_bytes)
    return output.decode().splitlines()[1:]


def encode(model: FittedModel, csv: str | bytes) -> Matrix:
    """Return the matrix that the estimator would see of a file to score."""
    reader = model.reader
    known = KnownNames(reader.names, reader.file, len(reader.features) + len(reader.left_out) + 1, reader.target)
    source = open_source(BytesIO(to_bytes(csv)), max_bytes=LIMITS.upload_bytes)
    header, rest = read_header(source, LIMITS, known)
    positions = {name: header.names.index(name) for name in reader.names}
    blocks = BlockStream(source, header, rest, limits=LIMITS)
    return np.vstack([model.encoder.transform(reader.parse_block(block, positions)) for block in blocks])
