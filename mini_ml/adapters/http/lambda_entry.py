"""Lambda entry point of a service: dispatches requests, SQS batches and scheduled events."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from mangum import Mangum
from mangum.types import LambdaContext

from mini_ml import log_context
from mini_ml.adapters.aws.events import for_each_upload, kind_of
from mini_ml.contracts import Upload
from mini_ml.correlation import parse_correlation_id
from mini_ml.errors import UnknownEvent

_TEXT_TYPES = ["text/", "application/json", "application/problem+json"]
"""Media types that Mangum returns as text instead of base64."""


class LambdaEntryPoint:
    """Lambda handler of a service."""

    def __init__(
        self,
        app: FastAPI,
        *,
        bucket: str,
        upload: Callable[[Upload], None],
        unreadable: Callable[[str, str], None] | None = None,
        tick: Callable[[], None] | None = None,
    ) -> None:
        """Create a handler.

        Args:
            app: handles HTTP requests.
            bucket: bucket of the uploads; messages about other buckets are ignored.
            upload: handles one upload; an exception returns the message to its queue.
            unreadable: receives the id and body of messages that cannot be parsed; None if they become dead letters.
            tick: handles scheduled events; None if the service has no schedule.
        """
        self._http = Mangum(app, lifespan="off", text_mime_types=_TEXT_TYPES)
        self._bucket = bucket
        self._upload = upload
        self._unreadable = unreadable
        self._tick = tick

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
        """Handle an event and return the response for its source. Raises UnknownEvent."""
        request_id = getattr(context, "aws_request_id", None)
        with log_context.bind(request_id=request_id, gateway_request_id=_gateway_request_id(event)):
            return self._handle(event, context)

    def _handle(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
        kind = kind_of(event)
        if kind == "http":
            return dict(self._http(dict(event), context))
        if kind == "queue":
            return for_each_upload(event, self._upload, bucket=self._bucket, unreadable=self._unreadable)
        if self._tick is None:
            raise UnknownEvent("Received a scheduled event, but this function has no schedule.")
        self._tick()
        return {}


def _gateway_request_id(event: Mapping[str, Any]) -> str | None:
    """Return the id that API Gateway gave to a request; its access log and its own error responses have it too."""
    found = event["requestContext"].get("requestId") if "requestContext" in event else None
    return parse_correlation_id(found) if isinstance(found, str) else None
