"""Make the next item while the present one is used: reading and parsing spend much of their time outside Python."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """Yield the items in order, each made in one other thread; an error comes where its item would have."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as worker:
        coming = worker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = worker.submit(next, items, None)
            yield item
