"""From a file to what an estimator is fitted on: one parse, one split, and nothing kept that is not needed again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mini_ml.contracts import Schema, TrainOptions
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.estimates.preflight import Read
from mini_ml.ml.estimators.build import Matrix as Shape
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.schema.infer import infer
from mini_ml.ml.schema.target import target_column
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.describe import model_schema
from mini_ml.ml.training.split import Split, split_rows
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A file that was parsed and parted; its text is no longer in memory."""

    reader: Reader
    split: Split
    frame: Frame
    """All rows, those without a target too."""
    bytes: int
    cells: int
    """Of the whole file."""
    memory_bytes: int
    """What reading it took: counted whole, since an allocator seldom gives back what was let go of."""

    @property
    def holdout(self) -> Frame:
        """Return the rows that measure the model."""
        return self.frame.take(self.split.holdout)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The training rows as an estimator sees them, and what was learned on the way."""

    encoder: Encoder
    schema: Schema
    """Its `probabilities` are not known before an estimator is."""
    matrix: Matrix
    """Shape (training rows, encoded width)."""
    read: Read


def read_dataset(path: Path, options: TrainOptions, *, limits: Limits, seed: int) -> Dataset:
    """Read a file whole, decide how its rows are read, part them, and let go of the text.

    Raises:
        InvalidDataset, UnknownColumn, InvalidTarget, LimitExceeded: it cannot be learned from.
    """
    table = read_table(path, limits)
    target = target_column(table, options.target_column, dropped=options.columns_to_drop)
    reader = infer(table, target=target, dropped=options.columns_to_drop)
    split = split_rows(table, reader, model_type=options.model_type, limits=limits, seed=seed)
    frame = reader.parse(table)
    return Dataset(
        reader=reader,
        split=split,
        frame=frame,
        bytes=table.bytes,
        cells=table.rows * len(table.names),
        memory_bytes=table.memory_bytes + frame.memory_bytes,
    )


def prepare(dataset: Dataset, *, limits: Limits, affordable: Callable[[Shape, Read], None]) -> Prepared:
    """Learn how rows are encoded from the training rows, and encode these.

    Args:
        dataset: as it was read.
        limits: of the encoded width.
        affordable: raises LimitExceeded for what cannot be fitted, before the matrix takes any memory.
    """
    split = dataset.split
    training = dataset.frame.take(split.training)
    encoder = Encoder.fit(dataset.reader, training, limits)
    read = Read(cells=dataset.cells, bytes=dataset.memory_bytes + training.memory_bytes)
    affordable(Shape(rows=training.rows, width=encoder.width, labels=split.spelled), read)
    schema = model_schema(dataset.reader, encoder, training, task=split.task, labels=split.labels, probabilities=False)
    return Prepared(encoder=encoder, schema=schema, matrix=encoder.transform(training), read=read)
