"""Authentication settings from the CDK context. By default, only the admin key is accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.context import InvalidContext

CONTEXT: Final = ("auth", "api_keys", "jwt_issuer", "jwt_audience", "jwt_jwks_url")


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """Authentication settings of the services, without the admin key."""

    is_on: bool
    """Whether requests need a credential."""
    settings: Mapping[str, str]
    """Values by environment variable."""


def authentication_of(context: Mapping[str, str | None]) -> Authentication:
    """Read the authentication settings from the CDK context. Authentication is on unless `auth` is `off`.

    Raises:
        InvalidContext: `auth` is neither `on` nor `off`.
    """
    auth = context.get("auth") or "on"
    if auth not in ("on", "off"):
        raise InvalidContext(f"The context value auth must be on or off, not {auth}.")
    given = {f"MINI_ML_{name.upper()}": context.get(name) for name in CONTEXT if name != "auth"}
    return Authentication(
        is_on=auth == "on",
        settings={"MINI_ML_AUTH": auth, **{name: value for name, value in given.items() if value}},
    )
