"""Choose rows for a figure; the same rows each time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes


def spread_evenly(rows: int, *, most: int) -> Codes:
    """Return the positions of at most `most` of a number of rows, evenly spaced and ascending."""
    if rows <= most:
        return np.arange(rows)
    return np.arange(most) * rows // most


def spread_over_target(target: NDArray[Any], *, most: int) -> Codes:
    """Return ascending positions of at most `most` rows whose targets are spread as those of all rows.

    Args:
        target: shape (rows,), codes of labels or numbers.
        most: maximum number of rows.
    """
    order = np.argsort(target, kind="stable")
    return np.sort(order[spread_evenly(len(target), most=most)])
