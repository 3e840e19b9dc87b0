"""HTTP client for the trainer and the predict service. Imported only if needed, because httpx is slow to import."""

from collections.abc import Mapping

import httpx2
from starlette.responses import Response

from functions.api.service_status import HEALTHY, UNREACHABLE
from mini_ml.errors import ServiceUnavailable

_CONNECT_SECONDS = 2.0
_KEEP_SECONDS = 2.0
"""Shorter than the keep-alive timeout of the servers, so that no request uses a connection that is being closed."""
_FORWARDED_HEADERS = ("content-type", "retry-after", "allow", "www-authenticate")


class RemoteService:
    """A service with a URL."""

    def __init__(self, url: str, *, timeout_seconds: float, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        """Create a client.

        Args:
            url: base URL of the service.
            timeout_seconds: timeout of forwarded requests.
            transport: replaces the network in tests.
        """
        self._url = url.rstrip("/")
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeout_seconds, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(keepalive_expiry=_KEEP_SECONDS),
            transport=transport,
        )

    async def status(self) -> str:
        """Return `healthy`, `unreachable`, or the HTTP status of the health check."""
        try:
            found = await self._client.get(f"{self._url}/health", timeout=_CONNECT_SECONDS)
        except httpx2.HTTPError:
            return UNREACHABLE
        return HEALTHY if found.is_success else f"answers {found.status_code}"

    async def forward(
        self, path: str, *, body: bytes, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> Response:
        """Forward a POST request and return the response of the service.

        Raises:
            ServiceUnavailable: the service does not respond, or the response is not from the service.
        """
        forwarded = httpx2.Headers(headers, encoding="latin-1")  # forward the bytes unchanged, even if malformed
        try:
            found = await self._client.post(f"{self._url}{path}", params=query, content=body, headers=forwarded)
        except httpx2.HTTPError as error:
            raise ServiceUnavailable("The predict service does not respond. Try again.") from error
        if found.is_server_error and "problem+json" not in found.headers.get("content-type", ""):
            raise ServiceUnavailable("The predict service failed. Try again.")
        passed = {name: found.headers[name] for name in _FORWARDED_HEADERS if name in found.headers}
        return Response(found.content, found.status_code, headers=passed)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
