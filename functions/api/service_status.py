"""What the api knows of the service behind a queue when it has no address of it: whether the queue answers."""

from collections.abc import Mapping
from typing import Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml.errors import ServiceUnavailable, Unavailable
from mini_ml.ports import Queue

HEALTHY: Final = "healthy"
UNREACHABLE: Final = "unreachable"


class Neighbour(Protocol):
    """The trainer or the predict service, as the api sees it."""

    async def status(self) -> str:
        """Tell whether it answers."""

    async def score(self, path: str, *, body: bytes, headers: Mapping[str, str], probabilities: bool) -> Response:
        """Pass online scoring on, and the answer back. Raises ServiceUnavailable."""

    async def close(self) -> None:
        """Let go of connections."""


class BehindQueue:
    """A service that has no address of its own: a function called by its queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def status(self) -> str:
        """Tell whether the queue answers."""
        return await run_in_threadpool(self._depth_status)

    def _depth_status(self) -> str:
        try:
            self._queue.depth()
        except Unavailable:
            return UNREACHABLE
        return HEALTHY

    async def score(self, path: str, *, body: bytes, headers: Mapping[str, str], probabilities: bool) -> Response:
        """Refuse: a gateway stands in front and sends online scoring to the service itself."""
        raise ServiceUnavailable("Online scoring is not reachable through this address.")

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""
