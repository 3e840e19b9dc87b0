"""Compute the profile of a trained model, in the time that the training leaves for it."""

from dataclasses import dataclass

from mini_ml.contracts import Profile, TrainOptions
from mini_ml.ml.estimates.costs import training_cost
from mini_ml.ml.estimates.preflight import DatasetFootprint
from mini_ml.ml.estimates.profiling import limit_profiling_seconds, plan_profiling_seconds
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.profiling.pace import Pace
from mini_ml.ml.profiling.profile import ProfiledRows, build_profile
from mini_ml.ml.training.cross_validation import Clock
from mini_ml.ml.training.fitter import Fitted
from mini_ml.ml.training.prepare import ParsedDataset, Prepared
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class ProfilingTime:
    """What decides how long a profile may take."""

    limits: Limits
    cores: float
    """Cores of the function that trains."""
    clock: Clock
    started: float
    """When the training started, by this clock."""


def profile_model(
    measured: FittedModel,
    dataset: ParsedDataset,
    prepared: Prepared,
    fitted: Fitted,
    predictions: Predictions,
    options: TrainOptions,
    *,
    seed: int,
    time: ProfilingTime,
) -> Profile:
    """Return the figures of a model.

    How many rows they are computed from depends on the estimated time of the training, so that the same file, options
    and seed give the same profile. Only if the estimate was far too low, the clock ends it.

    Args:
        measured: the model that predicted the hold-out rows.
        dataset: the parsed file and its split.
        prepared: the rows that the published model was fitted on.
        fitted: how it was fitted.
        predictions: of the hold-out rows, by `measured`.
        options: what was asked.
        seed: decides how cells are shuffled.
        time: what decides how long it may take.
    """
    split, began = dataset.split, time.clock()
    most = time.limits.estimated_seconds / time.cores  # the limit counts the seconds of all cores
    latest = began + limit_profiling_seconds(began - time.started, most_seconds=most)
    estimated = _estimate_training_seconds(dataset, prepared, fitted, time.cores)
    rows = ProfiledRows(
        training=prepared.rows.frame,
        training_target=prepared.rows.target,
        holdout=dataset.holdout,
        holdout_target=split.holdout_target,
        holdout_lines=dataset.holdout_lines,
        holdout_groups=split.holdout_groups,
    )
    profile = build_profile(
        measured,
        rows,
        predictions,
        options,
        seed=seed,
        seconds=plan_profiling_seconds(estimated, most_seconds=time.limits.estimated_seconds),
        pace=Pace(time.clock, latest=latest),
    )
    return profile.model_copy(update={"seconds": time.clock() - began})


def _estimate_training_seconds(dataset: ParsedDataset, prepared: Prepared, fitted: Fitted, cores: float) -> float:
    """Return the estimated seconds of reading, of comparing candidates, and of the last fit."""
    shape = prepared.rows.shape(prepared.encoder)
    types = [member.configuration.model_type for member in fitted.choice.members]
    costs = [
        training_cost(name, params, shape=shape, cores=cores) for name, params in zip(types, fitted.params, strict=True)
    ]
    reading = DatasetFootprint(cells=dataset.cells).seconds
    return reading + fitted.choice.comparison_seconds + sum(costs) / 1e9
