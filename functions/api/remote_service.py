"""A neighbour over HTTP; imported only where one has an address, since the HTTP client takes its time to load."""

from collections.abc import Mapping

import httpx2
from starlette.responses import Response

from functions.api.service_status import HEALTHY, UNREACHABLE
from mini_ml.errors import ServiceUnavailable

_CONNECT_SECONDS = 2.0
_KEEP_SECONDS = 2.0
"""Shorter than any server keeps a silent connection, so that none is used in the moment of its end."""
_PASSED_BACK = ("content-type", "retry-after", "allow", "www-authenticate")


class RemoteService:
    """A service at an address."""

    def __init__(self, url: str, *, timeout_seconds: float, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        """Take the address; `transport` stands in for the network in tests."""
        self._url = url.rstrip("/")
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeout_seconds, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(keepalive_expiry=_KEEP_SECONDS),
            transport=transport,
        )

    async def status(self) -> str:
        """Tell what its health check says."""
        try:
            found = await self._client.get(f"{self._url}/health", timeout=_CONNECT_SECONDS)
        except httpx2.HTTPError:
            return UNREACHABLE
        return HEALTHY if found.is_success else f"answers {found.status_code}"

    async def score(self, path: str, *, body: bytes, headers: Mapping[str, str], probabilities: bool) -> Response:
        """Pass online scoring on, and the answer back.

        Raises:
            ServiceUnavailable: the service does not answer, or what answers is not the service.
        """
        query = {"probabilities": "true"} if probabilities else {}
        told = httpx2.Headers(headers, encoding="latin-1")  # byte for byte as they came, sense or nonsense
        try:
            found = await self._client.post(f"{self._url}{path}", params=query, content=body, headers=told)
        except httpx2.HTTPError as error:
            raise ServiceUnavailable("The predict service does not answer; try again.") from error
        if found.is_server_error and "problem+json" not in found.headers.get("content-type", ""):
            raise ServiceUnavailable("The predict service is out of order; try again.")
        passed = {name: found.headers[name] for name in _PASSED_BACK if name in found.headers}
        return Response(found.content, found.status_code, headers=passed)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
