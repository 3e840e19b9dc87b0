"""Event bus that posts signed events to a URL."""

import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import anyio
import httpx2
from anyio import to_thread

from mini_ml.adapters.event_buses.addresses import is_public
from mini_ml.adapters.event_buses.signature import build_headers
from mini_ml.contracts import JobEvent
from mini_ml.errors import EventNotSent, EventRejected

_PAUSES: Final = (0.2, 0.8)
"""Seconds before each further try."""
_TIMEOUT: Final = {"connect": 2.0, "read": None, "write": None, "pool": None}
"""Seconds for connecting to one address, so that there is time for the next one; the rest has one limit together."""
_TRY_AGAIN: Final = frozenset({*range(300, 400), 401, 403, 404, 408, 425, 429})
"""Statuses below 500 that do not reject the event itself: the receiver would accept it later, or once an operator has
mended its address, its secret or its rights."""


class WebhookEventBus:
    """Posts each event to one URL. `ports.EventBus` documents the method and its errors.

    The name of the host is resolved for each try, the addresses are checked, and the connection goes to a checked
    address. A name that resolves to another address a moment later (DNS rebinding) therefore reaches nothing private.
    Redirects are not followed, and proxies are not used, because both would choose an address themselves.
    """

    def __init__(
        self,
        url: str,
        *,
        key: bytes,
        allow_private: bool,
        timeout_seconds: float,
        network: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create a bus.

        Args:
            url: where events are posted to.
            key: signs the events.
            allow_private: whether the host may have any address, also a private one.
            timeout_seconds: maximum time for an event, with all its tries.
            network: replaces the network in tests.
            clock: returns seconds since 1970.
        """
        self._url = httpx2.URL(url)
        self._key = key
        self._allow_private = allow_private
        self._timeout_seconds = timeout_seconds
        self._network = network
        self._clock = clock
        self._certificates = httpx2.create_ssl_context() if self._url.scheme == "https" else False

    def send(self, event: JobEvent) -> None:
        """Post an event, up to three times. Any status from 200 to 299 accepts it."""
        # In a thread of its own: the caller's may run an event loop, or keep one for later requests.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(anyio.run, self._send_in_time, event).result()

    async def _send_in_time(self, event: JobEvent) -> None:
        try:
            with anyio.fail_after(self._timeout_seconds):
                await self._send(event)
        except TimeoutError as error:
            raise EventNotSent(f"The webhook did not answer within {self._timeout_seconds:g} seconds.") from error

    async def _send(self, event: JobEvent) -> None:
        for pause in _PAUSES:
            try:
                return await self._try(event)
            except EventNotSent:
                await anyio.sleep(pause)
        return await self._try(event)

    async def _try(self, event: JobEvent) -> None:
        body = event.model_dump_json().encode()
        signature = build_headers(self._key, event_id=event.event_id, timestamp=int(self._clock()), body=body)
        status = await self._post(body, {"Content-Type": "application/json", "User-Agent": "mini-ml", **signature})
        if status >= 500 or status in _TRY_AGAIN:
            raise EventNotSent(f"The webhook answered {status}.")
        if not 200 <= status <= 299:
            raise EventRejected(f"The webhook answered {status}.")

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Post to the first address that accepts a connection, and return the status; the body is not read."""
        reason = "it has no address"
        async with self._open_client() as client:
            for address in await self._resolve():
                request = client.build_request(
                    "POST",
                    self._url.copy_with(host=address),
                    content=body,
                    headers={"Host": self._url.netloc.decode(), **headers},
                    extensions={"sni_hostname": self._url.host, "timeout": _TIMEOUT},
                )
                try:
                    answer = await client.send(request, stream=True)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    reason = str(error) or type(error).__name__
                    continue
                except httpx2.HTTPError as error:
                    raise EventNotSent(f"The webhook broke the connection ({type(error).__name__}).") from error
                await answer.aclose()
                return answer.status_code
        raise EventNotSent(f"Could not connect to the webhook: {reason}.")

    def _open_client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(verify=self._certificates, trust_env=False, transport=self._network)

    async def _resolve(self) -> list[str]:
        """Return the addresses of the host. Raises EventNotSent if there is none, or one that is not allowed."""
        try:
            found = await to_thread.run_sync(_look_up, self._url.host, abandon_on_cancel=True)
        except (OSError, UnicodeError) as error:
            raise EventNotSent("The host name of the webhook could not be resolved.") from error
        if not self._allow_private and not all(map(is_public, found)):
            raise EventNotSent("The webhook has a private address, which needs MINI_ML_WEBHOOK_ALLOW_PRIVATE=true.")
        return found


def _look_up(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))
