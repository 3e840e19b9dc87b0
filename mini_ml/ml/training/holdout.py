"""Choose the rows that measure a model and never train it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
"""Positions of rows, ascending."""

_SHARE: Final = 0.2


def holdout_rows(codes: NDArray[np.int64] | None, rows: int, *, seed: int) -> Rows:
    """Return a fifth of every class, rounded, and never a class's last row; without classes, a fifth at random.

    Fewer than three rows (of a class) give none, so that a tiny table may have no hold-out at all.
    """
    random = np.random.default_rng(seed)
    groups = [np.arange(rows)] if codes is None else _by_class(codes)
    chosen = [random.permutation(group)[: _share_of(len(group))] for group in groups]
    return np.sort(np.concatenate(chosen)).astype(np.intp)


def others(rows: int, chosen: Rows) -> Rows:
    """Return the rows that are not chosen, ascending."""
    kept = np.ones(rows, dtype=bool)
    kept[chosen] = False
    return np.flatnonzero(kept)


def folds(codes: NDArray[np.int64] | None, rows: int, *, count: int, seed: int) -> list[Rows]:
    """Return `count` disjoint sets of rows that cover all, each with its part of every class."""
    random = np.random.default_rng(seed)
    groups = [np.arange(rows)] if codes is None else _by_class(codes)
    order = np.concatenate([random.permutation(group) for group in groups])
    return [np.sort(order[start::count]).astype(np.intp) for start in range(count)]


def subsample(codes: NDArray[np.int64] | None, rows: int, *, count: int, seed: int) -> Rows:
    """Return about `count` of the rows, with as near the same part of every class as whole rows allow."""
    if rows <= count:
        return np.arange(rows)
    return folds(codes, rows, count=-(-rows // count), seed=seed)[0]


def _by_class(codes: NDArray[np.int64]) -> list[Rows]:
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order])) + 1
    return np.split(order, starts)


def _share_of(size: int) -> int:
    return int(_SHARE * size + 0.5)
