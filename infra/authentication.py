"""Who may call a stack, as the context says it; where it says nothing, whoever has the admin key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CONTEXT: Final = ("auth", "api_keys", "jwt_issuer", "jwt_audience", "jwt_jwks_url")


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """What the services are told about callers, beside the secret of the admin key."""

    asks: bool
    """Whether a request needs a credential."""
    settings: Mapping[str, str]
    """By the environment variable that the services read."""


def authentication_of(context: Mapping[str, str | None]) -> Authentication:
    """Return what the context asks for; no credentials are asked for only where it says `off`.

    Raises:
        ValueError: `auth` is neither `on` nor `off`.
    """
    auth = context.get("auth") or "on"
    if auth not in ("on", "off"):
        raise ValueError(f"auth is on or off, not {auth}.")
    given = {f"MINI_ML_{name.upper()}": context.get(name) for name in CONTEXT if name != "auth"}
    return Authentication(
        asks=auth == "on",
        settings={"MINI_ML_AUTH": auth, **{name: value for name, value in given.items() if value}},
    )
