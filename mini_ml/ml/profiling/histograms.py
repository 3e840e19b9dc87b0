"""Count numbers by ranges: of equal width to look at, and with equally many rows to compare with."""

from typing import Final

import numpy as np

from mini_ml.contracts import Histogram
from mini_ml.figures.rounding import round_outward
from mini_ml.ml.frame import Matrix

MOST_RANGES: Final = 20
MOST_QUANTILE_RANGES: Final = 10
_TAIL: Final = 0.025
"""Share of the rows at either end that may lie outside the ranges."""
_WIDEST_STEP: Final = 10.0
"""Ranges of at most this many whole numbers begin halfway between two of them."""
_FAR_OUT: Final = 3.0
"""Interquartile ranges beyond a quartile from which Tukey calls a number far out."""


def build_histogram(values: Matrix) -> Histogram | None:
    """Return the numbers of values by at most 20 ranges of equal width.

    Values that are far from the others would squeeze them into one range. These lie outside all ranges, and are counted
    as `below` and `above`: at most 2.5 % on either side. Narrow ranges of whole numbers begin halfway between two.

    The outer bounds are round numbers: everybody who may see the histogram sees them, and the smallest and the largest
    value are cells.

    Args:
        values: shape (rows,), finite.

    Returns:
        The histogram; None if all values are the same, or too large for the width of a range.
    """
    ordered = np.sort(values)
    if not len(ordered) or ordered[0] == ordered[-1]:
        return None
    are_whole = _are_whole(ordered)
    low, high = _round_bounds(*_find_bulk(ordered), are_whole=are_whole)
    count = min(MOST_RANGES, int(np.ceil(2 * np.cbrt(len(ordered)))))
    step = max(1.0, np.ceil((high / count - low / count) + 1 / count))
    if step <= _WIDEST_STEP and are_whole:
        count = int(np.ceil((high - low + 1) / step))
        low, high = low - 0.5, low - 0.5 + count * step
    with np.errstate(over="ignore", invalid="ignore"):
        edges = np.linspace(low, high, count + 1)
    if not np.isfinite(edges).all():
        return None
    if not (np.diff(edges) > 0).all():
        edges = np.array([low, high])
    places = [*np.searchsorted(ordered, edges[:-1]).tolist(), int(np.searchsorted(ordered, edges[-1], side="right"))]
    return Histogram(
        edges=tuple(edges.tolist()),
        counts=tuple(np.diff(places).tolist()),
        below=places[0],
        above=len(ordered) - places[-1],
    )


def build_quantiles(values: Matrix) -> Histogram | None:
    """Return the numbers of values by about ten ranges with about as many values each.

    Ranges begin halfway between two values, so that equal values are in the same range, and rounding moves no value to
    another one. The outer bounds are the smallest and the largest value.

    Args:
        values: shape (rows,), finite.

    Returns:
        The ranges; None if all values are the same.
    """
    ordered = np.sort(values)
    if not len(ordered) or ordered[0] == ordered[-1]:
        return None
    starts = np.unique(np.searchsorted(ordered, ordered[np.arange(1, MOST_QUANTILE_RANGES) * len(ordered) // 10]))
    starts = starts[starts > 0]
    if not len(starts):
        starts = np.searchsorted(ordered, ordered[:1], side="right")
    before, after = ordered[starts - 1], ordered[starts]
    middles = before / 2 + after / 2
    cuts = np.where(middles > before, middles, after)
    return Histogram(
        edges=(float(ordered[0]), *cuts.tolist(), float(ordered[-1])),
        counts=tuple(np.diff([0, *starts.tolist(), len(ordered)]).tolist()),
    )


def _find_bulk(ordered: Matrix) -> tuple[float, float]:
    """Return the smallest and the largest value that are not far from the others."""
    last = len(ordered) - 1
    low, first, third, high = (ordered[round(share * last)] for share in (_TAIL, 0.25, 0.75, 1 - _TAIL))
    with np.errstate(over="ignore", invalid="ignore"):
        reach = _FAR_OUT * (third - first)
        bounds = np.minimum(low, first - reach), np.maximum(high, third + reach)
    smallest = float(ordered[np.searchsorted(ordered, bounds[0])])
    largest = float(ordered[np.searchsorted(ordered, bounds[1], side="right") - 1])
    return (smallest, largest) if smallest < largest else (float(ordered[0]), float(ordered[-1]))


def _round_bounds(low: float, high: float, *, are_whole: bool) -> tuple[float, float]:
    """Return round numbers around the bounds; a few whole numbers keep a range each."""
    least = (2 if high - low >= MOST_RANGES else 1) if are_whole else 0
    return round_outward(low, high, steps=MOST_RANGES, least=least)


def _are_whole(values: Matrix) -> bool:
    """Return whether all values are whole numbers that floats count without gaps."""
    return bool((np.abs(values) < 2**52).all() and (values == np.floor(values)).all())
