"""Event bus that rests after a failure, so that jobs and the sweep do not wait for an absent bus again and again."""

import logging
import time
from collections.abc import Callable
from typing import Final

from mini_ml.contracts import JobEvent
from mini_ml.errors import EventNotSent
from mini_ml.ports import EventBus

PAUSE_SECONDS: Final = 5.0

logger = logging.getLogger(__name__)


class PausingEventBus:
    """Passes events to a bus. After a failure it accepts none for a few seconds; the sweep sends them later."""

    def __init__(self, bus: EventBus, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Wrap a bus; `clock` returns seconds."""
        self._bus = bus
        self._clock = clock
        self._until = float("-inf")

    def send(self, event: JobEvent) -> None:
        """Send an event, or raise EventNotSent at once if the bus has failed within the last seconds."""
        if self._clock() < self._until:
            raise EventNotSent("The event bus failed a few seconds ago.")
        try:
            self._bus.send(event)
        except EventNotSent as error:
            self._until = self._clock() + PAUSE_SECONDS
            logger.warning("event_bus_unavailable", extra={"job_id": event.job_id, "reason": error.detail})
            raise
