"""Correlation ids: one id for a request, for the job that it creates, and for every log line about both."""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

CORRELATION_ID_METADATA: Final = "correlation-id"
"""Object metadata of an upload that holds the id, also of a file that was copied to S3."""
CORRELATION_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:=+-]{0,127}$"
"""Allows the ids of common tracing tools. It excludes what a shell, a log filter or a header would interpret."""

F = TypeVar("F", bound="str | None")


def choose_correlation_id(sent: Sequence[str], fallback: F) -> str | F:
    """Return the id of a request: the one that its client sent, if it sent exactly one well-formed id, else `fallback`.

    Args:
        sent: values of the header, usually one or none.
        fallback: id of the gateway, or a new one.
    """
    return (parse_correlation_id(sent[0]) if len(sent) == 1 else None) or fallback


def parse_correlation_id(text: str | None) -> str | None:
    """Return an id that a client sent, or None if it sent none or a malformed one, which is ignored."""
    return text if text is not None and re.fullmatch(CORRELATION_ID_PATTERN, text) else None
