"""Refuse what cannot finish on the function that it would run on, before any work is done, and say what would."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.estimates.costs import training_cost
from mini_ml.ml.estimates.formulas import Params
from mini_ml.ml.estimates.memory import fitting_bytes
from mini_ml.ml.estimates.rounding import BASE_BYTES, READING_NANOSECONDS, round_down, round_up
from mini_ml.ml.estimates.sizes import check_size
from mini_ml.ml.estimators.build import Matrix, build
from mini_ml.ml.estimators.ceilings import ROW_LIMITS
from mini_ml.topology import MIB, Limits

_DEAR: Final = ("n_estimators", "max_iter", "max_subpopulation", "max_trials")
"""Parameters of which a smaller value is less work."""
_CHEAPER: Final = {
    True: ("HistGradientBoostingClassifier", "LogisticRegression", "SGDClassifier", "GaussianNB"),
    False: ("HistGradientBoostingRegressor", "Ridge", "SGDRegressor"),
}
"""Model types that scale, by whether they classify."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a training has read, and keeps in memory beside the matrix."""

    cells: int = 0
    """Of the whole table."""
    bytes: int = 0
    """Of the table, and of its rows as they were parsed."""

    def share(self, share: float) -> "Read":
        """Return what a share of the rows would be."""
        return Read(cells=int(self.cells * share), bytes=int(self.bytes * share))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A training, before it begins."""

    model_type: str
    params: Params
    """All settable parameters, defaults included."""
    matrix: Matrix
    read: Read = Read()

    @property
    def seconds(self) -> float:
        """Estimated seconds of one plain core; no clock is involved."""
        cost = training_cost(self.model_type, self.params, matrix=self.matrix)
        return (self.read.cells * READING_NANOSECONDS + cost) / 1e9

    @property
    def memory_mib(self) -> float:
        """Estimated peak of the process that trains."""
        fitting = fitting_bytes(self.model_type, self.params, matrix=self.matrix)
        return (BASE_BYTES + self.read.bytes + fitting) / MIB

    def of_rows(self, rows: int) -> "Plan":
        """Return the same training on fewer rows."""
        read = self.read.share(rows / self.matrix.rows)
        return replace(self, matrix=replace(self.matrix, rows=rows), read=read)

    def exceeds(self, limits: Limits) -> bool:
        """Tell whether it would take too long or too much memory."""
        return self.seconds > limits.estimated_seconds or self.memory_mib > limits.estimated_memory_mib


def check(plan: Plan, limits: Limits) -> None:
    """Refuse a training of too many rows, that takes too long or too much memory, or makes too large a model.

    Raises:
        LimitExceeded: with every limit that it exceeds, and what would stay below.
    """
    _check_rows(plan)
    issues = [*_too_slow(plan, limits), *_too_large(plan, limits)]
    if issues:
        shape = f"{plan.matrix.rows:,} rows of {plan.matrix.width:,} encoded columns"
        raise LimitExceeded(
            f"{plan.model_type} on {shape} takes {' and '.join(fault.reason for fault in issues)}.", issues=issues
        )
    check_size(plan.model_type, plan.params, matrix=plan.matrix, limits=limits)


def check_table(table_bytes: float, limits: Limits) -> None:
    """Refuse a file whose table would not fit into memory, while it is being read. Raises LimitExceeded."""
    needed, most = (BASE_BYTES + table_bytes) / MIB, limits.estimated_memory_mib
    if needed > most:
        share = max(0.0, (most * MIB - BASE_BYTES) / table_bytes)
        reason = f"an estimated {needed:,.0f} MiB of memory, and the limit is {most:,} MiB"
        hint = f"hand over at most about {share:.0%} of its rows, or use {_larger(needed, limits)}"
        raise LimitExceeded(
            f"Reading this file takes {reason}.", issues=[Issue(limit="estimated_memory_mib", reason=reason, hint=hint)]
        )


def _check_rows(plan: Plan) -> None:
    rows, most = plan.matrix.rows, ROW_LIMITS.get(plan.model_type)
    if most is not None and rows > most:
        raise LimitExceeded(
            f"{plan.model_type} takes at most {most:,} training rows; there are {rows:,}.",
            issues=[
                Issue(
                    parameter="model_type",
                    limit="rows",
                    reason=f"{rows:,} training rows, and the limit of {plan.model_type} is {most:,}",
                    hint="its work grows faster than its rows: use fewer, or another model type",
                )
            ],
        )


def _too_slow(plan: Plan, limits: Limits) -> Iterator[Issue]:
    if plan.seconds > limits.estimated_seconds:
        yield Issue(
            parameter="model_params",
            limit="estimated_seconds",
            reason=f"an estimated {math.ceil(plan.seconds):,} s, and the limit is {limits.estimated_seconds:,} s",
            hint=f"use {', or '.join(_what_would(plan, limits))}",
        )


def _too_large(plan: Plan, limits: Limits) -> Iterator[Issue]:
    needed, most = plan.memory_mib, limits.estimated_memory_mib
    if needed > most:
        yield Issue(
            parameter="model_type",
            limit="estimated_memory_mib",
            reason=f"an estimated {needed:,.0f} MiB of memory, and the limit is {most:,} MiB",
            hint=f"use {', or '.join([*_what_would(plan, limits), _larger(needed, limits)])}",
        )


def _larger(needed_mib: float, limits: Limits) -> str:
    """Name the memory that would do; the limit is a share of the function's."""
    return f"a stage whose function may take {round_up(needed_mib):,} MiB"


def _what_would(plan: Plan, limits: Limits) -> Iterator[str]:
    """Name what would stay below the limits: fewer rows, a lower parameter, another model type."""
    rows = largest(plan.matrix.rows, lambda count: not plan.of_rows(count).exceeds(limits))
    if rows >= 10:
        yield f"at most {round_down(rows):,} training rows"
    for name in _DEAR:
        given = plan.params.get(name)
        most = largest(given, partial(_fits, plan, limits, name)) if isinstance(given, int) else 0
        if most:
            yield f"`{name}` of at most {round_down(most):,}"
    if plain := [name for name in _CHEAPER[plan.matrix.labels is not None] if _would_do(plan, limits, name)]:
        yield " or ".join(plain)
    yield "fewer columns"


def _fits(plan: Plan, limits: Limits, name: str, value: int) -> bool:
    params: dict[str, Any] = {**plan.params, name: value}
    return not replace(plan, params=params).exceeds(limits)


def _would_do(plan: Plan, limits: Limits, model_type: str) -> bool:
    if model_type == plan.model_type:
        return False
    params = build(model_type, {}, matrix=plan.matrix, seed=0).params
    return not replace(plan, model_type=model_type, params=params).exceeds(limits)


def largest(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number from 1 to `most` that fits, 0 where none does; smaller ones fit if larger ones do."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
