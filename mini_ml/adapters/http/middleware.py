"""Around every request: HEAD answered as GET without its body, headers that all answers carry, and a log event."""

import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mini_ml.adapters.http.headers import HEADERS

logger = logging.getLogger("mini_ml.http")


class ResponseMiddleware:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, without_body=scope["method"] == "HEAD")
        inner = {**scope, "method": "GET"} if answer.without_body else scope
        started = time.perf_counter()
        try:
            await self.app(inner, receive, answer.send)
        finally:
            _log(scope["method"], inner, answer.status, time.perf_counter() - started)


class _Answer:
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
    """Log what was asked, by the route's pattern, never by what a client put into it."""
    route = getattr(scope.get("route"), "path", None)
    logger.info(
        "request", extra={"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)}
    )
