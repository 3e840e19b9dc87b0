"""What a credential may be good for."""

from typing import Final, Literal, get_args

Scope = Literal["train", "predict", "read", "admin"]

SCOPES: Final[frozenset[Scope]] = frozenset(get_args(Scope))
ADMIN: Final[Scope] = "admin"
"""Holds all the others, and what none of them is enough for."""


def allows(held: frozenset[Scope], enough: frozenset[Scope]) -> bool:
    """Tell whether who holds some scopes may do what any one of `enough` is enough for."""
    return ADMIN in held or bool(held & enough)
