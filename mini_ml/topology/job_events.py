"""Events about jobs that have ended: their source and their types, for whoever sends them and whoever may."""

from typing import Final, Literal, get_args

EventType = Literal["job.succeeded", "job.failed", "job.cancelled"]

EVENT_SOURCE: Final = "mini-ml"
"""Source of the events on EventBridge; their detail type is the type of the event."""
EVENT_TYPES: Final[tuple[EventType, ...]] = get_args(EventType)
