"""Signatures of webhooks, as specified by Standard Webhooks (https://www.standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"
KEY_BYTES: Final = 24
"""Minimum length of a key."""


def parse_secret(secret: str) -> bytes:
    """Return the key of a secret, `whsec_` and the Base64 of random bytes. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) < KEY_BYTES:
        raise ValueError(f"use `{PREFIX}` followed by the Base64 of at least {KEY_BYTES} random bytes")
    return key


def build_headers(key: bytes, *, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a request.

    Args:
        key: the key that the receiver has too.
        event_id: id of the event.
        timestamp: when the request is sent, in seconds since 1970, so that the receiver can refuse old requests.
        body: the body of the request.
    """
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
