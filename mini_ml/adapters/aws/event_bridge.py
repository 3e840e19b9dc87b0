"""Event bus on EventBridge."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from mini_ml.adapters.aws.failures import code_of
from mini_ml.contracts import JobEvent
from mini_ml.errors import EventNotSent, EventRejected
from mini_ml.topology import EVENT_SOURCE

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_REJECTIONS: Final = frozenset({"InvalidArgument", "MalformedDetail"})
"""Errors that the same event would meet again. Missing permissions are not among them, because they can be granted."""


class EventBridgeBus:
    """The default event bus of the account. `ports.EventBus` documents the method and its errors."""

    def __init__(self, make_client: "Callable[[], EventBridgeClient]") -> None:
        """Create a bus; `make_client` is called once, for the first event, because most processes send none."""
        self._make_client = make_client
        self._client: EventBridgeClient | None = None
        self._lock = threading.Lock()

    def send(self, event: JobEvent) -> None:
        """Put an event whose detail type is the type of the event, and whose detail is the whole event."""
        try:
            answer = self._open_client().put_events(
                Entries=[
                    {
                        "Source": EVENT_SOURCE,
                        "DetailType": event.type,
                        "Detail": event.model_dump_json(),
                        "Time": event.finished_at,
                    }
                ]
            )
        except ClientError as error:
            raise EventNotSent(f"EventBridge answered {code_of(error)}.") from error
        except BotoCoreError as error:
            raise EventNotSent(f"EventBridge did not respond ({type(error).__name__}).") from error
        if answer["FailedEntryCount"]:
            raise _build_error(answer["Entries"][0].get("ErrorCode", "no code"))

    def _open_client(self) -> "EventBridgeClient":
        with self._lock:  # threads that end jobs at the same moment must not build two
            if self._client is None:
                self._client = self._make_client()
            return self._client


def _build_error(code: str) -> EventNotSent | EventRejected:
    """Return the error of an entry that EventBridge did not take, although it answered 200."""
    kind = EventRejected if code in _REJECTIONS else EventNotSent
    return kind(f"EventBridge did not take the event ({code}).")
