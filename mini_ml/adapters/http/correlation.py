"""Give every request a correlation id: the one that the client sent, else a new one. Every response returns it."""

from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mini_ml import log_context
from mini_ml.correlation import choose_correlation_id
from mini_ml.topology import CORRELATION_ID

_STATE: Final = "log_fields"
_LAMBDA: Final = "aws.context"
"""Key of the scope in which Mangum passes the context of a Lambda invocation."""


class CorrelationMiddleware:
    """ASGI middleware around all others, so that every line and every response of a request has its id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request with its ids as fields of the log lines, and add the header to the response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation_id = _find_id(scope)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault(CORRELATION_ID, correlation_id)
            await send(message)

        request_id = None if _LAMBDA in scope else str(uuid4())  # the entry point on Lambda has bound its own
        with log_context.bind(correlation_id=correlation_id, request_id=request_id) as fields:
            scope.setdefault("state", {})[_STATE] = fields
            await self.app(scope, receive, send_with_id)


def correlation_id_of(request: Request) -> str:
    """Return the correlation id of a request."""
    return str(log_fields_of(request)["correlation_id"])


def log_fields_of(request: Request) -> dict[str, object]:
    """Return the fields of the log lines of a request, for what runs outside of the middleware."""
    return dict(getattr(request.state, _STATE))


def _find_id(scope: Scope) -> str:
    """Return the id that the client sent, if it is one well-formed id, else that of the gateway or a new one."""
    sent = Headers(scope=scope).getlist(CORRELATION_ID)
    return choose_correlation_id(sent, str(log_context.current().get("gateway_request_id") or uuid4()))
