"""Read an object in ranges, each with its own request, so that boto3 can retry and slow readers do not time out."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from io import RawIOBase
from typing import TYPE_CHECKING

from mini_ml import log_context

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

RANGE_BYTES = 8 * 1024 * 1024

Fetch = Callable[[int, int], bytes]
"""Takes an offset and a size, and returns that many bytes, or fewer at the end of the object."""


class RangeReader(RawIOBase):
    """An object as a stream. One thread fetches the next range while the current one is read."""

    def __init__(self, fetch: Fetch) -> None:
        """Fetch the first range. Like every read, raises the exceptions of `fetch`."""
        super().__init__()
        self._fetch = fetch
        self._fetcher = ThreadPoolExecutor(
            1, "download", initializer=log_context.share, initargs=(log_context.current(),)
        )
        self._offset = 0
        self._coming: Future[bytes] | None = None
        self._range = memoryview(b"")
        self._take(fetch(0, RANGE_BYTES))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        if not self._range and self._coming is not None:
            self._take(self._coming.result())
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._range))
        target[:size], self._range = self._range[:size], self._range[size:]
        return size

    def close(self) -> None:
        self._fetcher.shutdown(cancel_futures=True)
        super().close()

    def _take(self, fetched: bytes) -> None:
        """Make a range the current one; if it is full, start fetching the next."""
        self._offset += len(fetched)
        self._range = memoryview(fetched)
        full = len(fetched) == RANGE_BYTES
        self._coming = self._fetcher.submit(self._fetch, self._offset, RANGE_BYTES) if full else None
