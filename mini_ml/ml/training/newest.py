"""Cut rows by time: the newest ones, or blocks of rows that follow one another. Rows of one time stay together."""

from collections.abc import Iterable

import numpy as np

from mini_ml.ml.frame import Codes, Matrix


def newest_of_groups(times: Matrix, groups: Codes) -> Matrix:
    """Return for each row the newest time of its group; NaN if no row of the group has a time.

    Args:
        times: shape (rows,); NaN if a row has no time.
        groups: shape (rows,), the group of each row.
    """
    _, of = np.unique(groups, return_inverse=True)
    newest = np.full(int(of.max(initial=-1)) + 1, -np.inf)
    np.fmax.at(newest, of, times)
    newest[np.isneginf(newest)] = np.nan
    return newest[of]


def block_starts(times: Matrix, older: Iterable[float]) -> list[float]:
    """Return the different times at which blocks of rows begin, ascending; none of them is the oldest time.

    Args:
        times: shape (rows,); NaN if a row has no time.
        older: for each block, how many rows should be older than it. Since rows of one time stay together, the nearest
            possible number is taken.
    """
    distinct, counts = np.unique(times[~np.isnan(times)], return_counts=True)
    before = np.cumsum(counts)[:-1]
    if not len(before):
        return []
    return sorted({float(distinct[1 + int(np.argmin(np.abs(before - wanted)))]) for wanted in older})
