"""Single flight: concurrent calls for the same key do the work once and share its result."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """The work in progress, by key. Work for different keys runs in parallel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_flight: dict[Hashable, Future[T]] = {}

    def fetch(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return the result of `work`, or of the call for this key that is in progress. All callers get its error."""
        with self._lock:
            other = self._in_flight.get(key)
            if other is None:
                own = self._in_flight[key] = Future()
        if other is not None:
            return other.result()
        try:
            own.set_result(work())
        except BaseException as error:
            own.set_exception(error)
        finally:
            with self._lock:
                del self._in_flight[key]
        return own.result()
