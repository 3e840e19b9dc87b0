"""Measure how much worse a model gets on hold-out rows whose cells of one column are shuffled.

Source: permutation importance, Breiman, “Random Forests”, Machine Learning 45, 2001. Each row has a loss with its own
cell and with those of other rows; the importance is the mean difference, and its interval comes from a bootstrap over
the rows, or over the groups of rows that resemble each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Importance, Interval
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.measures.resampling import ResampledUnits, build_interval
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.profiling.altered_rows import RowCopies, predict_copies
from mini_ml.ml.profiling.pace import Pace
from mini_ml.ml.profiling.row_losses import RowLosses

_RESAMPLES: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class ShuffledRows:
    """The rows of which one column after the other is shuffled."""

    copies: RowCopies
    target: NDArray[Any]
    """Shape (rows,): codes of labels, or numbers."""
    losses: Matrix
    """Shape (rows,): the losses of the rows as they are."""
    groups: Codes | None
    """Shape (rows,): the group of each row; None if rows are independent."""
    places: Sequence[int]
    """Positions of the columns among the features."""


def measure_importance(
    model: FittedModel,
    rows: ShuffledRows,
    *,
    loss: RowLosses,
    shuffles: int,
    seed: int,
    pace: Pace,
) -> tuple[Importance, ...]:
    """Return the importance of each column, most important first.

    Args:
        model: the model that predicts.
        rows: hold-out rows.
        loss: measures each row.
        shuffles: how many times each column is shuffled; the rows keep the mean of their losses.
        seed: decides the order of the cells, which is the same for each column.
        pace: says when there is no time left; columns that were not measured are left out, as are those whose
            losses are too large for numbers.
    """
    random = np.random.default_rng(seed)
    orders = [random.permutation(len(rows.target)) for _ in range(shuffles)]
    alterations = [rows.copies.shuffle(place, order) for place in rows.places for order in orders]
    losses = [
        loss.measure(predictions, rows.target)
        for predictions in predict_copies(model, rows.copies, alterations, pace=pace)
    ]
    measured = len(losses) // shuffles
    if not measured:
        return ()
    means = np.array(losses[: measured * shuffles]).reshape(measured, shuffles, -1).mean(axis=1)
    increases = means - rows.losses
    found = zip(rows.places, _describe(increases, rows.groups, random), strict=False)
    listed = [
        Importance(name=model.reader.names[place], increase=increase, interval=interval)
        for place, (increase, interval) in found
        if np.isfinite(increase)
    ]
    return tuple(sorted(listed, key=lambda importance: -importance.increase))


def _describe(
    increases: Matrix, groups: Codes | None, random: np.random.Generator
) -> Iterator[tuple[float, Interval | None]]:
    """Yield mean and interval of the increases of each column, shape (columns, rows)."""
    units = ResampledUnits.of(increases.shape[1], groups)
    means = increases.mean(axis=1).tolist()
    if not units.suffice:
        yield from ((mean, None) for mean in means)
        return
    weights = units.draw(random, _RESAMPLES, added=0)
    with np.errstate(all="ignore"):
        resampled = (increases @ weights) / weights.sum(axis=0)
    for mean, values in zip(means, resampled, strict=True):
        yield mean, build_interval(values, mean, units.count) if np.isfinite(values).all() else None
