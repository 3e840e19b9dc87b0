"""Results and errors of work done ahead keep their order."""

import threading
import time
from collections.abc import Iterator

import pytest

from mini_ml.ml.scoring.ahead import in_order


def numbers(upto: int, made: list[int]) -> Iterator[int]:
    for number in range(upto):
        made.append(number)
        yield number


def slower_when_earlier(number: int) -> int:
    time.sleep(0.002 * (4 - number))
    return number


def inverse(number: int) -> float:
    return 1 / (number - 2)


def test_results_have_the_order_of_the_items() -> None:
    assert list(in_order(slower_when_earlier, iter([0, 1, 2, 3]), threads=4)) == [0, 1, 2, 3]


def test_an_error_is_raised_in_the_place_of_its_result() -> None:
    results = in_order(inverse, numbers(5, []), threads=2)

    assert [next(results), next(results)] == [-0.5, -1.0]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_an_error_of_the_iterator_is_raised() -> None:
    def raise_at_the_end() -> Iterator[int]:
        yield 0
        raise ValueError("the end")

    with pytest.raises(ValueError, match="the end"):
        list(in_order(inverse, raise_at_the_end(), threads=2))


def test_only_a_few_items_are_read_ahead() -> None:
    made: list[int] = []
    results = in_order(float, numbers(100, made), threads=2)

    next(results)
    results.close()

    assert made == [0, 1, 2]


def test_no_thread_stays_alive() -> None:
    assert list(in_order(float, iter([1, 2, 3]), threads=2)) == [1, 2, 3]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
