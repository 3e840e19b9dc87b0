"""Train: read a table, hold rows out, encode, fit, and measure the very model that is handed over."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.contracts import Candidate, Metrics, Schema, Task, TrainOptions
from mini_ml.errors import InvalidOption
from mini_ml.ml.estimators.fitting import watched
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan.agreement import plan_of
from mini_ml.ml.training.holdout import Rows
from mini_ml.ml.training.holdout_evaluation import evaluate_on_holdout
from mini_ml.ml.training.prepare import Dataset, Prepared, prepare, read_dataset
from mini_ml.ml.training.work import Fitted, Work
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


def _go_on(rows: int, size: int) -> None:
    """Checkpoint of a training that nobody stops."""


def train(
    path: Path,
    options: TrainOptions,
    *,
    limits: Limits,
    seed: int = 0,
    threads: int = 1,
    checkpoint: Checkpoint = _go_on,
) -> Trained:
    """Train on a CSV; the same file, options and seed give the same predictions, on however many threads.

    Raises:
        UnknownModelType, InvalidOption: an option that the doors let pass is wrong after all.
        InvalidDataset, UnknownColumn, InvalidTarget, LimitExceeded: the file cannot be learned from.
        TrainingFailed: the estimator refused it.
    """
    _check_options(options)
    dataset = read_dataset(path, options, limits=limits, seed=seed)
    rows, split = dataset.frame.rows, dataset.split
    checkpoint(rows, dataset.bytes)
    work = Work(options, split, limits, seed, threads)
    prepared = prepare(dataset, limits=limits, affordable=work.check)
    checkpoint(rows, dataset.bytes)
    fitted = work.fitted(prepared.matrix, read=prepared.read)
    model = _model(dataset, prepared, fitted)
    del prepared  # and with it the matrix, by far the largest thing in memory
    checkpoint(rows, dataset.bytes)
    evaluation_on_holdout, warned = watched(lambda: evaluate_on_holdout(model, dataset), model_type=fitted.model_type)
    return Trained(
        model=model,
        plan=plan_of(model, dataset.holdout, evaluation_on_holdout.answers),
        model_type=fitted.model_type,
        model_params=fitted.params,
        metrics=evaluation_on_holdout.metrics,
        candidates=fitted.candidates,
        notes=tuple(dict.fromkeys([*_notes(dataset), *fitted.notes, *warned])),
        rows=rows,
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
    issues = catalogue.check_params(options.model_type, options.model_params)
    if issues:
        raise InvalidOption("; ".join(fault.reason for fault in issues) + ".", issues=issues)


def _model(dataset: Dataset, prepared: Prepared, fitted: Fitted) -> FittedModel:
    split = dataset.split
    probabilities = split.labels is not None and hasattr(fitted.estimator, "predict_proba")
    schema = prepared.schema.model_copy(update={"probabilities": probabilities})
    return FittedModel(schema, dataset.reader, prepared.encoder, fitted.scaling, fitted.estimator, split.holdout)


def _notes(dataset: Dataset) -> Iterator[str]:
    split = dataset.split
    held, kept = len(split.holdout), len(split.training)
    yield f"The model was trained on {kept:,} rows; {held:,} others were held out to measure it."
    if split.without_target:
        yield f"{split.without_target:,} rows without a target were left out."
    yield from split.notes
    yield from dataset.reader.notes
