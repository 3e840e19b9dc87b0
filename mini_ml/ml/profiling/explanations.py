"""Compute the figures for which the model predicts hold-out rows with other cells, within a given time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from mini_ml.contracts import ColumnProfile, Importance, NoteCode, PartialDependence, ProfileNote, ProfilePart
from mini_ml.errors import TrainingFailed
from mini_ml.ml.estimators.fitting import run_estimator
from mini_ml.ml.frame import Codes, Frame
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.profiling.altered_rows import RowCopies
from mini_ml.ml.profiling.dependence import (
    ColumnPoints,
    choose_points,
    compute_dependence,
    count_absent_lines,
)
from mini_ml.ml.profiling.importance import ShuffledRows, measure_importance
from mini_ml.ml.profiling.pace import Pace
from mini_ml.ml.profiling.row_losses import RowLosses
from mini_ml.ml.profiling.sampling import spread_over_target
from mini_ml.ml.profiling.screening import choose_columns
from mini_ml.ml.profiling.sizes import MOST_EXPLAINED, FigureSizes


@dataclass(frozen=True, kw_only=True)
class ExplainedModel:
    """A model, the hold-out rows, and what it predicts for them."""

    model: FittedModel
    frame: Frame
    target: NDArray[Any]
    """Shape (rows,): codes of labels, or numbers."""
    predictions: Predictions
    groups: Codes | None
    """Shape (rows,): the group of each row; None if rows are independent."""


@dataclass
class Explanations:
    """The figures, and what is absent from them."""

    importance: tuple[Importance, ...] = ()
    dependence: tuple[PartialDependence, ...] = ()
    notes: list[ProfileNote] = field(default_factory=list)

    def note(self, part: ProfilePart, code: NoteCode, *, rows: int | None = None, count: int | None = None) -> None:
        """Add a note."""
        self.notes.append(ProfileNote(code=code, part=part, rows=rows, count=count))


def explain(
    explained: ExplainedModel,
    training: Frame,
    columns: Sequence[ColumnProfile],
    *,
    sizes: FigureSizes,
    seed: int,
    pace: Pace,
) -> Explanations:
    """Return the importance of the columns, and the partial dependence of the most important ones.

    A figure that the model cannot be asked for is left out with a note.

    Args:
        explained: the model and its hold-out rows.
        training: training rows, which have the values of the partial dependence.
        columns: describe the columns in the training rows.
        sizes: numbers of rows.
        seed: decides how cells are shuffled.
        pace: says when there is no time left.
    """
    found = Explanations()
    if not len(explained.target):
        found.note("importance", "no_holdout_rows")
        found.note("dependence", "no_holdout_rows")
        return found

    def add_figures() -> None:
        _add_importance(found, explained, sizes, seed, pace)
        _add_dependence(found, explained, training, columns, sizes, pace)

    try:  # both at once, since limiting the threads takes as long as the figures of a small file
        run_estimator(add_figures, model_type=type(explained.model.members[0].estimator).__name__)
    except TrainingFailed:
        if not found.importance:
            found.note("importance", "failed")
        found.note("dependence", "failed")
    return found


def _add_importance(found: Explanations, explained: ExplainedModel, sizes: FigureSizes, seed: int, pace: Pace) -> None:
    model, count = explained.model, sizes.importance_rows
    if not count:
        found.note("importance", "no_time")
        return
    chosen = spread_over_target(explained.target, most=count)
    loss, target = RowLosses.of(model.schema.labels, explained.target), explained.target[chosen]
    frame, predictions = explained.frame.take(chosen), explained.predictions.take(chosen)
    places = choose_columns(model.reader, frame, predictions, most=sizes.importance_columns)
    rows = ShuffledRows(
        copies=RowCopies(model.reader, frame),
        target=target,
        losses=loss.measure(predictions, target),
        groups=None if explained.groups is None else explained.groups[chosen],
        places=places,
    )
    found.importance = measure_importance(model, rows, loss=loss, shuffles=sizes.shuffles, seed=seed, pace=pace)
    if len(found.importance) < len(places):
        found.note("importance", "no_time" if pace.is_late() else "failed")
    if len(places) < len(model.reader.features):
        found.note("importance", "many_columns", count=len(model.reader.features) - len(places))
    if count < len(explained.target):
        found.note("importance", "sampled", rows=count)


def _add_dependence(
    found: Explanations,
    explained: ExplainedModel,
    training: Frame,
    columns: Sequence[ColumnProfile],
    sizes: FigureSizes,
    pace: Pace,
) -> None:
    model, count = explained.model, sizes.dependence_rows
    if not count or not found.importance:
        has_time = sizes.importance_rows and count and not pace.is_late()
        found.note("dependence", "failed" if has_time else "no_time")
        return
    points = _choose_columns(found.importance, model, training, columns, most=sizes.values)
    rows = explained.frame.take(spread_over_target(explained.target, most=count))
    found.dependence = compute_dependence(model, rows, points, pace=pace)
    if len(found.dependence) < len(points):
        found.note("dependence", "no_time" if pace.is_late() else "failed")
    if absent := count_absent_lines(model.schema.labels) if found.dependence else 0:
        found.note("dependence", "many_labels", count=absent)
    if count < len(explained.target):
        found.note("dependence", "sampled", rows=count)


def _choose_columns(
    importance: Sequence[Importance],
    model: FittedModel,
    training: Frame,
    columns: Sequence[ColumnProfile],
    *,
    most: int,
) -> list[ColumnPoints]:
    """Return the most important columns that have at least two values, and are not texts."""
    places = {feature.name: place for place, feature in enumerate(model.reader.features)}
    chosen: list[ColumnPoints] = []
    for name in (one.name for one in importance):
        column = columns[places[name]]
        if column.kind != "text" and len(chosen) < MOST_EXPLAINED:
            points = choose_points(places[name], model.reader, training, column, most=most)
            chosen += [points] if points.count > 1 else []
    return chosen
