"""Correlation ids: one id for a request, for the job that it creates, and for every log line about both."""

import re
from typing import Final

CORRELATION_ID_METADATA: Final = "correlation-id"
"""Object metadata of an upload that holds the id, also of a file that was copied to S3."""
CORRELATION_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:=+-]{0,127}$"
"""Allows the ids of common tracing tools. It excludes what a shell, a log filter or a header would interpret."""


def parse_correlation_id(text: str | None) -> str | None:
    """Return an id that a client sent, or None if it sent none or a malformed one, which is ignored."""
    return text if text is not None and re.fullmatch(CORRELATION_ID_PATTERN, text) else None
