"""Authentication settings from the CDK context. By default, only the admin key is accepted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.context import InvalidContext
from mini_ml.topology import SCOPES

_SECRET_BYTES: Final = 65_536
_SCOPE: Final = "|".join(sorted(SCOPES))
_ENTRY: Final = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,63}}:({_SCOPE})(,({_SCOPE}))*:[0-9a-f]{{64}}")

CONTEXT: Final = ("auth", "api_keys", "jwt_issuer", "jwt_audience", "jwt_jwks_url")


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """Authentication settings of the services, without the admin key."""

    is_on: bool
    """Whether requests need a credential."""
    settings: Mapping[str, str]
    """Values by environment variable."""
    api_keys: str
    """Entries of API keys, for a secret that the functions read; empty for none."""


def authentication_of(context: Mapping[str, str | None]) -> Authentication:
    """Read the authentication settings from the CDK context. Authentication is on unless `auth` is `off`.

    Raises:
        InvalidContext: `auth` is neither `on` nor `off`, or an API key has no valid entry.
    """
    auth = context.get("auth") or "on"
    if auth not in ("on", "off"):
        raise InvalidContext(f"The context value auth must be on or off, not {auth}.")
    given = {f"MINI_ML_{name.upper()}": context.get(name) for name in CONTEXT if name.startswith("jwt_")}
    return Authentication(
        is_on=auth == "on",
        settings={"MINI_ML_AUTH": auth, **{name: value for name, value in given.items() if value}},
        api_keys=_check_entries(context.get("api_keys") or ""),
    )


def _check_entries(text: str) -> str:
    """Return the entries of API keys, one per line. Raises InvalidContext, without an entry: it may be a pasted key."""
    entries = text.split()
    for number, entry in enumerate(entries, start=1):
        if not _ENTRY.fullmatch(entry):
            raise InvalidContext(
                f"Entry {number} of the context value api_keys does not have the format name:scopes:digest. "
                "Use the entry that `mini-ml key new` prints."
            )
    if len({entry.partition(":")[0] for entry in entries}) < len(entries):
        raise InvalidContext("Two entries of the context value api_keys have the same name.")
    stored = "\n".join(entries)
    if len(stored) > _SECRET_BYTES:
        raise InvalidContext(
            f"The context value api_keys has more than {_SECRET_BYTES:,} bytes, which a secret can hold."
        )
    return stored
