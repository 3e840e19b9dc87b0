"""Choose the hold-out rows, which evaluate a model and are never used to fit it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

RowPositions = NDArray[np.intp]
"""Positions of rows, ascending."""

HOLDOUT_FRACTION: Final = 0.2
"""Fraction of the rows, and of the rows of each class, that is held out."""


def holdout_rows(codes: NDArray[np.int64] | None, rows: int, *, seed: int) -> RowPositions:
    """Return a random fifth of the rows, rounded, stratified by class; a class always keeps a training row.

    A class with fewer than three rows has no hold-out rows, so a tiny table may have none at all.

    Args:
        codes: shape (rows,), the class of each row; None for regression.
        rows: number of rows.
        seed: decides the choice.
    """
    random = np.random.default_rng(seed)
    groups = [np.arange(rows)] if codes is None else _by_class(codes)
    chosen = [random.permutation(group)[: holdout_size(len(group))] for group in groups]
    return np.sort(np.concatenate(chosen)).astype(np.intp)


def remaining_rows(rows: int, chosen: RowPositions) -> RowPositions:
    """Return the positions of the rows that are not in `chosen`, ascending."""
    kept = np.ones(rows, dtype=bool)
    kept[chosen] = False
    return np.flatnonzero(kept)


def folds(codes: NDArray[np.int64] | None, rows: int, *, count: int, seed: int) -> list[RowPositions]:
    """Return `count` disjoint sets of rows that together contain all rows, stratified by class."""
    random = np.random.default_rng(seed)
    groups = [np.arange(rows)] if codes is None else _by_class(codes)
    order = np.concatenate([random.permutation(group) for group in groups])
    return [np.sort(order[start::count]).astype(np.intp) for start in range(count)]


def subsample(codes: NDArray[np.int64] | None, rows: int, *, count: int, seed: int) -> RowPositions:
    """Return about `count` of the rows, stratified by class."""
    if rows <= count:
        return np.arange(rows)
    return folds(codes, rows, count=-(-rows // count), seed=seed)[0]


def _by_class(codes: NDArray[np.int64]) -> list[RowPositions]:
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order])) + 1
    return np.split(order, starts)


def holdout_size(size: int) -> int:
    """Return how many of a number of rows are held out."""
    return int(HOLDOUT_FRACTION * size + 0.5)
