"""Whoever a valid credential stands for."""

from dataclasses import dataclass
from typing import Final

from mini_ml.topology import SCOPES, Scope


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, and what he may do."""

    name: str
    """Of the API key, or of the token's subject; for logs."""
    scopes: frozenset[Scope]


ANYBODY: Final = Caller(name="anybody", scopes=SCOPES)
"""Who calls where no credentials are asked for."""

NOBODY: Final = Caller(name="nobody", scopes=frozenset())
"""Who calls a public route, whatever credential comes along."""
