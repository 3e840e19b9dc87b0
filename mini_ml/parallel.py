"""Run calls that wait for the network in parallel, in threads that all callers of a process share."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Final, TypeVar

_MOST_THREADS: Final = 16
"""Threads of a process, however many requests need them: half the connections to S3 that it keeps open."""
_THREAD = threading.local()

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_parallel(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return the results of `work` for each item, in their order.

    Each call sees the caller's context variables, such as those of its log lines. If a call fails, the first error in
    the order of the items is raised, and calls that have not started are left out. Calls from within `work` run one
    after the other, because they would wait for the threads that wait for them.
    """
    if len(items) <= 1 or getattr(_THREAD, "is_shared", False):
        return [work(item) for item in items]
    contexts = [copy_context() for _ in items]  # a context can be in use in one thread only
    return list(_shared_threads().map(lambda context, item: context.run(work, item), contexts, items))


@cache
def _shared_threads() -> ThreadPoolExecutor:
    """Return the threads of this process, which are started as they are needed."""
    return ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="parallel", initializer=_mark_thread)


def _mark_thread() -> None:
    _THREAD.is_shared = True


os.register_at_fork(after_in_child=_shared_threads.cache_clear)  # a forked process has none of the threads
