"""Items that are made ahead come in order, and so do errors."""

import threading
from collections.abc import Iterator

import pytest

from mini_ml.ml.ahead import read_ahead


def numbers(upto: int, made: list[int]) -> Iterator[int]:
    for number in range(upto):
        made.append(number)
        yield number
    raise ValueError("the end")


def test_items_come_in_order_and_the_error_in_its_place() -> None:
    items = read_ahead(numbers(3, []))

    assert [next(items), next(items), next(items)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the end"):
        next(items)


def test_nothing_is_read_far_ahead() -> None:
    made: list[int] = []
    items = read_ahead(numbers(100, made))

    next(items)
    items.close()

    assert made in ([0], [0, 1])


def test_no_thread_is_left_behind() -> None:
    items = read_ahead(iter([1, 2, 3]))

    assert list(items) == [1, 2, 3]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("read-ahead")]
