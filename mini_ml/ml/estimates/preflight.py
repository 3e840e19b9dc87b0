"""Reject a training that would exceed the time or memory of its function before it starts; suggest alternatives."""

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
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.estimators.ceilings import ROW_LIMITS
from mini_ml.topology import MIB, Limits

_COST_PARAMS: Final = ("n_estimators", "max_iter", "max_subpopulation", "max_trials")
"""Parameters whose smaller values make a fit faster."""
_CHEAP_TYPES: Final = {
    True: ("HistGradientBoostingClassifier", "LogisticRegression", "SGDClassifier", "GaussianNB"),
    False: ("HistGradientBoostingRegressor", "Ridge", "SGDRegressor"),
}
"""Model types to suggest because they scale well, by whether they are classifiers."""


@dataclass(frozen=True, kw_only=True)
class DatasetFootprint:
    """The size of a dataset that was read, and the memory that it takes in addition to the matrix."""

    cells: int = 0
    """Number of cells of the whole table."""
    bytes: int = 0
    """Memory of the table and of its parsed rows."""

    @property
    def seconds(self) -> float:
        """Return the estimated seconds that reading takes."""
        return self.cells * READING_NANOSECONDS / 1e9

    def scale(self, fraction: float) -> "DatasetFootprint":
        """Return the footprint of a fraction of the rows."""
        return DatasetFootprint(cells=int(self.cells * fraction), bytes=int(self.bytes * fraction))


@dataclass(frozen=True, kw_only=True)
class JobEstimate:
    """The time and memory that a training is estimated to take."""

    model_type: str
    params: Params
    """All settable parameters, defaults included."""
    shape: MatrixShape
    footprint: DatasetFootprint = DatasetFootprint()
    refit_rows: int = 0
    """Rows of a second fit, on the hold-out rows too; 0 without one."""
    cores: float = 1.0
    """Cores of the function that trains."""

    @property
    def seconds(self) -> float:
        """Return the estimated seconds on typical CPU cores; nothing is measured."""
        cost = training_cost(self.model_type, self.params, shape=self.shape, cores=self.cores)
        if self.refit_rows:
            cost += training_cost(self.model_type, self.params, shape=self.largest_shape, cores=self.cores)
        return self.footprint.seconds + cost / 1e9

    @property
    def largest_shape(self) -> MatrixShape:
        """Return the shape of the largest matrix that is fitted on."""
        return replace(self.shape, rows=max(self.shape.rows, self.refit_rows))

    @property
    def memory_mib(self) -> float:
        """Return the estimated peak memory of the training process, in MiB."""
        fitting = fitting_bytes(self.model_type, self.params, shape=self.largest_shape)
        return (BASE_BYTES + self.footprint.bytes + fitting) / MIB

    def of_rows(self, rows: int) -> "JobEstimate":
        """Return the estimate of the same training on fewer rows."""
        footprint = self.footprint.scale(rows / self.shape.rows)
        refit_rows = self.refit_rows * rows // self.shape.rows
        return replace(self, shape=replace(self.shape, rows=rows), footprint=footprint, refit_rows=refit_rows)

    def exceeds(self, limits: Limits) -> bool:
        """Return whether the training would take too much time or memory."""
        return self.seconds > limits.estimated_seconds or self.memory_mib > limits.estimated_memory_mib


def check_estimate(estimate: JobEstimate, limits: Limits) -> None:
    """Check a training against the limits of rows, time, memory and model size.

    Raises:
        LimitExceeded: the issues list every exceeded limit, and suggest what would stay below it.
    """
    _check_rows(estimate)
    issues = [*_time_issues(estimate, limits), *_memory_issues(estimate, limits)]
    if issues:
        shape = f"{estimate.shape.rows:,} rows of {estimate.shape.width:,} encoded columns"
        raise LimitExceeded(
            f"{estimate.model_type} on {shape} takes {' and '.join(issue.reason for issue in issues)}.", issues=issues
        )
    check_size(estimate.model_type, estimate.params, shape=estimate.largest_shape, limits=limits)


def check_table(table_bytes: float, limits: Limits) -> None:
    """Raise LimitExceeded if a table of `table_bytes` does not fit in memory; called while the file is being read."""
    needed, most = (BASE_BYTES + table_bytes) / MIB, limits.estimated_memory_mib
    if needed > most:
        fraction = max(0.0, (most * MIB - BASE_BYTES) / table_bytes)
        reason = f"an estimated {needed:,.0f} MiB of memory, and the limit is {most:,} MiB"
        hint = f"send at most about {fraction:.0%} of its rows, or use {_hint_larger_function(needed, limits)}"
        raise LimitExceeded(
            f"Reading this file takes {reason}.", issues=[Issue(limit="estimated_memory_mib", reason=reason, hint=hint)]
        )


def _check_rows(estimate: JobEstimate) -> None:
    rows, most = estimate.largest_shape.rows, ROW_LIMITS.get(estimate.model_type)
    if most is not None and rows > most:
        raise LimitExceeded(
            f"{estimate.model_type} takes at most {most:,} training rows; there are {rows:,}.",
            issues=[
                Issue(
                    parameter="model_type",
                    limit="rows",
                    reason=f"{rows:,} training rows, and the limit of {estimate.model_type} is {most:,}",
                    hint="its cost grows faster than the number of rows: use fewer rows, or another model type",
                )
            ],
        )


def _time_issues(estimate: JobEstimate, limits: Limits) -> Iterator[Issue]:
    if estimate.seconds > limits.estimated_seconds:
        yield Issue(
            parameter="model_params",
            limit="estimated_seconds",
            reason=f"an estimated {math.ceil(estimate.seconds):,} s, and the limit is {limits.estimated_seconds:,} s",
            hint=f"use {', or '.join(_suggestions(estimate, limits))}",
        )


def _memory_issues(estimate: JobEstimate, limits: Limits) -> Iterator[Issue]:
    needed, most = estimate.memory_mib, limits.estimated_memory_mib
    if needed > most:
        yield Issue(
            parameter="model_type",
            limit="estimated_memory_mib",
            reason=f"an estimated {needed:,.0f} MiB of memory, and the limit is {most:,} MiB",
            hint=f"use {', or '.join([*_suggestions(estimate, limits), _hint_larger_function(needed, limits)])}",
        )


def _hint_larger_function(needed_mib: float, limits: Limits) -> str:
    """Return the hint that names the memory that would be enough."""
    return f"a stage whose function may take {round_up(needed_mib):,} MiB"


def _suggestions(estimate: JobEstimate, limits: Limits) -> Iterator[str]:
    """Yield what would stay below the limits: fewer rows, a lower parameter, another model type, fewer columns."""
    rows = largest(estimate.shape.rows, lambda count: not estimate.of_rows(count).exceeds(limits))
    if rows >= 10:
        yield f"at most {round_down(rows):,} training rows"
    for name in _COST_PARAMS:
        given = estimate.params.get(name)
        most = largest(given, partial(_is_affordable_at, estimate, limits, name)) if isinstance(given, int) else 0
        if most:
            yield f"`{name}` of at most {round_down(most):,}"
    if plain := [
        name for name in _CHEAP_TYPES[estimate.shape.labels is not None] if _is_affordable_with(estimate, limits, name)
    ]:
        yield " or ".join(plain)
    yield "fewer columns"


def _is_affordable_at(estimate: JobEstimate, limits: Limits, name: str, value: int) -> bool:
    params: dict[str, Any] = {**estimate.params, name: value}
    return not replace(estimate, params=params).exceeds(limits)


def _is_affordable_with(estimate: JobEstimate, limits: Limits, model_type: str) -> bool:
    if model_type == estimate.model_type:
        return False
    params = build(model_type, {}, shape=estimate.shape, seed=0).params
    return not replace(estimate, model_type=model_type, params=params).exceeds(limits)


def largest(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number from 1 to `most` that fits, or 0; if a number fits, all smaller ones must fit too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
