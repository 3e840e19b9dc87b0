"""Train: read a table, hold rows out, encode, fit, and measure the very model that is handed over."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.contracts import Candidate, Metrics, Schema, Task, TrainOptions
from mini_ml.errors import Fault, InvalidOption, LimitExceeded
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.estimates.preflight import Plan, Read, check
from mini_ml.ml.estimators.build import Matrix, build
from mini_ml.ml.estimators.fitting import fit, watched
from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan.agreement import plan_of
from mini_ml.ml.schema.infer import infer
from mini_ml.ml.schema.target import target_column
from mini_ml.ml.training.auto import Choice, Encoded, affordable, choose
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.describe import model_schema
from mini_ml.ml.training.holdout import Rows
from mini_ml.ml.training.rehearsal import rehearse
from mini_ml.ml.training.split import Split, split_rows
from mini_ml.topology import Limits

Checkpoint = Callable[[int, int], None]
"""Called between steps with the rows and bytes done; it raises to stop the work."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model and everything that its manifest says of it."""

    model: FittedModel
    plan: bytes | None
    """The scoring plan as a file, where the estimator has one and it agreed with the model on hold-out rows."""
    model_type: str
    """The chosen one, where `auto` was asked for."""
    model_params: dict[str, JsonValue]
    metrics: Metrics
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]
    rows: int
    """Data rows in the file."""
    rows_without_target: int
    training_rows: int
    seed: int

    @property
    def schema(self) -> Schema:
        """Return how the model reads its rows."""
        return self.model.schema

    @property
    def task(self) -> Task:
        """Return what the model does."""
        return self.model.schema.task

    @property
    def holdout_rows(self) -> Rows:
        """Return the positions, in the dataset, of the rows that the metrics were measured on."""
        return self.model.holdout_rows


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """The outcome of fitting."""

    estimator: Any
    scaling: Scaling | None
    model_type: str
    params: dict[str, JsonValue]
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]


def _go_on(rows: int, size: int) -> None:
    """Checkpoint of a training that nobody stops."""


def train(
    path: Path, options: TrainOptions, *, limits: Limits, seed: int = 0, checkpoint: Checkpoint = _go_on
) -> Trained:
    """Train on a CSV; the same file, options and seed give the same predictions.

    Raises:
        UnknownModelType, InvalidOption: an option that the doors let pass is wrong after all.
        InvalidDataset, UnknownColumn, InvalidTarget, LimitExceeded: the file cannot be learned from.
        TrainingFailed: the estimator refused it.
    """
    _check_options(options)
    table = read_table(path, limits)
    checkpoint(table.rows, table.bytes)
    target = target_column(table, options.target_column, dropped=options.columns_to_drop)
    reader = infer(table, target=target, dropped=options.columns_to_drop)
    split = split_rows(table, reader, model_type=options.model_type, limits=limits, seed=seed)
    frame = reader.parse(table)
    training = frame.take(split.training)
    encoder = Encoder.fit(reader, training, limits)
    checkpoint(table.rows, table.bytes)
    kept = table.memory_bytes + frame.memory_bytes + training.memory_bytes
    work = _Work(options, split, limits, seed, Read(cells=table.rows * len(table.names), bytes=kept))
    fitted = work.fitted(encoder, training)
    checkpoint(table.rows, table.bytes)
    probabilities = split.labels is not None and hasattr(fitted.estimator, "predict_proba")
    schema = model_schema(reader, encoder, training, task=split.task, labels=split.labels, probabilities=probabilities)
    model = FittedModel(schema, reader, encoder, fitted.scaling, fitted.estimator, split.holdout)
    model = model.rehearsed(frame.take(split.holdout))
    metrics, warned = watched(lambda: rehearse(model, frame, split), model_type=fitted.model_type)
    return Trained(
        model=model,
        plan=plan_of(model, frame.take(split.holdout)),
        model_type=fitted.model_type,
        model_params=fitted.params,
        metrics=metrics,
        candidates=fitted.candidates,
        notes=tuple(dict.fromkeys([*_notes(reader, split), *fitted.notes, *warned])),
        rows=table.rows,
        rows_without_target=split.without_target,
        training_rows=len(split.training),
        seed=seed,
    )


def split_document(trained: Trained) -> bytes:
    """Return the split as JSON, kept beside the artifact so that anyone can measure the model again."""
    document = {"rows": trained.rows, "seed": trained.seed, "holdout_rows": trained.holdout_rows.tolist()}
    return json.dumps(document).encode()


def _check_options(options: TrainOptions) -> None:
    catalogue.check_model_type(options.model_type)
    faults = catalogue.check_params(options.model_type, options.model_params)
    if faults:
        raise InvalidOption("; ".join(fault.reason for fault in faults) + ".", faults=faults)


@dataclass(frozen=True)
class _Work:
    """What decides how a model is fitted, beside the rows."""

    options: TrainOptions
    split: Split
    limits: Limits
    seed: int
    read: Read

    def fitted(self, encoder: Encoder, training: Frame) -> _Fitted:
        """Check that the work can be done at all, then encode, choose and fit."""
        shape = Matrix(rows=training.rows, width=encoder.width, labels=self.split.spelled)
        _check_cells(shape, self.limits)
        self._check(shape)
        matrix = encoder.transform(training)
        encoded = Encoded(matrix=matrix, target=self.split.training_target, labels=self.split.spelled)
        choice = self._choice(encoded)
        built = build(choice.model_type, self.options.model_params, matrix=shape, seed=self.seed)
        scaling = Scaling.fit(matrix, built.scale) if built.scale else None
        scaled = scaling.apply(matrix, out=matrix) if scaling else matrix
        notes = fit(built.estimator, scaled, encoded.target, model_type=choice.model_type)
        return _Fitted(
            estimator=built.estimator,
            scaling=scaling,
            model_type=choice.model_type,
            params=built.params,
            candidates=choice.candidates,
            notes=(*choice.notes, *_deprecation(choice.model_type), *notes),
        )

    def _check(self, shape: Matrix) -> None:
        """Refuse what cannot finish, before the matrix takes any memory. Raises LimitExceeded."""
        model_type = self.options.model_type
        if model_type in catalogue.AUTO:
            affordable(shape, self.split.task, read=self.read, limits=self.limits, seed=self.seed)
            return
        params = build(model_type, self.options.model_params, matrix=shape, seed=self.seed).params
        check(Plan(model_type=model_type, params=params, matrix=shape, read=self.read), self.limits)

    def _choice(self, encoded: Encoded) -> Choice:
        if self.options.model_type not in catalogue.AUTO:
            return Choice(model_type=self.options.model_type)
        return choose(encoded, self.split.task, read=self.read, limits=self.limits, seed=self.seed)


def _check_cells(shape: Matrix, limits: Limits) -> None:
    cells = shape.rows * shape.width
    if cells > limits.matrix_cells:
        raise LimitExceeded(
            f"{shape.rows:,} training rows of {shape.width:,} encoded columns make {cells:,} cells; "
            f"the limit is {limits.matrix_cells:,}.",
            faults=[
                Fault(
                    limit="matrix_cells",
                    reason=f"{cells:,} cells to train on, and the limit is {limits.matrix_cells:,}",
                    hint="use fewer rows, or drop columns with columns_to_drop",
                )
            ],
        )


def _deprecation(model_type: str) -> Iterator[str]:
    if said := catalogue.model_types()["model_types"][model_type]["deprecated"]:
        yield said


def _notes(reader: Reader, split: Split) -> Iterator[str]:
    held, kept = len(split.holdout), len(split.training)
    yield f"The model was trained on {kept:,} rows; {held:,} others were held out to measure it."
    if split.without_target:
        yield f"{split.without_target:,} rows without a target were left out."
    yield from split.notes
    yield from reader.notes
