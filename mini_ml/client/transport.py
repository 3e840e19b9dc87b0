"""Send one request: the credential, proxies, timeouts, and errors as exceptions."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final
from urllib.parse import quote, urlsplit

import httpx2
from pydantic import JsonValue

from mini_ml.client.answers import parse_problem
from mini_ml.client.exceptions import RequestRejected, Unreachable
from mini_ml.correlation import CORRELATION_ID_PATTERN, parse_correlation_id
from mini_ml.topology import CORRELATION_ID

DEFAULT_URL: Final = "http://localhost:8000"
_TIMEOUT: Final = httpx2.Timeout(40.0, connect=5.0)
"""Longer than the 29 s after which the gateway ends a request; `Prefer: wait` can hold one open that long."""
_DIRECT: Final = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""Loopback addresses, requested directly: a company proxy cannot reach them."""

FormFile = tuple[str, BinaryIO] | tuple[str, BinaryIO, str]
"""Name and content of a file in a form, and its media type."""


class Transport:
    """Connections to one platform, and to the S3 URLs in its responses."""

    def __init__(
        self,
        url: str,
        *,
        credential: str | None,
        network: httpx2.BaseTransport | None,
        correlation_id: str | None = None,
    ) -> None:
        """Create connections; `network` replaces the network in tests. Raises ValueError for a malformed id."""
        if correlation_id is not None and parse_correlation_id(correlation_id) is None:
            raise ValueError(f"The correlation id {correlation_id!r} does not match {CORRELATION_ID_PATTERN}.")
        self._base = url.rstrip("/") + "/"
        self._credential = credential
        self._correlation_id = correlation_id
        self._http = httpx2.Client(timeout=_TIMEOUT, transport=network, mounts=dict.fromkeys(_DIRECT))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def url(self, *segments: str) -> str:
        """Return the URL of a path of the platform; the segments are encoded."""
        return self._base + "/".join(quote(segment, safe="") for segment in segments)

    def get(self, url: str, params: Mapping[str, str | int] | None = None) -> httpx2.Response:
        """Send a GET request. Raises RequestRejected or Unreachable."""
        return self._send("GET", url, params=params)

    def post_json(self, url: str, body: JsonValue) -> httpx2.Response:
        """Send a POST request with JSON. Raises RequestRejected or Unreachable."""
        return self._send("POST", url, json=body)

    def put_json(self, url: str, body: JsonValue) -> httpx2.Response:
        """Send a PUT request with JSON. Raises RequestRejected or Unreachable."""
        return self._send("PUT", url, json=body)

    def delete(self, url: str, params: Mapping[str, str | int] | None = None) -> httpx2.Response:
        """Send a DELETE request. Raises RequestRejected or Unreachable."""
        return self._send("DELETE", url, params=params)

    def post_form(
        self, url: str, fields: Mapping[str, str], files: Mapping[str, FormFile], *, prefer: str | None = None
    ) -> httpx2.Response:
        """Send a POST request with a form, the fields first. Raises RequestRejected or Unreachable.

        Args:
            url: where to send it.
            fields: the text fields.
            files: the files, by the name of their field.
            prefer: value of the `Prefer` header: how long the server may wait for the result.
        """
        return self._send("POST", url, fields=fields, files=files, headers={"Prefer": prefer} if prefer else {})

    def stream(self, url: str) -> Iterator[bytes]:
        """Yield the content of a URL in chunks, without the credential. Raises RequestRejected or Unreachable."""
        try:
            with self._http.stream("GET", url) as response:
                if response.is_error:
                    response.read()
                    raise _build_rejection(response)
                yield from response.iter_bytes()
        except httpx2.TransportError as error:
            raise _build_unreachable(url, error) from error

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: JsonValue = None,
        fields: Mapping[str, str] | None = None,
        files: Mapping[str, FormFile] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        sent = {**self._headers(url), **(headers or {})}
        try:
            response = self._http.request(method, url, headers=sent, params=params, json=json, data=fields, files=files)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise _build_unreachable(url, error) from error
        if response.is_error:
            raise _build_rejection(response)
        return response

    def _headers(self, url: str) -> dict[str, str]:
        """Return the credential and the correlation id for the platform's own URLs; other hosts get neither."""
        authorization = None if self._credential is None else f"Bearer {self._credential}"
        given = {"Authorization": authorization, CORRELATION_ID: self._correlation_id}
        headers = {name: value for name, value in given.items() if value is not None}
        return headers if headers and _origin(url) == _origin(self._base) else {}


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _build_rejection(response: httpx2.Response) -> RequestRejected:
    return RequestRejected(parse_problem(response), correlation_id=response.headers.get(CORRELATION_ID))


def _build_unreachable(url: str, error: Exception) -> Unreachable:
    return Unreachable(
        f"No response from {url} ({type(error).__name__}). Is the platform running? `mini-ml up` starts it."
    )
