"""Run calls that wait for the network in parallel."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Final, TypeVar

_MOST_THREADS: Final = 16

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_parallel(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return the results of `work` for each item, in their order.

    Each call sees the caller's context variables, such as those of its log lines. If a call fails, the first error in
    the order of the items is raised, and calls that have not started are left out.
    """
    if len(items) <= 1:
        return [work(item) for item in items]
    contexts = [copy_context() for _ in items]  # a context can be in use in one thread only
    with ThreadPoolExecutor(min(_MOST_THREADS, len(items)), thread_name_prefix="parallel") as pool:
        return list(pool.map(lambda context, item: context.run(work, item), contexts, items))
