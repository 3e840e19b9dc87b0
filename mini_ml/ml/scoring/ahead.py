"""Work on several items at once and hand the results over in order: most of the work spends its time outside Python."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterator[Item], *, threads: int) -> Generator[Result, None, None]:
    """Yield `work(item)` for each item, in the items' order; an error comes where its result would have.

    Items are taken in the caller's own thread, at most one more ahead than there are threads to work on them.
    """
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="ahead") as workers:
        under_way: deque[Future[Result]] = deque()
        try:
            for item in items:
                under_way.append(workers.submit(work, item))
                if len(under_way) > threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for waiting in under_way:
                waiting.cancel()
