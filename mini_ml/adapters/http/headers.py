"""Security headers of all responses."""

from collections.abc import Mapping
from typing import Final

from mini_ml.topology import SAFE_HEADERS

HEADERS: Final[Mapping[str, str]] = {
    **SAFE_HEADERS,
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""Block scripts and other resources in browsers; the docs page sets its own policy."""
