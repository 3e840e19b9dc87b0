"""Build the event bus that the settings name."""

from collections.abc import Callable

from mini_ml.adapters.event_buses.log import LogEventBus, LoggedEventBus
from mini_ml.adapters.event_buses.pausing import PausingEventBus
from mini_ml.adapters.event_buses.settings import EventSettings
from mini_ml.adapters.event_buses.signature import parse_secret
from mini_ml.ports import EventBus


def build_event_bus(settings: EventSettings, *, event_bridge: Callable[[], EventBus]) -> EventBus:
    """Build the event bus of a process.

    Args:
        settings: which bus, and the address and the secret of a webhook.
        event_bridge: builds the bus on EventBridge.
    """
    if settings.events == "eventbridge":
        return PausingEventBus(event_bridge())
    if settings.events == "webhook":
        return PausingEventBus(_build_webhook(settings))
    return LogEventBus()


def _build_webhook(settings: EventSettings) -> EventBus:
    from mini_ml.adapters.event_buses.webhook import WebhookEventBus  # slow import, rarely needed

    assert settings.webhook_url is not None
    assert settings.webhook_secret is not None
    return LoggedEventBus(
        WebhookEventBus(
            settings.webhook_url.get_secret_value(),
            key=parse_secret(settings.webhook_secret.get_secret_value()),
            allow_private=settings.webhook_allow_private,
            timeout_seconds=settings.webhook_timeout_seconds,
        )
    )
