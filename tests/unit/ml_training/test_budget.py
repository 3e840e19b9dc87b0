"""Which candidates the limits of a job allow."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.contracts import Effort, Task
from mini_ml.errors import LimitExceeded
from mini_ml.ml.estimates.costs import training_cost
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.training.budget import affordable_entries, fit_into_budget
from mini_ml.ml.training.comparison import FOLDS, Comparison, LeaderboardEntry
from mini_ml.topology import Limits

LABELS = ("a", "b", "c")
NUMBERS = MatrixShape(rows=16_000, width=200, labels=None)
CATEGORIES = MatrixShape(rows=16_000, width=200, labels=None, binary=180)


def make_comparison(labels: Any = None, *, effort: Effort = "balanced", **limits: int) -> Comparison:
    task: Task = "regression" if labels is None else "classification"
    return Comparison(task=task, labels=labels, effort=effort, limits=Limits(**limits), seed=0)


def seconds_of(entries: list[LeaderboardEntry], shape: MatrixShape, *, iterations: float = 1.0) -> float:
    """Return the estimated time to fit all entries that are left, if early stopping saves a share of the iterations."""
    return sum(_seconds_of_one(entry, shape, iterations) for entry in entries if entry.reason is None)


def _seconds_of_one(entry: LeaderboardEntry, shape: MatrixShape, iterations: float) -> float:
    model_type = entry.configuration.model_type
    params: dict[str, Any] = dict(build(model_type, entry.configuration.params, shape=shape, seed=0).params)
    if params.get("early_stopping") is True:
        params["max_iter"] = int(params["max_iter"] * iterations)
    return training_cost(model_type, params, shape=shape) / 1e9


def dropped(entries: list[LeaderboardEntry]) -> list[str]:
    return [entry.configuration.model_type for entry in entries if entry.reason is not None]


@given(
    rows=st.integers(10, 300_000),
    width=st.integers(1, 600),
    classes=st.integers(0, 40),
    seconds=st.integers(1, 900),
    effort=st.sampled_from(["balanced", "best"]),
)
def test_all_members_together_stay_within_the_limits(
    rows: int, width: int, classes: int, seconds: int, effort: Effort
) -> None:
    labels = tuple(map(str, range(classes))) if classes > 1 else None
    shape = MatrixShape(rows=rows, width=width, labels=labels)
    comparison = make_comparison(labels, effort=effort, estimated_seconds=seconds)
    try:
        entries = affordable_entries(shape, comparison)
    except LimitExceeded:
        return

    count, compared = fit_into_budget(shape, entries, comparison)

    left = [entry for entry in entries if entry.reason is None]
    assert left
    assert len(left) == 1 or seconds_of(entries, shape) <= seconds
    sample = MatrixShape(rows=count, width=width, labels=labels)
    share = {"balanced": 0.1, "best": 0.3}[effort]
    assert FOLDS[effort] * seconds_of(compared, sample, iterations=0.5) <= share * seconds * 1.001


def test_the_dearest_candidate_is_dropped_before_rows_are() -> None:
    comparison = make_comparison(estimated_seconds=700)

    count, entries = fit_into_budget(NUMBERS, affordable_entries(NUMBERS, comparison), comparison)

    assert count == NUMBERS.rows
    assert dropped(entries) == ["ExtraTreesRegressor"]


def test_rows_are_halved_once_the_dearest_candidate_is_dropped() -> None:
    comparison = make_comparison(estimated_seconds=300)

    count, entries = fit_into_budget(NUMBERS, affordable_entries(NUMBERS, comparison), comparison)

    assert count == 4_000
    assert dropped(entries) == ["ExtraTreesRegressor"]


def test_all_but_two_candidates_are_dropped_before_rows_get_scarce() -> None:
    comparison = make_comparison(estimated_seconds=90)

    count, entries = fit_into_budget(NUMBERS, affordable_entries(NUMBERS, comparison), comparison)

    assert count == 4_000
    assert len(entries) - len(dropped(entries)) == 2


@pytest.mark.parametrize(("rows", "with_more_cores"), [(7_497, ["ExtraTreesRegressor"]), (7_500, [])])
def test_cores_count_only_if_the_rows_of_a_fold_are_enough_for_them(rows: int, with_more_cores: list[str]) -> None:
    shape = replace(NUMBERS, rows=rows)  # each of three folds leaves two thirds of the rows to fit
    comparison = make_comparison(estimated_seconds=1_000)
    entries = affordable_entries(shape, comparison)

    _, alone = fit_into_budget(shape, entries, comparison)
    _, together = fit_into_budget(shape, entries, replace(comparison, cores=4.0))

    assert dropped(alone) == ["ExtraTreesRegressor"]
    assert dropped(together) == with_more_cores


def test_categories_make_a_forest_cheaper_to_compare() -> None:
    comparison = make_comparison(estimated_seconds=1_500)

    dear, cheap = (
        fit_into_budget(shape, affordable_entries(shape, comparison), comparison)[1] for shape in (NUMBERS, CATEGORIES)
    )

    assert dropped(dear) == ["ExtraTreesRegressor"]
    assert dropped(cheap) == []


def test_candidates_that_would_be_too_large_together_are_dropped() -> None:
    shape = MatrixShape(rows=200_000, width=10, labels=None)
    comparison = make_comparison(effort="best", artifact_bytes=2 * 1024**3, estimated_memory_mib=64_000)

    entries = affordable_entries(shape, comparison)

    assert "too expensive to be fitted beside the others" in {entry.reason for entry in entries}


def test_refitting_halves_what_can_be_afforded() -> None:
    comparison = make_comparison(estimated_seconds=200)
    refitted = Comparison(
        task="regression", labels=None, effort="balanced", limits=comparison.limits, seed=0, refit_rows=20_000
    )

    once, twice = (dropped(affordable_entries(NUMBERS, one)) for one in (comparison, refitted))

    assert len(twice) > len(once)


def test_a_dataset_that_no_candidate_can_learn_names_the_limit() -> None:
    with pytest.raises(LimitExceeded, match="the limit is 0 s"):
        affordable_entries(NUMBERS, make_comparison(estimated_seconds=0))
