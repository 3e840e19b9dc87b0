"""The api's two neighbours over HTTP: asks for their health and passes online scoring on."""

from typing import Final

import httpx2
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml.contracts import Kind
from mini_ml.errors import RoomUnavailable, Unavailable
from mini_ml.ports import Cloud

HEALTHY: Final = "healthy"
UNREACHABLE: Final = "unreachable"

_HEALTH_SECONDS = 2.0
_KEEP_SECONDS = 2.0
"""Shorter than any server keeps a silent connection, so that none is used in the moment of its end."""
_PASSED_BACK = ("content-type", "retry-after", "allow")


class Neighbours:
    """The rooms that have an address, and the queues of those that have none."""

    def __init__(
        self,
        cloud: Cloud,
        *,
        trainer_url: str | None,
        predict_url: str | None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the addresses; `transport` stands in for the network in tests."""
        self._cloud = cloud
        self._urls: dict[Kind, str | None] = {"train": trainer_url, "predict": predict_url}
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(cloud.stage.predict_timeout_seconds, connect=_HEALTH_SECONDS),
            limits=httpx2.Limits(keepalive_expiry=_KEEP_SECONDS),
            transport=transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def status(self, kind: Kind) -> str:
        """Tell whether the room that does this kind of work answers; without an address, whether its queue does."""
        url = self._urls[kind]
        if url is None:
            return await run_in_threadpool(self._queue_status, kind)
        try:
            found = await self._client.get(_joined(url, "/health"), timeout=_HEALTH_SECONDS)
        except httpx2.HTTPError:
            return UNREACHABLE
        return HEALTHY if found.is_success else f"answers {found.status_code}"

    def _queue_status(self, kind: Kind) -> str:
        try:
            self._cloud.queues[kind].depth()
        except Unavailable:
            return UNREACHABLE
        return HEALTHY

    async def score(self, path: str, *, body: bytes, media_type: str, probabilities: bool) -> Response:
        """Pass online scoring on to the predict room, and its answer back.

        Raises:
            RoomUnavailable: it has no address, does not answer, or answers nothing of its own.
        """
        url = self._urls["predict"]
        if url is None:
            raise RoomUnavailable("Online scoring is not reachable through this address.")
        query = {"probabilities": "true"} if probabilities else {}
        try:
            found = await self._client.post(
                _joined(url, path), params=query, content=body, headers={"Content-Type": media_type}
            )
        except httpx2.HTTPError as error:
            raise RoomUnavailable("The predict room does not answer; try again.") from error
        if found.is_server_error and "problem+json" not in found.headers.get("content-type", ""):
            raise RoomUnavailable("The predict room is out of order; try again.")
        headers = {name: found.headers[name] for name in _PASSED_BACK if name in found.headers}
        return Response(found.content, found.status_code, headers=headers)


def _joined(url: str, path: str) -> str:
    return url.rstrip("/") + path
