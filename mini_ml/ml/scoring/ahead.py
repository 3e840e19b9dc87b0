"""Process items in several threads and yield the results in order; most of the work releases the GIL."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from mini_ml import log_context

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterator[Item], *, threads: int) -> Generator[Result, None, None]:
    """Yield `work(item)` for each item, in the order of the items; an exception is raised in place of its result.

    Items are read in the thread of the caller, at most `threads + 1` ahead.
    """
    context = log_context.current()
    with ThreadPoolExecutor(threads, "ahead", initializer=log_context.share, initargs=(context,)) as workers:
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                pending.append(workers.submit(work, item))
                if len(pending) > threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for waiting in pending:
                waiting.cancel()
