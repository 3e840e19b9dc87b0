"""Calls that run in parallel."""

import threading
from concurrent.futures import ProcessPoolExecutor
from contextvars import ContextVar
from multiprocessing import get_context

import pytest

from mini_ml.parallel import map_parallel

CALLER: ContextVar[str] = ContextVar("CALLER", default="none")


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
    token = CALLER.set("a request")

    seen = map_parallel(lambda _: CALLER.get(), range(20))

    CALLER.reset(token)
    assert seen == ["a request"] * 20


def test_callers_at_the_same_time_share_sixteen_threads() -> None:
    full = threading.Barrier(16, timeout=30)
    used: list[set[int]] = [set(), set(), set()]

    def note_thread(names: set[int]) -> None:
        full.wait()
        names.add(threading.get_ident())

    callers = [
        threading.Thread(target=map_parallel, args=(lambda _, names=names: note_thread(names), range(16)))
        for names in used
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert len(set().union(*used)) == 16


def test_calls_within_calls_end_although_all_threads_are_in_use() -> None:
    full = threading.Barrier(16, timeout=30)

    def map_again(item: int) -> list[int]:
        full.wait()
        return map_parallel(lambda inner: item * inner, range(3))

    assert map_parallel(map_again, range(16)) == [[0, item, 2 * item] for item in range(16)]


def test_a_forked_process_has_threads_of_its_own() -> None:
    map_parallel(lambda item: item, range(16))

    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as processes:
        assert processes.submit(_double_in_parallel).result(timeout=30) == [0, 2, 4, 6]


def _double_in_parallel() -> list[int]:
    return map_parallel(lambda item: 2 * item, range(4))
