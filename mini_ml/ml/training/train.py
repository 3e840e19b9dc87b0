"""Train a model: read a table, hold rows out, encode, fit, and evaluate the fitted model on the hold-out rows."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.contracts import Candidate, ColumnReport, DataWarning, FileReport, Metrics, Schema, Task, TrainOptions
from mini_ml.errors import InvalidOption
from mini_ml.ml.estimators.fitting import run_estimator
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan.agreement import build_plan
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.training.fitter import Fitted, ModelFitter
from mini_ml.ml.training.holdout import RowPositions
from mini_ml.ml.training.holdout_evaluation import evaluate_on_holdout
from mini_ml.ml.training.prepare import ParsedDataset, Prepared, prepare, read_dataset
from mini_ml.topology import Limits

Checkpoint = Callable[[int, int], None]
"""Called between steps with the number of rows and bytes processed; may raise to stop the training."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained model and the facts for its manifest."""

    model: FittedModel
    plan: bytes | None
    """The scoring plan as a file; None if the estimator has none, or it disagreed with the model on hold-out rows."""
    model_type: str
    """The model type that was fitted; for `auto`, the chosen one."""
    model_params: dict[str, JsonValue]
    metrics: Metrics
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]
    warnings: tuple[DataWarning, ...]
    """What was decided about the data."""
    columns: tuple[ColumnReport, ...]
    """What was decided about each column of the file."""
    file: FileReport
    """How the file was read."""
    bad_rows: tuple[BadRow, ...]
    """The rows that were left out."""
    rows: int
    """Number of rows in the file, without the header."""
    rows_without_target: int
    training_rows: int
    seed: int

    @property
    def schema(self) -> Schema:
        """Return the schema of the model."""
        return self.model.schema

    @property
    def task(self) -> Task:
        """Return the task of the model."""
        return self.model.schema.task

    @property
    def holdout_rows(self) -> RowPositions:
        """Return the positions of the hold-out rows in the dataset."""
        return self.model.holdout_rows


def _no_checkpoint(rows: int, size: int) -> None:
    """Checkpoint that never stops the training."""


def train(
    path: Path,
    options: TrainOptions,
    *,
    limits: Limits,
    seed: int = 0,
    threads: int = 1,
    checkpoint: Checkpoint = _no_checkpoint,
) -> Trained:
    """Train a model on a CSV.

    The same file, options and seed give the same predictions, for any number of threads.

    Args:
        path: the CSV file.
        options: model type, parameters, target and columns to drop.
        limits: of the file, and of the time and memory of the training.
        seed: decides the hold-out rows and seeds the estimator.
        threads: trees of a forest that are grown at the same time.
        checkpoint: called between steps.

    Raises:
        UnknownModelType, InvalidOption: the model type or its parameters are invalid.
        InvalidDataset, UnknownColumn, InvalidTarget, LimitExceeded: the file cannot be trained on.
        TrainingFailed: the estimator cannot be fitted on this dataset.
    """
    _check_options(options)
    dataset = read_dataset(path, options, limits=limits, seed=seed)
    rows, split = dataset.frame.rows, dataset.split
    checkpoint(rows, dataset.bytes)
    fitter = ModelFitter(options, split, limits, _estimator_seed(options, seed), threads)
    prepared = prepare(dataset, limits=limits, check_estimate=fitter.check)
    checkpoint(rows, dataset.bytes)
    fitted = fitter.fit(prepared.matrix, footprint=prepared.footprint)
    model = _build_model(dataset, prepared, fitted)
    del prepared  # frees the matrix, by far the largest object in memory
    checkpoint(rows, dataset.bytes)
    evaluation, warned = run_estimator(lambda: evaluate_on_holdout(model, dataset), model_type=fitted.model_type)
    return Trained(
        model=model,
        plan=build_plan(model, dataset.holdout, evaluation.predictions),
        model_type=fitted.model_type,
        model_params=fitted.params,
        metrics=evaluation.metrics,
        candidates=fitted.candidates,
        notes=tuple(dict.fromkeys([*_build_notes(dataset), *fitted.notes, *warned])),
        warnings=dataset.warnings,
        columns=dataset.columns,
        file=dataset.file,
        bad_rows=dataset.bad_rows,
        rows=rows,
        rows_without_target=split.without_target,
        training_rows=len(split.training),
        seed=seed,
    )


def split_document(trained: Trained) -> bytes:
    """Return the split as a JSON document, stored next to the artifact so that the evaluation can be repeated."""
    document = {"rows": trained.rows, "seed": trained.seed, "holdout_rows": trained.holdout_rows.tolist()}
    return json.dumps(document).encode()


def _check_options(options: TrainOptions) -> None:
    catalogue.check_model_type(options.model_type)
    issues = catalogue.check_params(options.model_type, options.model_params)
    if issues:
        raise InvalidOption("; ".join(issue.reason for issue in issues) + ".", issues=issues)


def _estimator_seed(options: TrainOptions, seed: int) -> int:
    """Return the seed of the estimators: the `random_state` that was given, for `auto` too, or the platform's."""
    given = options.model_params.get("random_state")
    return given if isinstance(given, int) else seed


def _build_model(dataset: ParsedDataset, prepared: Prepared, fitted: Fitted) -> FittedModel:
    split = dataset.split
    probabilities = split.labels is not None and hasattr(fitted.estimator, "predict_proba")
    schema = prepared.schema.model_copy(update={"probabilities": probabilities})
    return FittedModel(schema, dataset.reader, prepared.encoder, fitted.scaling, fitted.estimator, split.holdout)


def _build_notes(dataset: ParsedDataset) -> Iterator[str]:
    split = dataset.split
    held, kept = len(split.holdout), len(split.training)
    yield f"The model was trained on {kept:,} rows; {held:,} others were held out to measure it."
