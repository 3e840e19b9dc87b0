"""Choose whole groups of rows, so that the classes are spread as evenly as the groups allow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes
from mini_ml.ml.training.holdout import RowPositions


@dataclass(frozen=True)
class GroupedRows:
    """Rows in groups, and how many rows of each class a group has."""

    positions: Codes
    """Shape (rows,): the group of each row, as a position in `counts`."""
    counts: tuple[tuple[tuple[int, int], ...], ...]
    """For each group its classes, each with its number of rows."""
    totals: tuple[int, ...]
    """Number of rows of each class."""

    @classmethod
    def of(cls, groups: Codes, codes: NDArray[np.int64] | None) -> "GroupedRows":
        """Count the rows of each group.

        Args:
            groups: shape (rows,), the group of each row.
            codes: shape (rows,), the class of each row; None if there are no classes.
        """
        distinct, positions = np.unique(groups, return_inverse=True)
        classes = np.zeros(len(groups), dtype=np.int64) if codes is None else codes
        width = int(classes.max(initial=0)) + 1
        pairs, sizes = np.unique(positions * width + classes, return_counts=True)
        found: list[list[tuple[int, int]]] = [[] for _ in distinct]
        for group, label, size in zip((pairs // width).tolist(), (pairs % width).tolist(), sizes.tolist(), strict=True):
            found[group].append((label, size))
        totals = np.bincount(classes, minlength=width).tolist()
        return cls(positions, tuple(map(tuple, found)), tuple(totals))

    def size(self, group: int) -> int:
        """Return the number of rows of a group."""
        return sum(size for _, size in self.counts[group])

    def rows_of(self, groups: list[int]) -> RowPositions:
        """Return the rows of the groups at the given positions."""
        is_chosen = np.zeros(len(self.counts), dtype=bool)
        is_chosen[groups] = True
        return np.flatnonzero(is_chosen[self.positions])


def choose_groups(rows: GroupedRows, *, fraction: float, seed: int) -> list[int]:
    """Choose groups that together have about a fraction of the rows of each class; every class keeps a row.

    In random order, each group is taken that does not exceed the fraction in any of its classes; then each that brings
    the numbers of rows nearer to it. If there is none, the one is taken that exceeds it least.

    Args:
        rows: the rows in their groups.
        fraction: of the rows of each class.
        seed: decides the order.

    Returns:
        Positions of groups; empty if each group has a class that no other group has.
    """
    goal = _Goal(rows, fraction)
    order: list[int] = np.random.default_rng(seed).permutation(len(rows.counts)).tolist()
    others = []
    for group in order:
        if goal.is_reached:
            break
        if goal.has_room(group):
            goal.take(group)
        else:
            others.append(group)
    for group in others:
        if goal.is_reached:
            break
        if goal.excess(group) < 0:
            goal.take(group)
    if not goal.chosen and goal.excess(least := min(order, key=goal.excess)) < np.inf:
        goal.take(least)
    return goal.chosen


class _Goal:
    """How many rows of each class are still to be chosen."""

    def __init__(self, rows: GroupedRows, fraction: float) -> None:
        self.chosen: list[int] = []
        self._rows = rows
        self._lacking = [int(fraction * total + 0.5) for total in rows.totals]
        self._kept = list(rows.totals)
        self._lacking_classes = {label for label, lacking in enumerate(self._lacking) if lacking > 0}

    @property
    def is_reached(self) -> bool:
        """Return whether no class lacks rows, so that each further group would exceed the goal."""
        return not self._lacking_classes

    def take(self, group: int) -> None:
        """Choose a group."""
        self.chosen.append(group)
        for label, size in self._rows.counts[group]:
            self._lacking[label] -= size
            self._kept[label] -= size
            if self._lacking[label] <= 0:
                self._lacking_classes.discard(label)

    def has_room(self, group: int) -> bool:
        """Return whether the group exceeds the goal in none of its classes."""
        return all(size <= self._lacking[label] for label, size in self._rows.counts[group])

    def excess(self, group: int) -> float:
        """Return how much farther from the goal the rows are with the group; infinite if a class would lose all."""
        counts = self._rows.counts[group]
        if any(size >= self._kept[label] for label, size in counts):
            return np.inf
        totals = self._rows.totals
        return sum(size * (size - 2 * self._lacking[label]) / totals[label] for label, size in counts)


def deal_groups(rows: GroupedRows, *, count: int, seed: int) -> Codes:
    """Deal whole groups into `count` parts, so that each part has about as many rows of each class.

    The largest groups are dealt first, each to the part that has the fewest rows of its classes.

    Args:
        rows: the rows in their groups.
        count: number of parts; a part stays empty if there are fewer groups.
        seed: decides the order of groups of the same size.

    Returns:
        Shape (rows,): the part of each row.
    """
    parts = [[0] * len(rows.totals) for _ in range(count)]
    sizes = [0] * count

    def load(part: int, group: int) -> tuple[float, int]:
        filled = parts[part]
        return sum(size * filled[label] / rows.totals[label] for label, size in rows.counts[group]), sizes[part]

    order: list[int] = np.random.default_rng(seed).permutation(len(rows.counts)).tolist()
    part_of = np.zeros(len(rows.counts), dtype=np.intp)
    for group in sorted(order, key=rows.size, reverse=True):
        part = min(range(count), key=lambda one: load(one, group))
        part_of[group] = part
        sizes[part] += rows.size(group)
        for label, size in rows.counts[group]:
            parts[part][label] += size
    return part_of[rows.positions]
