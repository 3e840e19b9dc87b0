"""Status of the trainer and the predict service, as seen by the api."""

from collections.abc import Mapping
from typing import Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml.errors import ServiceUnavailable, Unavailable
from mini_ml.ports import Queue

HEALTHY: Final = "healthy"
UNREACHABLE: Final = "unreachable"


class BackendService(Protocol):
    """The trainer or the predict service, as the api sees it."""

    async def status(self) -> str:
        """Return `healthy`, `unreachable`, or a description of the failure."""

    async def forward(
        self, path: str, *, body: bytes, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> Response:
        """Forward a POST request and return the response. Raises ServiceUnavailable."""

    async def close(self) -> None:
        """Close connections."""


class QueueBackedService:
    """A service without a URL: a function invoked by its queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def status(self) -> str:
        """Return whether the queue is reachable."""
        return await run_in_threadpool(self._depth_status)

    def _depth_status(self) -> str:
        try:
            self._queue.depth()
        except Unavailable:
            return UNREACHABLE
        return HEALTHY

    async def forward(
        self, path: str, *, body: bytes, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> Response:
        """Reject the request; the gateway routes it to the predict service directly."""
        raise ServiceUnavailable("This route is not available at this URL. Use the URL of the gateway.")

    async def close(self) -> None:
        """Do nothing; there are no connections."""
