"""Run calls that wait for the network in parallel."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

_MOST_THREADS: Final = 16

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_parallel(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return the results of `work` for each item, in their order. If calls fail, the first error is raised."""
    if len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(_MOST_THREADS, len(items)), thread_name_prefix="parallel") as pool:
        return list(pool.map(work, items))
