"""Headers that every answer carries, a service's and the gateway's own."""

from collections.abc import Mapping
from typing import Final

SAFE_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
"""Nobody keeps an answer, guesses its type, learns its address or frames it; a route may say otherwise of caching."""
