"""Security headers of every response, from the services and from the gateway."""

from collections.abc import Mapping
from typing import Final

SAFE_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
"""Disable caching, content sniffing, referrers and framing. A route can set its own `Cache-Control`."""
CORRELATION_ID: Final = "X-Correlation-Id"
"""Request and response header with an id that every log line about a request and its job has."""
