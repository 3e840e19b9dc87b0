"""Read a file, split its rows, and fit the encoder; free each intermediate form as early as possible."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import ColumnReport, DataWarning, FileReport, TrainOptions
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.estimates.preflight import DatasetFootprint
from mini_ml.ml.estimators.build import MatrixShape
from mini_ml.ml.frame import Codes, Frame
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.records.digests import Digests, digest_rows
from mini_ml.ml.schema.data_warnings import limit_warnings
from mini_ml.ml.schema.infer import infer
from mini_ml.ml.schema.lookup import check_split_columns, target_column
from mini_ml.ml.training.column_reports import complete_reports
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.holdout import RowPositions
from mini_ml.ml.training.labelled_rows import LabelledRows
from mini_ml.ml.training.split import Split, split_rows
from mini_ml.ml.training.split_columns import read_split_columns
from mini_ml.ml.training.target_values import read_target_values
from mini_ml.ml.training.time_order import propose_time_column
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
    holdout_digests: Digests
    """A digest of each hold-out row, without its target."""
    holdout_lines: Codes
    """The line of the file on which each hold-out row begins, counted from 1."""
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
    """The training rows, and the encoder that they taught."""

    rows: LabelledRows
    encoder: Encoder
    """The one-hot encoder, which knows all columns and categories."""
    footprint: DatasetFootprint


def read_dataset(path: Path, options: TrainOptions, *, limits: Limits, seed: int) -> ParsedDataset:
    """Read a file, infer its schema, and split and parse its rows; the text is freed on return.

    Raises:
        InvalidDataset, UnknownColumn, InvalidTarget, LimitExceeded: the file cannot be trained on.
        InvalidOption: the rows cannot be split by the time or group columns.
    """
    table = read_table(path, limits, bad_rows=options.bad_rows)
    target = target_column(table, options.target_column, dropped=options.columns_to_drop)
    time, group = options.time_column, options.group_column
    check_split_columns(table, target, time=time, group=group)
    inferred = infer(table, target=target, dropped=options.columns_to_drop, time=time, group=group)
    reader = inferred.reader
    values = read_target_values(table, target, inferred.target, model_type=options.model_type, limits=limits)
    columns = read_split_columns(table, values.rows, time=inferred.time, group=group)
    split = split_rows(values, seed=seed, columns=columns)
    frame = reader.parse(table)
    proposed = propose_time_column(reader, frame, values) if time is None else ()
    return ParsedDataset(
        reader=reader,
        columns=tuple(complete_reports(inferred.columns, frame, target, values)),
        warnings=limit_warnings([*values.warnings, *split.warnings, *proposed, *inferred.warnings]),
        file=table.file,
        bad_rows=table.bad_rows,
        split=split,
        holdout_digests=digest_rows(table, split.holdout, without=target),
        holdout_lines=table.lines_of(split.holdout),
        frame=frame,
        bytes=table.bytes,
        cells=table.rows * len(table.names),
        memory_bytes=table.memory_bytes + frame.memory_bytes,
    )


def prepare(
    dataset: ParsedDataset, *, limits: Limits, check_estimate: Callable[[MatrixShape, DatasetFootprint], None]
) -> Prepared:
    """Fit the one-hot encoder on the training rows.

    Args:
        dataset: the parsed file and its split.
        limits: gives the maximum encoded width.
        check_estimate: called before any matrix is allocated; raises LimitExceeded if the training would take too
            much time or memory.
    """
    split = dataset.split
    rows = select_rows(dataset, split.training, split.training_target, limits)
    encoder = Encoder.fit(dataset.reader, rows.frame, limits)
    footprint = DatasetFootprint(cells=dataset.cells, bytes=dataset.memory_bytes + rows.frame.memory_bytes)
    check_estimate(rows.shape(encoder), footprint)
    return Prepared(rows=rows, encoder=encoder, footprint=footprint)


def prepare_all(dataset: ParsedDataset, limits: Limits) -> Prepared:
    """Fit the one-hot encoder on all rows that have a target, for the fit that is published."""
    split = dataset.split
    positions = np.concatenate([split.training, split.holdout])
    order = np.argsort(positions)
    target = np.concatenate([split.training_target, split.holdout_target])[order]
    rows = select_rows(dataset, positions[order], target, limits)
    return Prepared(rows=rows, encoder=Encoder.fit(dataset.reader, rows.frame, limits), footprint=DatasetFootprint())


def select_rows(dataset: ParsedDataset, positions: RowPositions, target: NDArray[Any], limits: Limits) -> LabelledRows:
    """Return the rows at the given positions of the dataset, with their target."""
    return LabelledRows(
        reader=dataset.reader,
        frame=dataset.frame.take(positions),
        target=target,
        labels=dataset.split.spelled_labels,
        limits=limits,
    )
