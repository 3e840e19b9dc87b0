"""Lambda entry point of a service: dispatches requests, SQS batches and scheduled events."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from mangum import Mangum
from mangum.types import LambdaContext

from mini_ml import log_context
from mini_ml.adapters.aws.events import for_each_upload, kind_of
from mini_ml.adapters.http.answering.problems import MEDIA_TYPE, problem_of, status_for
from mini_ml.adapters.remaining_time import bind_invocation
from mini_ml.contracts import Upload
from mini_ml.correlation import parse_correlation_id
from mini_ml.errors import AnswerTooLarge, UnknownEvent
from mini_ml.ports import Metrics
from mini_ml.topology import Limits, encoded_bytes
from mini_ml.workflows.answer_size import build_size_error

logger = logging.getLogger(__name__)

_HEADERS_OF_THE_BODY: Final = ("content-disposition", "content-length", "content-type", "etag")
_TEXT_TYPES = ["text/", "application/json", "application/problem+json"]
"""Media types that Mangum returns as text instead of base64."""
_JSON_TYPES: Final = ("application/json", MEDIA_TYPE)

_HINTS: Final = {
    r"^POST .*/invocations$": "send fewer rows, leave out `probabilities`, or upload a file with POST /uploads",
    r"^POST .*/train$": "do not send it again: `instance` is its job; before the next training, shorten the names of "
    "columns and labels",
    r"^POST .*/predict$": "do not send it again: `instance` is its job, whose `result` has the predictions",
    r"^GET .*/(jobs|models)$": "list with a smaller `limit`",
}
"""What to do about an answer that is too large, by request."""
_HINT_FOR_DOCUMENTS: Final = (
    "read the document in the artifacts bucket; before the next training, shorten the names of columns and labels"
)


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
        limits: Limits,
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
        with (
            bind_invocation(context),
            log_context.bind(request_id=request_id, gateway_request_id=_gateway_request_id(event)),
        ):
            try:
                return self._handle(event, context)
            finally:
                self._metrics.flush()

    def _handle(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
        kind = kind_of(event)
        if kind == "http":
            return self._limit_size(event, dict(self._http(dict(event), context)))
        if kind == "queue":
            return for_each_upload(event, self._upload, bucket=self._bucket, unreadable=self._unreadable)
        if self._tick is None:
            raise UnknownEvent("Received a scheduled event, but this function has no schedule.")
        self._tick()
        return {}

    def _limit_size(self, event: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer, or a problem in its place if it is larger than what Lambda can return."""
        size, most = encoded_bytes(answer), self._limits.encoded_answer_bytes
        if size <= most:
            return answer
        logger.warning("answer_too_large", extra={"status": answer["statusCode"], "bytes": size})
        error = build_size_error(
            size, most, hint=_choose_hint(event), subject="The request was processed, but its answer"
        )
        return _replace_body(answer, error)


def _choose_hint(event: Mapping[str, Any]) -> str:
    """Return what the client of a request can do whose answer is too large."""
    request = f"{event['httpMethod']} {event['path']}"
    return next((hint for pattern, hint in _HINTS.items() if re.search(pattern, request)), _HINT_FOR_DOCUMENTS)


def _replace_body(answer: dict[str, Any], error: AnswerTooLarge) -> dict[str, Any]:
    """Return an answer with the problem of an error as its body; its other headers stay."""
    headers = {name: value for name, value in answer["headers"].items() if name.lower() not in _HEADERS_OF_THE_BODY}
    problem = problem_of(error).model_copy(update={"instance": _find_job_link(answer)})
    body = problem.model_dump_json(exclude_none=True)
    return {
        **answer,
        "statusCode": status_for(type(error)),
        "headers": {**headers, "content-type": MEDIA_TYPE, "content-length": str(len(body.encode()))},
        "body": body,
        "isBase64Encoded": False,
    }


def _find_job_link(answer: Mapping[str, Any]) -> str | None:
    """Return the link to the job that an answer is about; None if it is about something else."""
    if answer["isBase64Encoded"] or answer["headers"].get("content-type") not in _JSON_TYPES:
        return None
    document = json.loads(answer["body"])
    if not isinstance(document, dict):
        return None
    links: dict[str, str] = document.get("links", {}) if "job_id" in document else {}
    return document.get("instance") or links.get("job") or links.get("self")


def _gateway_request_id(event: Mapping[str, Any]) -> str | None:
    """Return the id that API Gateway gave to a request; its access log and its own error responses have it too."""
    found = event["requestContext"].get("requestId") if "requestContext" in event else None
    return parse_correlation_id(found) if isinstance(found, str) else None
