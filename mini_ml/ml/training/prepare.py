"""Read a file, split its rows, and encode the training rows; free each intermediate form as early as possible."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mini_ml.contracts import ColumnReport, DataWarning, FileReport, Schema, TrainOptions
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.estimates.preflight import DatasetFootprint
from mini_ml.ml.estimators.build import MatrixShape
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.schema.data_warnings import limit_warnings
from mini_ml.ml.schema.infer import infer
from mini_ml.ml.schema.lookup import target_column
from mini_ml.ml.training.column_reports import complete_reports
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.describe import model_schema
from mini_ml.ml.training.split import Split, split_rows
from mini_ml.ml.training.target_values import read_target_values
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class ParsedDataset:
    """A parsed file and its split; the text of the file is no longer in memory."""

    reader: Reader
    columns: tuple[ColumnReport, ...]
    """What was decided about each column of the file."""
    warnings: tuple[DataWarning, ...]
    """What was decided about the data."""
    file: FileReport
    """How the file was read."""
    bad_rows: tuple[BadRow, ...]
    """The rows that were left out."""
    split: Split
    frame: Frame
    """All rows, including those without a target."""
    bytes: int
    """Size of the file."""
    cells: int
    """Number of cells in the file."""
    memory_bytes: int
    """Memory that reading took; counted in full, since an allocator seldom returns freed memory to the system."""

    @property
    def holdout(self) -> Frame:
        """Return the hold-out rows."""
        return self.frame.take(self.split.holdout)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The encoded training rows, and the encoder and schema of the model."""

    encoder: Encoder
    schema: Schema
    """Its `probabilities` is set later, when the estimator is known."""
    matrix: Matrix
    """Shape (training rows, encoded width)."""
    footprint: DatasetFootprint


def read_dataset(path: Path, options: TrainOptions, *, limits: Limits, seed: int) -> ParsedDataset:
    """Read a file, infer its schema, and split and parse its rows; the text is freed on return.

    Raises:
        InvalidDataset, UnknownColumn, InvalidTarget, LimitExceeded: the file cannot be trained on.
    """
    table = read_table(path, limits, bad_rows=options.bad_rows)
    target = target_column(table, options.target_column, dropped=options.columns_to_drop)
    inferred = infer(table, target=target, dropped=options.columns_to_drop)
    reader = inferred.reader
    values = read_target_values(table, target, inferred.target, model_type=options.model_type, limits=limits)
    frame = reader.parse(table)
    return ParsedDataset(
        reader=reader,
        columns=tuple(complete_reports(inferred.columns, frame, target, values)),
        warnings=limit_warnings([*values.warnings, *inferred.warnings]),
        file=table.file,
        bad_rows=table.bad_rows,
        split=split_rows(values, seed=seed),
        frame=frame,
        bytes=table.bytes,
        cells=table.rows * len(table.names),
        memory_bytes=table.memory_bytes + frame.memory_bytes,
    )


def prepare(
    dataset: ParsedDataset, *, limits: Limits, check_estimate: Callable[[MatrixShape, DatasetFootprint], None]
) -> Prepared:
    """Fit the encoder on the training rows, and encode them.

    Args:
        dataset: the parsed file and its split.
        limits: gives the maximum encoded width.
        check_estimate: called before the matrix is allocated; raises LimitExceeded if the training would take too
            much time or memory.
    """
    split = dataset.split
    training = dataset.frame.take(split.training)
    encoder = Encoder.fit(dataset.reader, training, limits)
    footprint = DatasetFootprint(cells=dataset.cells, bytes=dataset.memory_bytes + training.memory_bytes)
    check_estimate(MatrixShape(rows=training.rows, width=encoder.width, labels=split.spelled_labels), footprint)
    schema = model_schema(dataset.reader, encoder, training, task=split.task, labels=split.labels, probabilities=False)
    return Prepared(encoder=encoder, schema=schema, matrix=encoder.transform(training), footprint=footprint)
