"""Single flight: of many who want the same thing at once, one fetches it and all get it."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Work under way, by what it is for; different things are fetched side by side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: dict[Hashable, Future[T]] = {}

    def fetch(self, what: Hashable, work: Callable[[], T]) -> T:
        """Return what `work` gives, or what the call that is already at it gives. An error reaches all who wait."""
        with self._lock:
            flight = self._flying.get(what)
            if flight is None:
                mine = self._flying[what] = Future()
        if flight is not None:
            return flight.result()
        try:
            mine.set_result(work())
        except BaseException as error:
            mine.set_exception(error)
        finally:
            with self._lock:
                del self._flying[what]
        return mine.result()
