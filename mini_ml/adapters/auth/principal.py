"""The authenticated client of a request."""

from dataclasses import dataclass
from typing import Final

from mini_ml.topology import SCOPES, Scope


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Identity and scopes of a valid credential."""

    name: str
    """Name of the API key or subject of the token."""
    scopes: frozenset[Scope]


UNRESTRICTED: Final = Principal(name="unrestricted", scopes=SCOPES)
"""Principal of every request when authentication is off; has all scopes."""

ANONYMOUS: Final = Principal(name="anonymous", scopes=frozenset())
"""Principal of requests to public routes, whose credentials are not checked; has no scopes."""

_MOST_NAME_CHARS: Final = 200


def name_of(principal: Principal) -> str:
    """Return the name of a principal as it is stored: the subject of a token can be any text of any length."""
    return principal.name.encode("utf-8", "replace").decode()[:_MOST_NAME_CHARS]
