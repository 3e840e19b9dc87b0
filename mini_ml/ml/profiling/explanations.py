"""Compute the figures for which the model predicts hold-out rows with other cells, within a given time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from mini_ml.contracts import ColumnProfile, Importance, NoteCode, PartialDependence, ProfileNote, ProfilePart
from mini_ml.errors import TrainingFailed
from mini_ml.ml.estimators.fitting import run_estimator
from mini_ml.ml.frame import Codes, Frame
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.profiling.altered_rows import RowCopies
from mini_ml.ml.profiling.dependence import ColumnPoints, choose_points, compute_dependence
from mini_ml.ml.profiling.importance import ShuffledRows, measure_importance
from mini_ml.ml.profiling.row_losses import RowLosses
from mini_ml.ml.profiling.sampling import spread_over_target
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

    def note(self, part: ProfilePart, code: NoteCode, *, rows: int | None = None) -> None:
        """Add a note."""
        self.notes.append(ProfileNote(code=code, part=part, rows=rows))


def explain(
    explained: ExplainedModel,
    training: Frame,
    columns: Sequence[ColumnProfile],
    *,
    sizes: FigureSizes,
    seed: int,
    is_late: Callable[[], bool],
) -> Explanations:
    """Return the importance of the columns, and the partial dependence of the most important ones.

    A figure that the model cannot be asked for is left out with a note.

    Args:
        explained: the model and its hold-out rows.
        training: training rows, which have the values of the partial dependence.
        columns: describe the columns in the training rows.
        sizes: numbers of rows.
        seed: decides how cells are shuffled.
        is_late: returns whether there is no time left.
    """
    found = Explanations()
    _add_importance(found, explained, sizes, seed, is_late)
    _add_dependence(found, explained, training, columns, sizes, is_late)
    return found


def _add_importance(
    found: Explanations, explained: ExplainedModel, sizes: FigureSizes, seed: int, is_late: Callable[[], bool]
) -> None:
    model, count = explained.model, sizes.importance_rows
    if not len(explained.target):
        found.note("importance", "no_holdout_rows")
        return
    if not count:
        found.note("importance", "no_time")
        return
    chosen = spread_over_target(explained.target, most=count)
    loss, target = RowLosses.of(model.schema.labels, explained.target), explained.target[chosen]
    rows = ShuffledRows(
        copies=RowCopies(model.reader, explained.frame.take(chosen)),
        target=target,
        losses=loss.measure(explained.predictions.take(chosen), target),
        groups=None if explained.groups is None else explained.groups[chosen],
    )
    try:
        found.importance, _ = run_estimator(
            lambda: measure_importance(model, rows, loss=loss, shuffles=sizes.shuffles, seed=seed, is_late=is_late),
            model_type=_name_type(model),
        )
    except TrainingFailed:
        found.note("importance", "failed")
        return
    if len(found.importance) < len(model.reader.features):
        found.note("importance", "no_time" if is_late() else "failed")
    if count < len(explained.target):
        found.note("importance", "sampled", rows=count)


def _add_dependence(
    found: Explanations,
    explained: ExplainedModel,
    training: Frame,
    columns: Sequence[ColumnProfile],
    sizes: FigureSizes,
    is_late: Callable[[], bool],
) -> None:
    model, count = explained.model, sizes.dependence_rows
    if not len(explained.target):
        found.note("dependence", "no_holdout_rows")
        return
    if not count or not found.importance:
        found.note("dependence", "failed" if count and not is_late() else "no_time")
        return
    points = _choose_columns(found.importance, model, training, columns, most=sizes.values)
    rows = explained.frame.take(spread_over_target(explained.target, most=count))
    try:
        found.dependence, _ = run_estimator(
            lambda: compute_dependence(model, rows, points, is_late=is_late), model_type=_name_type(model)
        )
    except TrainingFailed:
        found.note("dependence", "failed")
        return
    if len(found.dependence) < len(points):
        found.note("dependence", "no_time" if is_late() else "failed")
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


def _name_type(model: FittedModel) -> str:
    return type(model.members[0].estimator).__name__
