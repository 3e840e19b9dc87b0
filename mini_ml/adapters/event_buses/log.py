"""Event buses that write a line to the log."""

import logging

from mini_ml.contracts import JobEvent
from mini_ml.ports import EventBus

logger = logging.getLogger(__name__)


class LogEventBus:
    """Writes each event to the log. `ports.EventBus` documents the method."""

    def send(self, event: JobEvent) -> None:
        """Log the event under its type, with its fields; the version is called as in every other line."""
        fields = event.model_dump(mode="json", exclude={"type", "version"})
        logger.info(event.type, extra={**fields, "model_version": event.version})


class LoggedEventBus:
    """Writes each event to the log once another bus has accepted it. `ports.EventBus` documents the method."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._log = LogEventBus()

    def send(self, event: JobEvent) -> None:
        """Send the event, then log it."""
        self._bus.send(event)
        self._log.send(event)
