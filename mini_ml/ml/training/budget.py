"""Decide which candidates the limits of a job allow, and how many rows they are compared on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from mini_ml.contracts import Effort
from mini_ml.errors import LimitExceeded
from mini_ml.ml.estimates.costs import training_cost
from mini_ml.ml.estimates.memory import model_bytes
from mini_ml.ml.estimates.preflight import JobEstimate, check_estimate
from mini_ml.ml.estimates.sizes import artifact_bytes
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.training.comparison import FOLDS, Comparison, LeaderboardEntry
from mini_ml.ml.training.configurations import configurations
from mini_ml.topology import MIB

_MAX_ROWS: Final[Mapping[Effort, int]] = {"balanced": 20_000, "best": 50_000}
_ENOUGH_ROWS: Final = 4_000
"""Rows that a comparison needs to tell candidates apart; fewer cost more than a second candidate is worth."""
_MIN_ROWS: Final = 1_000
_BUDGET_SHARES: Final[Mapping[Effort, float]] = {"balanced": 0.1, "best": 0.3}
"""Fraction of the time limit of a job for all fits of the comparison together."""
_ITERATIONS_BEFORE_STOPPING: Final = 0.5
"""Share of `max_iter` after which boosting is assumed to stop early: 0.36 on average over 15 data sets."""
_COMPARED_AT_LEAST: Final = 2
"""Candidates below which rows are halved before another one is dropped."""
_TOO_EXPENSIVE: Final = "too expensive to compare within the budget"
_TOO_EXPENSIVE_TOGETHER: Final = "too expensive to be fitted beside the others"


def affordable_entries(shape: MatrixShape, comparison: Comparison) -> list[LeaderboardEntry]:
    """Return the candidates of a shape, those that would exceed the limits with the reason.

    Those that could be members of one ensemble have to fit into the limits together.

    Raises:
        LimitExceeded: every candidate exceeds the limits.
    """
    entries = [
        LeaderboardEntry(configuration=configuration)
        for configuration in configurations(
            comparison.task, rows=shape.rows, effort=comparison.effort, traits=comparison.traits
        )
    ]
    errors: list[LimitExceeded] = []
    for place, entry in enumerate(entries):
        try:
            check_estimate(_estimate_job(entry, shape, comparison), comparison.limits)
        except LimitExceeded as error:
            errors.append(error)
            entries[place] = replace(entry, reason=error.detail, is_affordable=False)
    if len(errors) == len(entries):
        raise errors[0]
    while _exceed_together(entries, shape, comparison):
        entries = _drop_dearest(entries, shape, comparison, _TOO_EXPENSIVE_TOGETHER)
    return entries


def _estimate_job(entry: LeaderboardEntry, shape: MatrixShape, comparison: Comparison) -> JobEstimate:
    return JobEstimate(
        model_type=entry.configuration.model_type,
        params=_params(entry, shape, comparison),
        shape=shape,
        footprint=comparison.footprint,
        refit_rows=comparison.refit_rows,
        cores=comparison.cores,
    )


def _params(entry: LeaderboardEntry, shape: MatrixShape, comparison: Comparison) -> dict[str, JsonValue]:
    configuration = entry.configuration
    return build(configuration.model_type, configuration.params, shape=shape, seed=comparison.seed).params


def _comparison_cost(entry: LeaderboardEntry, shape: MatrixShape, comparison: Comparison) -> int:
    """Return the estimated nanoseconds of a fit in the comparison."""
    params = _params(entry, shape, comparison)
    iterations = params.get("max_iter")
    if params.get("early_stopping") is True and isinstance(iterations, int):
        params["max_iter"] = int(iterations * _ITERATIONS_BEFORE_STOPPING)
    return training_cost(entry.configuration.model_type, params, shape=shape, cores=comparison.cores)


def estimate_comparison_seconds(
    sample: MatrixShape, entries: Sequence[LeaderboardEntry], comparison: Comparison
) -> float:
    """Return the estimated seconds of comparing the entries that nothing speaks against.

    Args:
        sample: shape of the matrix of the compared rows.
        entries: the candidates.
        comparison: what decides how they are compared.
    """
    costs = [_comparison_cost(entry, sample, comparison) for entry in _remaining(entries)]
    return FOLDS[comparison.effort] * sum(costs) / 1e9


def _remaining(entries: Sequence[LeaderboardEntry]) -> list[LeaderboardEntry]:
    """Return the entries that nothing speaks against."""
    return [entry for entry in entries if entry.reason is None]


def _exceed_together(entries: Sequence[LeaderboardEntry], shape: MatrixShape, comparison: Comparison) -> bool:
    left = _remaining(entries)
    if len(left) == 1:
        return False
    estimates = [_estimate_job(entry, shape, comparison) for entry in left]
    sizes = [artifact_bytes(one.model_type, one.params, shape=one.largest_shape) for one in estimates]
    models = [model_bytes(one.model_type, one.params, shape=one.largest_shape) / MIB for one in estimates]
    peak = max(one.memory_mib + sum(models) - own for one, own in zip(estimates, models, strict=True))
    limits = comparison.limits
    reading = comparison.footprint.seconds
    fitting = sum(one.seconds - reading for one in estimates)
    return (
        reading + fitting > (1 - _BUDGET_SHARES[comparison.effort]) * limits.estimated_seconds
        or sum(sizes) > limits.artifact_bytes
        or peak > limits.estimated_memory_mib
    )


def _drop_dearest(
    entries: Sequence[LeaderboardEntry], shape: MatrixShape, comparison: Comparison, reason: str
) -> list[LeaderboardEntry]:
    dearest = max(_remaining(entries), key=lambda entry: _comparison_cost(entry, shape, comparison))
    return [replace(entry, reason=reason) if entry is dearest else entry for entry in entries]


def fit_into_budget(
    shape: MatrixShape, entries: list[LeaderboardEntry], comparison: Comparison
) -> tuple[int, list[LeaderboardEntry]]:
    """Return how many rows to compare on, and the entries; those beyond the budget have a reason.

    The dearest candidate is dropped first, then rows are halved while they are enough, then all but two candidates are
    dropped, and rows again: a comparison on few rows chooses badly, and so does one without any good candidate.
    """
    rows, all_open = min(shape.rows, _MAX_ROWS[comparison.effort]), len(_remaining(entries))
    budget = _BUDGET_SHARES[comparison.effort] * comparison.limits.estimated_seconds * 1e9
    while True:
        sample, left = replace(shape, rows=rows), _remaining(entries)
        if not left or estimate_comparison_seconds(sample, left, comparison) * 1e9 <= budget:
            return rows, entries
        keeps_rows = len(left) == all_open or rows < 2 * _ENOUGH_ROWS
        if (len(left) > _COMPARED_AT_LEAST and keeps_rows) or rows < 2 * _MIN_ROWS:
            entries = _drop_dearest(entries, sample, comparison, _TOO_EXPENSIVE)
        else:
            rows //= 2
