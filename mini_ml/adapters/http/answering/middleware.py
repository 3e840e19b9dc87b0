"""Response middleware: security headers, HEAD requests, the request log and the metrics of requests."""

import logging
import time
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mini_ml.ports import Metrics
from mini_ml.topology import SAFE_HEADERS
from mini_ml.topology.metrics import OTHER_ROUTE, REQUEST_DURATION, REQUESTS, ROUTE_LABELS

HEADERS: Final[Mapping[str, str]] = {
    **SAFE_HEADERS,
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""Security headers of all responses. They block scripts in browsers; the docs page sets its own policy."""

logger = logging.getLogger("mini_ml.http")


class ResponseMiddleware:
    """ASGI middleware that answers HEAD as GET without a body, adds headers, and logs and counts requests."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request to the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        response = _ResponseSender(send, without_body=scope["method"] == "HEAD")
        inner = {**scope, "method": "GET"} if response.without_body else scope
        started = time.perf_counter()
        try:
            await self.app(inner, receive, response.send)
        finally:
            seconds = time.perf_counter() - started
            _log(scope["method"], inner, response.status, seconds)
            self._record(inner, response.status, seconds)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        """Record a request by its route; paths that no route of the table matches share one label."""
        route = getattr(scope.get("route"), "path", OTHER_ROUTE)
        route = route if route in ROUTE_LABELS else OTHER_ROUTE
        self._metrics.count(REQUESTS, route=route, status=str(status))
        self._metrics.observe(REQUEST_DURATION, seconds, route=route)


class _ResponseSender:
    def __init__(self, send: Send, *, without_body: bool) -> None:
        self._send = send
        self.without_body = without_body
        self.status = 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        elif self.without_body and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _log(method: str, scope: Scope, status: int, seconds: float) -> None:
    """Log a request with the path pattern of its route; the actual path may contain personal data."""
    route = getattr(scope.get("route"), "path", None)
    logger.info(
        "request", extra={"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)}
    )
