"""Lambda entry point of a service: dispatches requests, SQS batches and scheduled events."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from mangum import Mangum
from mangum.types import LambdaContext

from mini_ml import log_context
from mini_ml.adapters.aws.events import for_each_upload, kind_of
from mini_ml.adapters.http.answering.problems import MEDIA_TYPE, problem_of, status_for
from mini_ml.adapters.remaining_time import invoked
from mini_ml.contracts import Upload
from mini_ml.correlation import parse_correlation_id
from mini_ml.errors import AnswerTooLarge, Issue, UnknownEvent
from mini_ml.ports import Metrics
from mini_ml.topology import Limits, encoded_bytes

logger = logging.getLogger(__name__)

_LIMITS: Final = Limits()
_HEADERS_OF_THE_BODY: Final = ("content-disposition", "content-length", "content-type", "etag")
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
        metrics: Metrics,
        limits: Limits = _LIMITS,
    ) -> None:
        """Create a handler.

        Args:
            app: handles HTTP requests.
            bucket: bucket of the uploads; messages about other buckets are ignored.
            upload: handles one upload; an exception returns the message to its queue.
            unreadable: receives the id and body of messages that cannot be parsed; None if they become dead letters.
            tick: handles scheduled events; None if the service has no schedule.
            metrics: written at the end of each invocation.
            limits: the largest answer that Lambda returns.
        """
        self._http = Mangum(app, lifespan="off", text_mime_types=_TEXT_TYPES)
        self._bucket = bucket
        self._upload = upload
        self._unreadable = unreadable
        self._tick = tick
        self._metrics = metrics
        self._limits = limits

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
        """Handle an event and return the response for its source. Raises UnknownEvent."""
        request_id = getattr(context, "aws_request_id", None)
        with invoked(context), log_context.bind(request_id=request_id, gateway_request_id=_gateway_request_id(event)):
            try:
                return self._handle(event, context)
            finally:
                self._metrics.flush()

    def _handle(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
        kind = kind_of(event)
        if kind == "http":
            return self._limit_size(dict(self._http(dict(event), context)))
        if kind == "queue":
            return for_each_upload(event, self._upload, bucket=self._bucket, unreadable=self._unreadable)
        if self._tick is None:
            raise UnknownEvent("Received a scheduled event, but this function has no schedule.")
        self._tick()
        return {}

    def _limit_size(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer, or a problem in its place if it is larger than what Lambda can return."""
        size, most = encoded_bytes(answer), self._limits.encoded_answer_bytes
        if size <= most:
            return answer
        logger.warning("answer_too_large", extra={"status": answer["statusCode"], "bytes": size})
        return _replace_body(answer, _build_error(size, most))


def _build_error(size: int, most: int) -> AnswerTooLarge:
    hint = (
        "score fewer rows at a time or without probabilities, list with a smaller `limit`, or upload a file with "
        "POST /uploads and download its result"
    )
    return AnswerTooLarge(
        f"The request was processed, but its answer takes {size:,} bytes; at most {most:,} can be returned.",
        issues=[Issue(limit="encoded_answer_bytes", reason=f"{size:,} bytes as AWS Lambda encodes them", hint=hint)],
    )


def _replace_body(answer: dict[str, Any], error: AnswerTooLarge) -> dict[str, Any]:
    """Return an answer with the problem of an error as its body; its other headers stay."""
    headers = {name: value for name, value in answer["headers"].items() if name.lower() not in _HEADERS_OF_THE_BODY}
    body = problem_of(error).model_dump_json(exclude_none=True)
    return {
        **answer,
        "statusCode": status_for(type(error)),
        "headers": {**headers, "content-type": MEDIA_TYPE, "content-length": str(len(body.encode()))},
        "body": body,
        "isBase64Encoded": False,
    }


def _gateway_request_id(event: Mapping[str, Any]) -> str | None:
    """Return the id that API Gateway gave to a request; its access log and its own error responses have it too."""
    found = event["requestContext"].get("requestId") if "requestContext" in event else None
    return parse_correlation_id(found) if isinstance(found, str) else None
