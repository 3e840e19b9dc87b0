"""The seal: an HMAC over digests under a key from the settings."""

import hashlib
import hmac

_PURPOSE = b"mini-ml manifest seal v1\x00"
"""Put in front of every digest, so that a MAC made with the same key for anything else is no seal."""


class HmacSeal:
    """HMAC-SHA256 under one secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest, in hex."""
        return hmac.new(self._key, _PURPOSE + digest, hashlib.sha256).hexdigest()

    def verify(self, digest: bytes, seal: str) -> bool:
        """Tell, in constant time, whether `seal` was made for `digest` under this key."""
        return hmac.compare_digest(self.sign(digest).encode(), seal.encode())
