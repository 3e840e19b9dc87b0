"""Build the profile of a model from its training rows and its predictions of the hold-out rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label, Profile, ProfileNote, TargetProfile, TrainOptions
from mini_ml.ml.frame import Codes, Frame
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.profiling.columns import count_profiled_rows, estimate_counting_seconds, profile_columns
from mini_ml.ml.profiling.explanations import ExplainedModel, explain
from mini_ml.ml.profiling.histograms import build_histogram, build_quantiles
from mini_ml.ml.profiling.holdout_figures import Holdout, compute_holdout_figures
from mini_ml.ml.profiling.pace import Pace
from mini_ml.ml.profiling.sizes import choose_sizes


@dataclass(frozen=True, kw_only=True)
class ProfiledRows:
    """The rows that a profile describes: those that the published model was fitted on, and the hold-out rows."""

    training: Frame
    training_target: NDArray[Any]
    """Shape (training rows,): codes of labels, or numbers."""
    holdout: Frame
    holdout_target: NDArray[Any]
    """Shape (hold-out rows,): codes of labels, or numbers."""
    holdout_lines: Codes
    """Shape (hold-out rows,): the line of the file on which each row begins."""
    holdout_groups: Codes | None = None
    """Shape (hold-out rows,): the group of each row; None if rows are independent."""


def build_profile(
    model: FittedModel,
    rows: ProfiledRows,
    predictions: Predictions,
    options: TrainOptions,
    *,
    seed: int,
    seconds: float,
    pace: Pace,
) -> Profile:
    """Return the figures of a model.

    Args:
        model: the model that was measured on the hold-out rows.
        rows: its rows.
        predictions: what it predicts for the hold-out rows.
        options: what was asked.
        seed: decides how cells are shuffled.
        seconds: time that the figures should take, by estimate: it decides how many rows they are computed from.
        pace: says when they must end; what is missing then is left out, with a note.
    """
    labels, training = model.schema.labels, rows.training
    counted = count_profiled_rows(training.rows, len(model.reader.features))
    sampled = [ProfileNote(code="sampled", part="columns", rows=counted)] if counted < training.rows else []
    counting = estimate_counting_seconds(counted, len(model.reader.features))
    holdout = Holdout.of(predictions, target=rows.holdout_target, lines=rows.holdout_lines, labels=labels)
    figures = compute_holdout_figures(holdout, labels)
    columns = profile_columns(model.reader, training, most=counted)
    explained = explain(
        ExplainedModel(
            model=model,
            frame=rows.holdout,
            target=rows.holdout_target,
            predictions=predictions,
            groups=rows.holdout_groups,
        ),
        training,
        columns,
        sizes=choose_sizes(model, rows.holdout.rows, seconds=max(0.0, seconds - counting)),
        seed=seed,
        pace=pace,
    )
    return Profile(
        options=options,
        rows=counted,
        columns=columns,
        target=_profile_target(rows.training_target, labels),
        prediction_counts=figures.prediction_counts,
        prediction_quantiles=figures.prediction_quantiles,
        curves=figures.curves,
        regression=figures.regression,
        importance=explained.importance,
        dependence=explained.dependence,
        worst_errors=figures.worst_errors,
        notes=(*sampled, *figures.notes, *explained.notes),
    )


def _profile_target(target: NDArray[Any], labels: Sequence[Label] | None) -> TargetProfile:
    if labels is None:
        return TargetProfile(histogram=build_histogram(target), quantiles=build_quantiles(target))
    return TargetProfile(label_counts=tuple(np.bincount(target, minlength=len(labels)).tolist()))
