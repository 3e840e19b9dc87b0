"""Calls that run in parallel."""

import threading
from contextvars import ContextVar

import pytest

from mini_ml.parallel import map_parallel

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


@pytest.mark.parametrize("size", [0, 1, 2, 100])
def test_results_are_in_the_order_of_the_items(size: int) -> None:
    assert map_parallel(lambda item: item * 2, range(size)) == [item * 2 for item in range(size)]


def test_calls_run_at_the_same_time() -> None:
    together = threading.Barrier(4, timeout=30)

    assert sorted(map_parallel(lambda _: together.wait(), range(4))) == [0, 1, 2, 3]


def test_the_first_error_is_raised_and_later_calls_are_left_out() -> None:
    called = []

    def fail_early(item: int) -> None:
        called.append(item)
        raise KeyError(item)

    with pytest.raises(KeyError, match="0"):
        map_parallel(fail_early, range(10_000))

    assert len(called) < 10_000


def test_calls_see_the_context_of_the_caller() -> None:
    token = WHO.set("somebody")

    seen = map_parallel(lambda _: WHO.get(), range(20))

    WHO.reset(token)
    assert seen == ["somebody"] * 20
