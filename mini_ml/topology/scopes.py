"""Scopes of credentials."""

from typing import Final, Literal, get_args

Scope = Literal["train", "predict", "read", "admin"]

SCOPES: Final[frozenset[Scope]] = frozenset(get_args(Scope))
ADMIN: Final[Scope] = "admin"
"""Includes all other scopes, and is required by routes that list none."""


def allows(held: frozenset[Scope], accepted: frozenset[Scope]) -> bool:
    """Return whether the `held` scopes include `admin` or any of the `accepted` scopes."""
    return ADMIN in held or bool(held & accepted)
