"""Find a column of dates with which the target changes, so that random hold-out rows measure a model too well.

A row of such a file tells much about the rows of nearby dates. A model that has seen rows before and after a hold-out
row then looks better than it is on later rows. The measure is how well earlier dates predict the target of a date,
without any other column: at once before it, and over a longer time.

Dates that merely describe something, such as a date of birth or of the last login, explain a target too. They do not
say when a row came to be, so the rows must also be in the order of the dates, at least in stretches such as one shop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import DataWarning
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.schema.data_warnings import write_warning
from mini_ml.ml.training.target_values import TargetValues

MIN_SHARE: Final = 0.1
"""Fraction of the target's variance that earlier dates must explain."""
MIN_SCORE: Final = 3.3
"""Standard deviations by which what they explain must exceed zero; of files with a random target, fewer than one in a
thousand exceeds both. A score is at most the square root of the number of dates, so two years of months suffice."""
MIN_ROWS: Final = 100
"""Rows that must have a date and a target."""
MIN_DATES: Final = 20
"""Different dates that these rows must have."""
_MOST_DATES: Final = 5_000
"""Dates that are compared; of more, neighbours are put together."""
MIN_ORDERED: Final = 0.9
"""Fraction of the neighbouring rows with different dates that must be in the same order."""
_LONG: Final = 0.1
"""Fraction of the dates that are the longer time before a date."""


@dataclass(frozen=True)
class TimeOrder:
    """How well earlier dates predict the target of a date."""

    share: float
    """Fraction of the target's variance that they explain."""
    score: float
    """What they explain, in standard deviations."""

    @property
    def is_certain(self) -> bool:
        """Return whether the target certainly changes with the date, and by so much that it matters."""
        return self.share >= MIN_SHARE and self.score >= MIN_SCORE


def propose_time_column(reader: Reader, frame: Frame, target: TargetValues) -> Iterator[DataWarning]:
    """Yield a warning that names the column of dates with which the target changes most, if there is one.

    Args:
        reader: names the columns.
        frame: all rows of the file.
        target: the targets of the rows that have one.
    """
    found: dict[str, float] = {}
    for place, feature in enumerate(reader.number_features):
        times = frame.numbers[target.rows, place]
        if feature.kind == "datetime" and are_in_order(times):
            shares = [order.share for order in measure_order(times, target) if order.is_certain]
            found[feature.name] = max(shares, default=0.0)
    column = max(found, key=lambda name: found[name], default=None)
    if column is not None and found[column]:
        yield write_warning("time_ordered_target", column=column, params={"percent": round(100 * found[column])})


def are_in_order(times: Matrix) -> bool:
    """Return whether most neighbouring rows with different dates are in the same order, ascending or descending."""
    steps = np.diff(times[~np.isnan(times)])
    steps = steps[steps != 0]
    return len(steps) > 0 and bool(np.abs(np.mean(steps > 0) - 0.5) >= MIN_ORDERED - 0.5)


def measure_order(times: Matrix, target: TargetValues) -> list[TimeOrder]:
    """Measure how well earlier dates predict the target, over each of two times before a date.

    Args:
        times: shape (rows,), the date of each row that has a target; NaN if it has none.
        target: the targets of these rows.
    """
    known = ~np.isnan(times)
    distinct, dates = np.unique(times[known], return_inverse=True)
    if len(dates) < MIN_ROWS or len(distinct) < MIN_DATES:
        return []
    if len(distinct) > _MOST_DATES:
        dates = dates * _MOST_DATES // len(distinct)
    rows = np.bincount(dates)
    means, variance = _mean_targets(dates, rows, target, known)
    return [_compare(means, rows, variance, before) for before in (1, max(2, int(_LONG * len(rows))))]


def _mean_targets(
    dates: Codes, rows: NDArray[np.intp], target: TargetValues, known: NDArray[np.bool_]
) -> tuple[Matrix, float]:
    """Return how the mean target of each date differs from that of all rows, and the variance of a row's target.

    The mean of classes is their frequencies, that of numbers is their mean rank: single large ones do not matter.

    Returns:
        The differences, shape (dates, classes) or (dates, 1), and the variance.
    """
    values = target.values[known]
    if target.labels is None:
        ranks = _rank(values)
        sums = np.bincount(dates, weights=ranks)[:, np.newaxis]
        variance = float(np.mean(ranks**2))
    else:
        classes = len(target.labels)
        sums = np.bincount(dates * classes + values, minlength=len(rows) * classes).reshape(len(rows), classes)
        frequencies = sums.sum(axis=0) / len(values)
        sums = sums - rows[:, np.newaxis] * frequencies
        variance = float(1 - (frequencies**2).sum())
    return sums / rows[:, np.newaxis], variance


def _rank(values: Matrix) -> Matrix:
    """Return the rank of each number minus the mean rank; equal numbers have the same rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return middle[places] - (len(values) - 1) / 2


def _compare(means: Matrix, rows: NDArray[np.intp], variance: float, before: int) -> TimeOrder:
    """Compare the mean target of each date with that of the dates before it.

    Args:
        means: shape (dates, n), how the mean target of each date differs from that of all rows.
        rows: shape (dates,), number of rows of each date.
        variance: of the target of a row.
        before: how many dates before each date are looked at.
    """
    sums = np.concatenate([np.zeros((1, means.shape[1])), np.cumsum(means, axis=0)])
    last = np.arange(1, len(means))
    first = np.maximum(last - before, 0)
    earlier = (sums[last] - sums[first]) / (last - first)[:, np.newaxis]
    products = (means[1:] * earlier).sum(axis=1)
    spread = float(np.sqrt((products**2).sum()))
    if not variance or not spread:
        return TimeOrder(0.0, 0.0)
    return TimeOrder(float((products * rows[1:]).sum() / rows[1:].sum() / variance), float(products.sum() / spread))
