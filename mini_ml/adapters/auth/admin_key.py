"""The admin key that lies in a secret store: read when it is needed, kept as its digest alone, read again now and then.

So a key that was exchanged there is taken after ten seconds and the old one refused after five minutes, without a
deployment; and a function that answers no requests needs no right to read it.
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
"""After which the key is read again, in case another one was put in its place."""
_PAUSE_SECONDS: Final = 10.0
"""Between two readings at least, however many wrong keys are tried."""
_STALE_SECONDS: Final = 3600.0
"""For how long the last reading counts while the store is away."""


class AdminKey:
    """One key in a secret store; safe to use from many threads, of which one reads."""

    def __init__(self, read: Callable[[], str], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take what reads the key; it may raise CredentialsUnavailable."""
        self._read = read
        self._clock = clock
        self._reading = threading.Lock()
        self._known: str | None = None
        self._read_at = self._tried_at = float("-inf")

    def is_settled(self, credential_sha256: str) -> bool:
        """Tell whether `opens` will answer from memory."""
        if self._known is None:
            return False
        if self._clock() - self._tried_at < _PAUSE_SECONDS:
            return True
        return self._clock() - self._read_at < _FRESH_SECONDS and self._matches(credential_sha256)

    def opens(self, credential_sha256: str) -> bool:
        """Tell whether this is the key's digest, in constant time. Raises CredentialsUnavailable."""
        if not self.is_settled(credential_sha256):
            with self._reading:
                if not self.is_settled(credential_sha256):
                    self._read_again()
        return self._matches(credential_sha256)

    def _matches(self, credential_sha256: str) -> bool:
        return self._known is not None and hmac.compare_digest(self._known, credential_sha256)

    def _read_again(self) -> None:
        if self._known is None and self._clock() - self._tried_at < _PAUSE_SECONDS:
            raise CredentialsUnavailable("API keys cannot be checked at the moment.")
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
