"""A column of dates with which the target changes is proposed as `time_column`, and no other."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mini_ml.contracts import DataWarning, InspectOptions, TrainOptions
from mini_ml.ml.frame import Matrix
from mini_ml.ml.training.inspect import inspect_file
from mini_ml.ml.training.prepare import read_dataset
from mini_ml.ml.training.target_values import TargetValues
from mini_ml.ml.training.time_order import are_in_order, measure_order
from mini_ml.topology import STAGES
from tests.unit.ml_training.tables import LIMITS, write

Rows = tuple[Matrix, TargetValues]


def target_of(values: Any, labels: tuple[str, ...] | None = None) -> TargetValues:
    return TargetValues(rows=np.arange(len(values)), values=np.asarray(values), labels=labels, without_target=0)


def is_ordered(rows: Rows) -> bool:
    return any(order.is_certain for order in measure_order(*rows))


# ---------------------------------------------------------------- targets that do not change with the time


def random_numbers(random: np.random.Generator) -> Rows:
    return random.integers(0, 90, 300).astype(float), target_of(np.exp(2 * random.normal(size=300)))


def random_labels(random: np.random.Generator) -> Rows:
    return random.permutation(200).astype(float), target_of(random.integers(0, 4, 200), ("a", "b", "c", "d"))


def rare_labels(random: np.random.Generator) -> Rows:
    return random.integers(0, 60, 400).astype(float), target_of((random.random(400) < 0.02).astype(int), ("a", "b"))


def people_with_many_rows(random: np.random.Generator) -> Rows:
    """Return the dates of birth of 60 people, and a target that is nearly the same in all rows of a person."""
    person = random.integers(0, 60, 900)
    born, amount = random.integers(0, 20_000, 60), random.normal(size=60)
    return born[person].astype(float), target_of(amount[person] + 0.3 * random.normal(size=900))


def ever_more_rows(random: np.random.Generator) -> Rows:
    return np.floor(np.sqrt(random.random(500)) * 200), target_of(random.normal(size=500))


@pytest.mark.parametrize(
    "make",
    [random_numbers, random_labels, rare_labels, people_with_many_rows, ever_more_rows],
    ids=lambda one: one.__name__,
)
def test_a_target_that_does_not_change_with_the_time_hardly_ever_looks_so(
    make: Callable[[np.random.Generator], Rows],
) -> None:
    assert sum(is_ordered(make(np.random.default_rng(seed))) for seed in range(500)) <= 1


@pytest.mark.parametrize("values", [np.ones(200), np.zeros(200, dtype=int)], ids=["equal numbers", "equal labels"])
def test_a_target_that_never_changes_does_not_change_with_the_time(values: Any) -> None:
    assert not is_ordered((np.arange(200.0), target_of(values, ("a", "b") if values.dtype == int else None)))


def test_few_rows_or_dates_show_nothing() -> None:
    assert measure_order(np.arange(99.0), target_of(np.arange(99.0))) == []
    assert measure_order(np.arange(300.0) % 19, target_of(np.arange(300.0) % 19)) == []
    assert measure_order(np.full(300, np.nan), target_of(np.arange(300.0))) == []


# ---------------------------------------------------------------- targets that do


def trend(random: np.random.Generator) -> Rows:
    times = random.integers(0, 300, 600)
    return times.astype(float), target_of(times / 300 + 0.3 * random.normal(size=600))


def months(random: np.random.Generator) -> Rows:
    times = random.integers(0, 24, 3_000)
    return times.astype(float), target_of(times / 24 + 0.2 * random.normal(size=3_000))


def slow_waves(random: np.random.Generator) -> Rows:
    """Return days of which each resembles the one before it, without a trend."""
    values = np.zeros(400)
    for day in range(1, 400):
        values[day] = 0.7 * values[day - 1] + random.normal()
    return np.arange(400.0), target_of(values)


def growing_class(random: np.random.Generator) -> Rows:
    times = random.integers(0, 300, 600)
    return times.astype(float), target_of((random.random(600) < times / 300).astype(int), ("no", "yes"))


def many_dates(random: np.random.Generator) -> Rows:
    """Return seconds, more than are compared one by one."""
    times = np.arange(20_000.0)
    return times, target_of(np.sin(times / 3_000) + random.normal(size=20_000))


@pytest.mark.parametrize("make", [trend, months, slow_waves, growing_class, many_dates], ids=lambda one: one.__name__)
def test_a_target_that_changes_with_the_time_nearly_always_looks_so(
    make: Callable[[np.random.Generator], Rows],
) -> None:
    assert sum(is_ordered(make(np.random.default_rng(seed))) for seed in range(50)) >= 48


def test_the_order_of_the_rows_does_not_change_what_dates_explain() -> None:
    times, target = trend(np.random.default_rng(0))
    mixed = np.random.default_rng(1).permutation(len(times))

    found = measure_order(times[mixed], target_of(target.values[mixed]))

    assert [order.share for order in found] == pytest.approx([order.share for order in measure_order(times, target)])


def test_a_small_change_of_many_rows_is_certain_and_does_not_matter() -> None:
    random = np.random.default_rng(0)
    times = random.integers(0, 300, 20_000)

    [_, order] = measure_order(times.astype(float), target_of(times / 300 + random.normal(size=20_000)))

    assert order.score > 5
    assert 0.03 < order.share < 0.1
    assert not order.is_certain


# ---------------------------------------------------------------- the warning


def day(number: int) -> date:
    return date(2021, 1, 1) + timedelta(days=number)


def prices(rows: int = 200) -> list[str]:
    """Return rows in the order of a day of sale, with a price that depends on it, and on an older day of birth."""
    random = np.random.default_rng(4)
    born = [-int(number) for number in random.integers(5_000, 9_000, rows)]
    return [
        f"{day(birth)},{day(number)},{number / 10 - birth / 400 + random.normal():.2f}"
        for number, birth in enumerate(born)
    ]


def warnings_of_training(tmp_path: Path, **asked: Any) -> list[DataWarning]:
    file = write(tmp_path / "prices.csv", "born,sold,price", *prices())
    found = read_dataset(file, TrainOptions(**asked), limits=LIMITS, seed=0).warnings
    return [warning for warning in found if warning.code == "time_ordered_target"]


def test_a_training_on_random_rows_proposes_the_column_that_orders_the_target(tmp_path: Path) -> None:
    [warning] = warnings_of_training(tmp_path)

    assert warning.column == "sold"
    assert 10 <= int(str(warning.params["percent"])) <= 100
    assert "use this column as `time_column`" in warning.message


@pytest.mark.parametrize("asked", [{"time_column": "sold"}, {"time_column": "born"}, {"columns_to_drop": ["sold"]}])
def test_nothing_is_proposed_if_a_column_is_asked_for_or_not_used(tmp_path: Path, asked: dict[str, Any]) -> None:
    assert warnings_of_training(tmp_path, **asked) == []


@pytest.mark.parametrize(
    ("times", "in_order"),
    [
        ([1.0, 2, 2, 3, np.nan, 5], True),
        ([5.0, 4, 4, 1], True),
        ([*range(20), *range(20), *range(20)], True),
        ([1.0, 1, 1, 1, 7, 7, 7, 7, 3, 3, 3, 3, 2, 2, 2, 2, 9, 9, 9, 9], False),
        ([1.0, 3, 2, 4, 3, 5, 4], False),
        ([1.0, 1, 1], False),
        ([np.nan], False),
    ],
)
def test_rows_are_in_order_if_nearly_all_neighbours_with_different_dates_are(
    times: list[float], in_order: bool
) -> None:
    assert are_in_order(np.array(times)) is in_order


def test_a_date_that_explains_the_target_but_does_not_order_the_rows_is_not_proposed(tmp_path: Path) -> None:
    mixed = np.random.default_rng(0).permutation(prices()).tolist()
    file = write(tmp_path / "prices.csv", "born,sold,price", *mixed)

    found = read_dataset(file, TrainOptions(), limits=LIMITS, seed=0).warnings

    assert [warning.code for warning in found] == []


def test_an_inspection_proposes_the_column_too(tmp_path: Path) -> None:
    content = "\n".join(["born,sold,price", *prices()]).encode()

    found = inspect_file(io.BytesIO(content), InspectOptions(), STAGES["test"].inspection_limits)

    assert list(found.warnings) == warnings_of_training(tmp_path)
