"""Static API keys. The platform stores the SHA-256 digest of a key, never the key itself.

Keys have at least 256 random bits, so their digests need neither salt nor stretching.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mini_ml.adapters.auth.principal import Principal
from mini_ml.topology import SCOPES, Scope

_PREFIX: Final = "mml_"
"""Lets secret scanners find leaked keys in files and logs."""
_RANDOM_BYTES: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """The stored form of an API key."""

    name: str
    scopes: frozenset[Scope]
    sha256: str

    def __str__(self) -> str:
        """Return the entry that `parse` reads."""
        return f"{self.name}:{','.join(sorted(self.scopes))}:{self.sha256}"


def new_key(name: str, scopes: Iterable[str]) -> tuple[str, ApiKey]:
    """Create a key and return it with its stored form.

    Raises:
        ValueError: the name or a scope is invalid.
    """
    key = new_secret()
    return key, ApiKey(name=validate_name(name), scopes=validate_scopes(scopes), sha256=digest(key))


def new_secret() -> str:
    """Return a new random key."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def digest(credential: str) -> str:
    """Return the SHA-256 digest of a credential as hex."""
    return hashlib.sha256(credential.encode()).hexdigest()


def parse(entries: str) -> tuple[ApiKey, ...]:
    """Parse API keys from a setting: entries `name:scope,scope:digest`, separated by whitespace.

    Raises:
        ValueError: an entry has another format, or two have the same name. The message does not contain the entry,
            which may be a key pasted by mistake.
    """
    keys = tuple(_parse_entry(entry, number) for number, entry in enumerate(entries.split(), start=1))
    if len({key.name for key in keys}) < len(keys):
        raise ValueError("two API keys have the same name")
    return keys


def find_principal(credential_sha256: str, keys: Iterable[ApiKey]) -> Principal | None:
    """Return the principal of the key with this digest, or None. Takes constant time for a given set of keys."""
    found: Principal | None = None
    for key in keys:
        if hmac.compare_digest(key.sha256, credential_sha256):
            found = Principal(name=key.name, scopes=key.scopes)
    return found


def validate_name(name: str) -> str:
    """Return `name` if it is a valid name of a key. Raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            "the name of a key must start with a lower-case letter or digit and have at most 64 characters: "
            "lower-case letters, digits, `.`, `_`, `-`"
        )
    return name


def validate_scopes(scopes: Iterable[str]) -> frozenset[Scope]:
    """Return `scopes` as a set if all are known and there is at least one. Raises ValueError."""
    asked = list(scopes)
    known = frozenset(scope for scope in SCOPES if scope in asked)
    if not known or len(known) < len(set(asked)):
        raise ValueError(f"a key needs one or more of the scopes {', '.join(sorted(SCOPES))}")
    return known


def _parse_entry(entry: str, number: int) -> ApiKey:
    name, _, rest = entry.partition(":")
    scopes, _, sha256 = rest.partition(":")
    if not _DIGEST.fullmatch(sha256):
        raise ValueError(
            f"entry {number} does not have the format name:scopes:digest; create one with `mini-ml key new`"
        )
    return ApiKey(name=validate_name(name), scopes=validate_scopes(scopes.split(",")), sha256=sha256)
