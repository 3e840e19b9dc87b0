"""Settings of the events about jobs, shared by all services."""

import re
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.event_buses.addresses import is_public
from mini_ml.adapters.event_buses.signature import parse_secret

_URL: Final = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(/[!-~]*)?")
"""A host in ASCII, a port and a path; without user name, fragment in front of the path, or control characters."""


class EventSettings(BaseSettings):
    """Read from the environment, prefix `MINI_ML_`. Empty variables count as not set."""

    model_config = SettingsConfigDict(
        env_prefix="MINI_ML_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    events: Literal["log", "webhook", "eventbridge"] = "log"
    """Where an event goes when a job ends: to the log, to the webhook and the log, or to EventBridge."""

    webhook_url: SecretStr | None = None
    """URL that receives events by POST: https, or http if `MINI_ML_WEBHOOK_ALLOW_PRIVATE` is set. Never logged."""

    webhook_secret: SecretStr | None = None
    """Secret that signs the events: `whsec_` followed by the Base64 of at least 24 random bytes."""

    webhook_allow_private: bool = False
    """Whether the webhook may be on this machine or in a private network, and may use http."""

    webhook_timeout_seconds: float = Field(default=5.0, gt=0, le=8)
    """Maximum time for sending one event to the webhook, with all its tries."""

    @field_validator("webhook_secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            parse_secret(secret.get_secret_value())
        return secret

    @model_validator(mode="after")
    def _check_webhook(self) -> Self:
        if self.events == "webhook" and (self.webhook_url is None or self.webhook_secret is None):
            raise ValueError("MINI_ML_EVENTS=webhook needs MINI_ML_WEBHOOK_URL and MINI_ML_WEBHOOK_SECRET")
        if self.webhook_url is not None:
            if self.events != "webhook":
                raise ValueError("MINI_ML_WEBHOOK_URL is set, but nothing uses it: set MINI_ML_EVENTS=webhook too")
            _check_url(self.webhook_url.get_secret_value(), allow_private=self.webhook_allow_private)
        return self


def _check_url(url: str, *, allow_private: bool) -> None:
    """Raise ValueError for a URL that no event may be sent to. Names are resolved when an event is sent."""
    if not _URL.fullmatch(url):
        raise ValueError(
            "MINI_ML_WEBHOOK_URL must look like https://host/path: no user name, and the host name in its ASCII form"
        )
    if allow_private:
        return
    if url.startswith("http:"):
        raise ValueError("MINI_ML_WEBHOOK_URL must use https unless MINI_ML_WEBHOOK_ALLOW_PRIVATE=true")
    if not _may_be_public(urlsplit(url).hostname or ""):
        raise ValueError(
            "MINI_ML_WEBHOOK_URL is the address of a private network or of this machine; if it is meant to be, set "
            "MINI_ML_WEBHOOK_ALLOW_PRIVATE=true"
        )


def _may_be_public(host: str) -> bool:
    """Return whether a host is a name other than localhost, or a public address."""
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost"
