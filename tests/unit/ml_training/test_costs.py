"""Time and size are estimated from the shape of the table; jobs above a limit are rejected before any fit."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.errors import LimitExceeded
from mini_ml.ml.estimates.costs import training_cost
from mini_ml.ml.estimates.preflight import JobEstimate, check_estimate
from mini_ml.ml.estimates.sizes import artifact_bytes, check_size
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.topology import MIB, STAGES, Limits

LIMITS = Limits()
SMALL = MatrixShape(rows=150, width=4, labels=("a", "b", "c"))
LARGE = MatrixShape(rows=2_000_000, width=100, labels=("a", "b"))
AMOUNTS = MatrixShape(rows=2_000_000, width=100, labels=None)


def params_of(model_type: str, shape: MatrixShape, **params: JsonValue) -> dict[str, JsonValue]:
    return build(model_type, params, shape=shape, seed=0).params


@pytest.mark.parametrize("model_type", sorted(catalogue.model_types()["model_types"]))
def test_every_model_type_can_be_trained_on_a_small_table(model_type: str) -> None:
    shape = SMALL if catalogue.task_of(model_type) == "classification" else MatrixShape(rows=400, width=20, labels=None)
    params = params_of(model_type, shape)

    check_estimate(JobEstimate(model_type=model_type, params=params, shape=shape), LIMITS)


@pytest.mark.parametrize(
    "model_type", ["LogisticRegression", "HistGradientBoostingClassifier", "SGDClassifier", "GaussianNB"]
)
def test_with_the_memory_raised_model_types_that_scale_can_be_trained_on_a_million_rows(model_type: str) -> None:
    shape = MatrixShape(rows=1_000_000, width=60, labels=("a", "b"))

    plan = JobEstimate(model_type=model_type, params=params_of(model_type, shape), shape=shape)

    check_estimate(plan, STAGES["prod"].with_memory(8192).training_limits)


@pytest.mark.parametrize(
    ("model_type", "rows", "gain"),
    [
        ("RandomForestClassifier", 5_000, 1.45),
        ("ExtraTreesClassifier", 100_000, 1.45),
        ("RandomForestClassifier", 4_999, 1.0),
        ("HistGradientBoostingClassifier", 100_000, 1.0),
        ("LogisticRegression", 100_000, 1.0),
    ],
)
def test_only_the_trees_of_a_forest_use_a_second_core(model_type: str, rows: int, gain: float) -> None:
    shape = MatrixShape(rows=rows, width=20, labels=("a", "b"))

    one, two = (
        training_cost(model_type, params_of(model_type, shape), shape=shape, cores=cores) for cores in (1.0, 2.0)
    )

    assert one / two == pytest.approx(gain, rel=0.001)


@pytest.mark.parametrize(("memory_mib", "cores"), [(1_024, 1.0), (1_769, 1.0), (3_008, 1.70), (8_192, 4.63)])
def test_the_cores_of_a_function_follow_from_its_memory(memory_mib: int, cores: float) -> None:
    assert replace(STAGES["dev"], trainer_memory_mib=memory_mib).training_cores == pytest.approx(cores, abs=0.005)


def test_a_function_with_more_cores_accepts_a_larger_forest() -> None:
    shape = MatrixShape(rows=300_000, width=30, labels=("a", "b"))
    params = params_of("RandomForestClassifier", shape)
    one, more = (
        JobEstimate(model_type="RandomForestClassifier", params=params, shape=shape, cores=cores)
        for cores in (1.0, 4.63)
    )
    limits = Limits(estimated_seconds=int(more.seconds) + 1, estimated_memory_mib=99_999, artifact_bytes=10**10)

    check_estimate(more, limits)
    with pytest.raises(LimitExceeded, match="an estimated"):
        check_estimate(one, limits)


@pytest.mark.parametrize("model_type", ["SVC", "GaussianProcessClassifier", "KNeighborsClassifier"])
def test_model_types_that_grow_faster_than_their_rows_have_a_row_limit(model_type: str) -> None:
    with pytest.raises(LimitExceeded, match="takes at most") as caught:
        check_estimate(JobEstimate(model_type=model_type, params=params_of(model_type, LARGE), shape=LARGE), LIMITS)

    assert caught.value.issues[0].parameter == "model_type"


def test_the_catalogue_states_the_row_limits() -> None:
    assert catalogue.model_types()["model_types"]["SVC"]["row_limit"] == 20_000


def test_a_training_that_would_take_too_long_is_rejected_with_the_limit() -> None:
    params = params_of("GradientBoostingClassifier", LARGE, n_estimators=2000)

    with pytest.raises(LimitExceeded, match="the limit is 600 s") as caught:
        check_estimate(
            JobEstimate(model_type="GradientBoostingClassifier", params=params, shape=LARGE),
            Limits(estimated_memory_mib=99_999),
        )

    assert "`n_estimators`" in str(caught.value.issues[0].hint)


def test_more_rows_columns_or_trees_cost_more() -> None:
    def cost(rows: int, width: int, trees: int) -> int:
        shape = MatrixShape(rows=rows, width=width, labels=("a", "b"))
        return training_cost(
            "RandomForestClassifier",
            params_of("RandomForestClassifier", shape, n_estimators=trees),
            shape=shape,
        )

    assert cost(1000, 10, 100) < cost(2000, 10, 100) < cost(2000, 20, 100) < cost(2000, 20, 200)


def test_the_estimate_of_a_forest_is_close_to_its_measured_size() -> None:
    shape = MatrixShape(rows=80_000, width=20, labels=("a", "b"))

    estimated = artifact_bytes("RandomForestClassifier", params_of("RandomForestClassifier", shape), shape=shape)

    assert 64 * MIB < estimated < 256 * MIB


def test_a_model_that_would_be_too_large_is_rejected_before_it_is_fitted() -> None:
    with pytest.raises(LimitExceeded, match="the limit is 512 MiB") as caught:
        check_size("RandomForestRegressor", params_of("RandomForestRegressor", AMOUNTS), shape=AMOUNTS, limits=LIMITS)

    assert "max_depth" in str(caught.value.issues[0].hint)


@pytest.mark.parametrize("params", [{"max_depth": 8}, {"max_leaf_nodes": 500}, {"min_samples_leaf": 2000}])
def test_shallow_trees_are_small_for_any_number_of_rows(params: dict[str, JsonValue]) -> None:
    check_size(
        "RandomForestRegressor", params_of("RandomForestRegressor", AMOUNTS, **params), shape=AMOUNTS, limits=LIMITS
    )
