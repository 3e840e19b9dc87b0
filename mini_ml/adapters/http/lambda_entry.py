"""A service as a Lambda function: requests go to its application, uploads and ticks to its workflows."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from mangum import Mangum
from mangum.types import LambdaContext

from mini_ml.adapters.aws.events import for_each_upload, kind_of
from mini_ml.contracts import Upload
from mini_ml.errors import UnknownEvent

_TEXT_TYPES = ["text/", "application/json", "application/problem+json"]
"""What Mangum shall not answer in base64."""


class Entry:
    """Tells a request, an SQS batch and a scheduled event apart, and hands each to its own."""

    def __init__(
        self,
        app: FastAPI,
        *,
        bucket: str,
        upload: Callable[[Upload], None],
        unreadable: Callable[[str, str], None] | None = None,
        tick: Callable[[], None] | None = None,
    ) -> None:
        """Take what the service does.

        Args:
            app: answers requests.
            bucket: uploads to other buckets are none of our business.
            upload: handles one announced upload; what it raises sends the message back.
            unreadable: takes messages that nobody can read; None where they go on to the dead letters.
            tick: is called by the schedule; None where the service has none.
        """
        self._http = Mangum(app, lifespan="off", text_mime_types=_TEXT_TYPES)
        self._bucket = bucket
        self._upload = upload
        self._unreadable = unreadable
        self._tick = tick

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
        """Answer an event as Lambda's caller expects it. Raises UnknownEvent."""
        kind = kind_of(event)
        if kind == "http":
            return dict(self._http(dict(event), context))
        if kind == "queue":
            return for_each_upload(event, self._upload, bucket=self._bucket, unreadable=self._unreadable)
        if self._tick is None:
            raise UnknownEvent("This function has no schedule; only the api's does.")
        self._tick()
        return {}
