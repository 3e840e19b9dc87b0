"""Score rows with a fitted model: a CSV as a stream, JSON rows in one call."""

import math
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO, Final, Literal

import numpy as np

from mini_ml.contracts import Label
from mini_ml.ml.cells.rows import Rows
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.header import Header, no_rows
from mini_ml.ml.records.read_header import read_header
from mini_ml.ml.records.stream import CHUNK_BYTES, BlockStream
from mini_ml.ml.records.unpack import open_source
from mini_ml.ml.scoring.ahead import in_order
from mini_ml.ml.scoring.batch_preflight import BatchEstimate, check_batch
from mini_ml.ml.scoring.drift_counts import DriftCounter, DriftCounts
from mini_ml.ml.scoring.match_columns import find_columns, group_by_feature, known_names, reject_absent_header
from mini_ml.ml.scoring.output import Output
from mini_ml.topology import Limits

_FOREST_CHUNKS: Final = 4


@dataclass(frozen=True, kw_only=True)
class ScoreOptions:
    """Options of the output."""

    columns_to_drop: tuple[str, ...] = ()
    only_predictions: bool = False
    probabilities: bool = False
    bad_rows: Literal["refuse", "keep"] = "refuse"
    """Whether a file with rows that cannot be read is refused, or these rows stay without a prediction."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Sizes of a batch that are known before the file is read, in bytes."""

    file_bytes: int
    model_bytes: int
    """Size of the model file before compression."""


@dataclass(frozen=True)
class RowPredictions:
    """Predictions of consecutive rows of a file."""

    values: Sequence[Label | None]
    """None for a row that cannot be read."""
    probabilities: Matrix | None = None
    """Shape (rows, labels); NaN for a row that cannot be read."""


@dataclass(frozen=True)
class _Table:
    """A CSV whose header was read."""

    header: Header
    positions: Mapping[str, int]
    stream: BlockStream


@dataclass(frozen=True)
class _Part:
    """A block of rows, and the progress after reading it."""

    block: Block
    rows_done: int
    bytes_done: int


@dataclass(frozen=True)
class _Scored:
    """A scored part and its output."""

    part: _Part
    frame: Frame | None
    """None if no row can be read."""
    unseen: dict[str, Counter[str]]
    predictions: Predictions
    """Of the rows that can be read."""
    written: bytes
    counts: DriftCounts | None = None
    """None if drift is not measured."""


def score_csv(
    model: FittedModel,
    source: BinaryIO,
    *,
    limits: Limits,
    tally: Tally,
    sizes: Sizes | None = None,
    options: ScoreOptions | None = None,
    drift: DriftCounter | None = None,
    on_progress: Callable[[int, int], None] = lambda rows, size: None,
    on_predictions: Callable[[RowPredictions], None] = lambda predictions: None,
    chunk_bytes: int | None = None,
    threads: int = 1,
) -> Iterator[bytes]:
    """Yield the output CSV in parts, header first, in constant memory; `tally` is complete after the last part.

    While the caller writes a part, other threads score the next ones.

    Args:
        model: the fitted model.
        source: the CSV to score; it is read once, from its current position.
        limits: rows, columns, characters in a cell, time and memory allowed.
        tally: updated with the counts of every part.
        sizes: sizes of the file and the model, to check the batch against the limits; None skips that check.
        options: columns to drop, and the content of the output.
        drift: counts the rows of every part for a comparison with the training rows; None if there is none.
        on_progress: called after each part with the number of rows and bytes processed; may raise to stop.
        on_predictions: called with the predictions of each part, in file order.
        chunk_bytes: bytes read at a time; None chooses by model. It changes at most the last
            digits of a predicted number.
        threads: parts scored at the same time. The output does not depend on it.

    Raises:
        SchemaMismatch: feature columns are absent; the issues list all of them.
        LimitExceeded: the batch is estimated to exceed the limits of time or memory.
        InvalidDataset: the file cannot be read; discard the parts that were already yielded.
        ProbabilitiesUnavailable: probabilities are requested and the model has none.
    """
    options = options or ScoreOptions()
    table = _open_table(model, source, limits, tally, options, chunk_bytes)
    header, positions, stream = table.header, table.positions, table.stream
    output = Output(
        model.schema, header, only_predictions=options.only_predictions, probabilities=options.probabilities
    )
    yield output.header()

    def score_part(part: _Part) -> _Scored:
        if not part.block.rows:  # all of them are bad
            nothing = _predict_nothing(model, options)
            return _Scored(part, None, {}, nothing, output.rows(part.block, nothing))
        frame = model.reader.parse_block(part.block, positions)
        predictions = model.predict(frame, probabilities=options.probabilities)
        first_row = part.rows_done - frame.rows
        counts = drift.count(frame, predictions, first_row=first_row) if drift is not None else None
        written = output.rows(part.block, predictions)
        return _Scored(part, frame, model.encoder.unseen(frame), predictions, written, counts)

    parts = (_Part(block, stream.rows, stream.bytes_read) for block in stream)
    first = list(islice(parts, 1))
    if first and sizes is not None:
        check_batch(model, _estimate_batch(first[0], sizes), limits)
    # If the first part was short, it is the whole file, and no threads are needed.
    later = map(score_part, parts) if stream.is_short else in_order(score_part, parts, threads=threads)
    for done in chain(map(score_part, first), later):
        if done.frame is not None:
            tally.add(done.frame, done.unseen)
        if drift is not None and done.counts is not None:
            drift.add(done.counts)
        on_predictions(_place_predictions(done))
        yield done.written
        on_progress(done.part.rows_done, done.part.bytes_done)
    tally.reading = stream.reading()
    tally.rows += stream.bad
    if not tally.rows:
        raise no_rows(header)


def check_csv(model: FittedModel, source: BinaryIO, *, limits: Limits) -> None:
    """Read a CSV to its end and score nothing, in constant memory. Raises what `score_csv` raises about the file."""
    deque(_open_table(model, source, limits, Tally(), ScoreOptions(), None).stream, maxlen=0)


def _open_table(
    model: FittedModel, source: BinaryIO, limits: Limits, tally: Tally, options: ScoreOptions, chunk_bytes: int | None
) -> _Table:
    """Read the header of a CSV, and find the columns that the model reads."""
    plain = open_source(source, max_bytes=limits.upload_bytes, max_ratio=limits.gzip_ratio)
    known = known_names(model)
    header, rest = read_header(plain, limits, known)
    reject_absent_header(known, header)
    positions = find_columns(model, header.names, options.columns_to_drop, tally)
    chunk_bytes = chunk_bytes or _chunk_bytes(model)
    stream = BlockStream(plain, header, rest, limits=limits, chunk_bytes=chunk_bytes, bad_rows=options.bad_rows)
    return _Table(header, positions, stream)


def _predict_nothing(model: FittedModel, options: ScoreOptions) -> Predictions:
    """Return the predictions of no rows."""
    labels = len(model.schema.labels or ())
    return Predictions([], np.empty((0, labels)) if options.probabilities else None)


def _place_predictions(done: _Scored) -> RowPredictions:
    """Return the predictions of a part, with None for the rows that cannot be read."""
    block, predictions = done.part.block, done.predictions
    if not block.bad:
        return RowPredictions(predictions.values, predictions.probabilities)
    places = np.searchsorted(block.record_starts, [record.start for record in block.bad])
    values: list[Label | None] = list(predictions.values)
    for place in reversed(places.tolist()):
        values.insert(place, None)
    if predictions.probabilities is None:
        return RowPredictions(values)
    return RowPredictions(values, np.insert(predictions.probabilities, places, np.nan, axis=0))


def _estimate_batch(part: _Part, sizes: Sizes) -> BatchEstimate:
    """Estimate the size of the whole file from its first rows."""
    return BatchEstimate(
        rows=math.ceil(part.rows_done * max(1.0, sizes.file_bytes / part.bytes_done)),
        columns=part.block.starts.shape[1],
        part_rows=part.rows_done,
        part_bytes=part.block.memory_bytes,
        model_bytes=sizes.model_bytes,
    )


def score_rows(model: FittedModel, rows: Rows, *, tally: Tally, probabilities: bool = False) -> Predictions:
    """Score JSON rows.

    Raises:
        SchemaMismatch: feature columns are absent; the issues list all of them.
        InvalidRequest: rows without column names do not have as many values as the model has columns.
        ProbabilitiesUnavailable: probabilities are requested and the model has none.
    """
    frame = model.reader.parse_rows(group_by_feature(model, rows), rows.count)
    tally.add(frame, model.encoder.unseen(frame))
    return model.predict(frame, probabilities=probabilities)


def _chunk_bytes(model: FittedModel) -> int:
    """Return the bytes to read at a time: a forest reads all its trees for every chunk, so it uses larger ones."""
    has_forest = any(hasattr(member.estimator, "estimators_") for member in model.members)
    return _FOREST_CHUNKS * CHUNK_BYTES if has_forest else CHUNK_BYTES
