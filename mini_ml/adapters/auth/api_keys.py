"""Static API keys: long random texts, of which the platform stores the SHA-256 digest and never the key.

A key has at least 256 bits, so a digest without salt and stretching tells nobody anything.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mini_ml.adapters.auth.caller import Caller
from mini_ml.topology import SCOPES, Scope

_PREFIX: Final = "mml_"
"""By which a key that leaked is found again in files and logs."""
_RANDOM_BYTES: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """What is stored of a key."""

    name: str
    scopes: frozenset[Scope]
    sha256: str

    def __str__(self) -> str:
        """Return the entry that `parse` reads."""
        return f"{self.name}:{','.join(sorted(self.scopes))}:{self.sha256}"


def new_key(name: str, scopes: Iterable[str]) -> tuple[str, ApiKey]:
    """Make a key; returns it, which is shown once, and what is stored of it.

    Raises:
        ValueError: the name or a scope is not of the allowed form.
    """
    key = new_secret()
    return key, ApiKey(name=checked_name(name), scopes=checked_scopes(scopes), sha256=digest(key))


def new_secret() -> str:
    """Return a new key that nothing is known of yet."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def digest(credential: str) -> str:
    """Return the SHA-256 of a credential, in hex."""
    return hashlib.sha256(credential.encode()).hexdigest()


def parse(entries: str) -> tuple[ApiKey, ...]:
    """Return the keys of a setting: `name:scope,scope:digest` each, with white space between.

    Raises:
        ValueError: an entry is not of this form, or two have one name; what it holds instead is not told.
    """
    keys = tuple(_parsed(entry, number) for number, entry in enumerate(entries.split(), start=1))
    if len({key.name for key in keys}) < len(keys):
        raise ValueError("two API keys have the same name")
    return keys


def holder(credential_sha256: str, keys: Iterable[ApiKey]) -> Caller | None:
    """Return whose key has this digest. Takes as long whichever it is, and where it is none."""
    found: Caller | None = None
    for key in keys:
        if hmac.compare_digest(key.sha256, credential_sha256):
            found = Caller(name=key.name, scopes=key.scopes)
    return found


def checked_name(name: str) -> str:
    """Return the name of a key. Raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError("a key's name is 1 to 64 lower-case letters, digits, `.`, `_`, `-`, a letter or digit first")
    return name


def checked_scopes(scopes: Iterable[str]) -> frozenset[Scope]:
    """Return the scopes of a key. Raises ValueError."""
    asked = list(scopes)
    known = frozenset(scope for scope in SCOPES if scope in asked)
    if not known or len(known) < len(set(asked)):
        raise ValueError(f"a key's scopes are one or more of {', '.join(sorted(SCOPES))}")
    return known


def _parsed(entry: str, number: int) -> ApiKey:
    name, _, rest = entry.partition(":")
    scopes, _, sha256 = rest.partition(":")
    if not _DIGEST.fullmatch(sha256):
        raise ValueError(f"entry {number} is not name:scopes:digest; `mini-ml key new` prints one")
    return ApiKey(name=checked_name(name), scopes=checked_scopes(scopes.split(",")), sha256=sha256)
