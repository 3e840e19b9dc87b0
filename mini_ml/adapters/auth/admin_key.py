"""The admin key in a secret store, read on first use and cached as a digest.

A rotated key is accepted after ten seconds at most, and the old key is rejected after five minutes at most, without a
deployment. A function that serves no requests needs no permission to read the key.
"""

import hmac
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from mini_ml.adapters.auth.api_keys import digest
from mini_ml.errors import CredentialsUnavailable

logger = logging.getLogger(__name__)

_FRESH_SECONDS: Final = 300.0
"""Age at which the cached digest is read again, in case the key was rotated."""
_PAUSE_SECONDS: Final = 10.0
"""Minimum time between two reads, so that wrong keys cannot cause a read per request."""
_STALE_SECONDS: Final = 3600.0
"""Maximum age of the cached digest while the secret store is unavailable."""


class AdminKey:
    """An API key in a secret store. Thread-safe; one thread at a time reads the secret."""

    def __init__(self, read: Callable[[], str], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Create the key.

        Args:
            read: returns the key from the secret store; may raise CredentialsUnavailable.
            clock: returns monotonic seconds.
        """
        self._read = read
        self._clock = clock
        self._reading = threading.Lock()
        self._known: str | None = None
        self._read_at = self._tried_at = float("-inf")

    def is_cached(self, credential_sha256: str) -> bool:
        """Return whether `matches` can answer without reading the secret store."""
        if self._known is None:
            return False
        if self._clock() - self._tried_at < _PAUSE_SECONDS:
            return True
        return self._clock() - self._read_at < _FRESH_SECONDS and self._is_known(credential_sha256)

    def matches(self, credential_sha256: str) -> bool:
        """Return whether a credential has the digest of the key; compares in constant time.

        Raises:
            CredentialsUnavailable: the secret store does not respond and no recent digest is cached.
        """
        if not self.is_cached(credential_sha256):
            with self._reading:
                if not self.is_cached(credential_sha256):
                    self._refresh()
        return self._is_known(credential_sha256)

    def _is_known(self, credential_sha256: str) -> bool:
        return self._known is not None and hmac.compare_digest(self._known, credential_sha256)

    def _refresh(self) -> None:
        if self._known is None and self._clock() - self._tried_at < _PAUSE_SECONDS:
            raise CredentialsUnavailable("The secret store did not respond, so the API key cannot be checked.")
        self._tried_at = self._clock()
        try:
            self._known = digest(self._read())
        except CredentialsUnavailable:
            if self._clock() - self._read_at > _STALE_SECONDS:
                self._known = None
                raise
            logger.warning("admin_key_not_read")
            return
        self._read_at = self._clock()
