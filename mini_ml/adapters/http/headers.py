"""Headers that make an answer safe to open in a browser."""

from collections.abc import Mapping
from typing import Final

from mini_ml.topology import SAFE_HEADERS

HEADERS: Final[Mapping[str, str]] = {
    **SAFE_HEADERS,
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""What is shown runs and loads nothing; the docs page allows itself what it needs."""
