"""Train a model: read a table, hold rows out, encode, fit, and evaluate the fitted model on the hold-out rows."""

from collections.abc import Callable
from pathlib import Path

from mini_ml import catalogue
from mini_ml.contracts import (
    TrainOptions,
)
from mini_ml.errors import InvalidOption
from mini_ml.ml.estimators.fitting import run_estimator
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.plan.agreement import build_plan
from mini_ml.ml.schema.data_warnings import limit_warnings
from mini_ml.ml.training.comparison import Report, no_report
from mini_ml.ml.training.cross_validation import Clock
from mini_ml.ml.training.describe import model_schema
from mini_ml.ml.training.fit_notes import describe_fit
from mini_ml.ml.training.fitter import Fitted, ModelFitter
from mini_ml.ml.training.holdout_evaluation import evaluate_on_holdout, predict_holdout
from mini_ml.ml.training.holdout_predictions import HoldoutPredictions, write_holdout_predictions
from mini_ml.ml.training.prepare import ParsedDataset, Prepared, prepare, prepare_all, read_dataset
from mini_ml.ml.training.profile_model import ProfilingTime, profile_model
from mini_ml.ml.training.stages import StageReporter
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import Limits

Checkpoint = Callable[[int, int], None]
"""Called between steps with the number of rows and bytes processed; may raise to stop the training."""


def _no_checkpoint(rows: int, size: int) -> None:
    """Checkpoint that never stops the training."""


def train(
    path: Path,
    options: TrainOptions,
    *,
    limits: Limits,
    seed: int = 0,
    threads: int = 1,
    cores: float = 1.0,
    checkpoint: Checkpoint = _no_checkpoint,
    report: Report = no_report,
    clock: Clock = lambda: 0.0,
) -> Trained:
    """Train a model on a CSV.

    The same file, options and seed give the same predictions, for any number of threads.

    Args:
        path: the CSV file.
        options: model type, parameters, target and columns to drop.
        limits: of the file, and of the time and memory of the training.
        seed: decides the hold-out rows and seeds the estimator.
        threads: trees of a forest that are grown at the same time.
        cores: cores of the function that trains, for the estimate of its time.
        checkpoint: called between steps.
        report: called whenever the training enters a stage or has compared a candidate.
        clock: returns seconds, to measure the fits of candidates and to end a profile that takes too long; by default
            nothing is measured.

    Raises:
        UnknownModelType, InvalidOption: the model type or its parameters are invalid.
        InvalidDataset, UnknownColumn, InvalidTarget, LimitExceeded: the file cannot be trained on.
        TrainingFailed: the estimator cannot be fitted on this dataset.
    """
    _check_options(options)
    started = clock()
    stages = StageReporter(report)
    stages.enter("reading")
    dataset = read_dataset(path, options, limits=limits, seed=seed)
    checkpoint(dataset.frame.rows, dataset.bytes)
    fitter = ModelFitter(
        options=options,
        split=dataset.split,
        limits=limits,
        seed=_estimator_seed(options, seed),
        threads=threads,
        cores=cores,
        report=stages.send,
        clock=clock,
    )
    prepared = prepare(dataset, limits=limits, check_estimate=fitter.check)
    checkpoint(dataset.frame.rows, dataset.bytes)
    choice = fitter.choose(prepared.rows, prepared.encoder, footprint=prepared.footprint)
    stages.enter("fitting")
    fitted = fitter.fit(choice, prepared.rows, prepared.encoder)
    measured = _build_model(dataset, prepared, fitted)
    checkpoint(dataset.frame.rows, dataset.bytes)
    stages.enter("evaluating")
    evaluation, warned = run_estimator(lambda: evaluate_on_holdout(measured, dataset), model_type=fitted.model_type)
    model, predictions = measured, evaluation.predictions
    if options.refit and len(dataset.split.holdout):
        stages.enter("refitting")
        prepared = prepare_all(dataset, limits)
        fitted = fitter.fit(choice, prepared.rows, prepared.encoder)
        model = _build_model(dataset, prepared, fitted)
        predictions, _ = run_estimator(lambda: predict_holdout(model, dataset), model_type=fitted.model_type)
        checkpoint(dataset.frame.rows, dataset.bytes)
    stages.enter("profiling")
    profile = profile_model(
        measured,
        dataset,
        prepared,
        fitted,
        evaluation.predictions,
        options,
        seed=seed,
        time=ProfilingTime(limits=limits, cores=cores, clock=clock, started=started),
    )
    checkpoint(dataset.frame.rows, dataset.bytes)
    return Trained(
        model=model,
        plan=build_plan(model, dataset.holdout, predictions),
        model_type=fitted.model_type,
        model_params=fitted.model_params,
        members=fitted.ensemble,
        metrics=evaluation.metrics,
        candidates=choice.candidates,
        threshold=choice.threshold,
        refitted=options.refit,
        holdout_predictions=_write_holdout_predictions(dataset, evaluation.predictions),
        profile=profile,
        notes=tuple(dict.fromkeys([*describe_fit(dataset.split, refit=options.refit), *fitted.notes, *warned])),
        warnings=limit_warnings((*evaluation.warnings, *dataset.warnings)),
        columns=dataset.columns,
        file=dataset.file,
        bad_rows=dataset.bad_rows,
        rows=dataset.frame.rows,
        rows_without_target=dataset.split.without_target,
        training_rows=len(dataset.split.training),
        seed=seed,
    )


def _check_options(options: TrainOptions) -> None:
    catalogue.check_model_type(options.model_type)
    issues = catalogue.check_params(options.model_type, options.model_params)
    if issues:
        raise InvalidOption("; ".join(issue.reason for issue in issues) + ".", issues=issues)


def _write_holdout_predictions(dataset: ParsedDataset, predictions: Predictions) -> bytes | None:
    split = dataset.split
    found = HoldoutPredictions.of(
        predictions,
        rows=split.holdout,
        digests=dataset.holdout_digests,
        target=split.holdout_target,
        labels=split.labels,
    )
    return write_holdout_predictions(found, split.labels)


def _estimator_seed(options: TrainOptions, seed: int) -> int:
    """Return the seed of the estimators: the `random_state` that was given, for `auto` too, or the platform's."""
    given = options.model_params.get("random_state")
    return given if isinstance(given, int) else seed


def _build_model(dataset: ParsedDataset, prepared: Prepared, fitted: Fitted) -> FittedModel:
    split = dataset.split
    schema = model_schema(
        dataset.reader,
        prepared.encoder,
        prepared.rows.frame,
        task=split.task,
        labels=split.labels,
        probabilities=split.labels is not None
        and all(hasattr(member.estimator, "predict_proba") for member in fitted.members),
    )
    return FittedModel(schema, dataset.reader, fitted.members, split.holdout, fitted.choice.temperature)
