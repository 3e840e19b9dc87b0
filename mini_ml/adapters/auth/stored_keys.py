"""API keys in a secret store, read on first use and cached as digests.

A new key is accepted after ten seconds at most, and a removed one is rejected after five minutes at most, without a
deployment. A function that serves no requests needs no permission to read the keys.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from mini_ml.adapters.auth.api_keys import ApiKey, find_principal
from mini_ml.adapters.auth.principal import Principal
from mini_ml.errors import CredentialsUnavailable

logger = logging.getLogger(__name__)

_FRESH_SECONDS: Final = 300.0
"""Age at which the cached keys are read again, in case one was removed."""
_PAUSE_SECONDS: Final = 10.0
"""Minimum time between two reads, so that wrong keys cannot cause a read per request."""
_STALE_SECONDS: Final = 3600.0
"""Maximum age of the cached keys while the secret store is unavailable, or holds something else than keys."""


class StoredKeys:
    """API keys in a secret store. Thread-safe; one thread at a time reads the secret."""

    def __init__(
        self,
        read: Callable[[], tuple[ApiKey, ...]],
        *,
        name: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create the keys.

        Args:
            read: returns the keys from the secret store; may raise CredentialsUnavailable.
            name: what the log calls the secret.
            clock: returns monotonic seconds.
        """
        self._read = read
        self._name = name
        self._clock = clock
        self._reading = threading.Lock()
        self._known: tuple[ApiKey, ...] | None = None
        self._read_at = self._tried_at = float("-inf")

    def is_cached(self, credential_sha256: str) -> bool:
        """Return whether `find` can answer without reading the secret store."""
        if self._known is None:
            return False
        if self._clock() - self._tried_at < _PAUSE_SECONDS:
            return True
        return self._clock() - self._read_at < _FRESH_SECONDS and self._find_known(credential_sha256) is not None

    def find_cached(self, credential_sha256: str) -> Principal | None:
        """Return the principal of the key with this digest if it is known without reading the secret store."""
        return self._find_known(credential_sha256) if self.is_cached(credential_sha256) else None

    def find(self, credential_sha256: str) -> Principal | None:
        """Return the principal of the key with this digest, or None; compares in constant time.

        Raises:
            CredentialsUnavailable: the secret store does not respond and no recent keys are cached.
        """
        if not self.is_cached(credential_sha256):
            with self._reading:
                if not self.is_cached(credential_sha256):
                    self._refresh()
        return self._find_known(credential_sha256)

    def _find_known(self, credential_sha256: str) -> Principal | None:
        return find_principal(credential_sha256, self._known or ())

    def _refresh(self) -> None:
        if self._known is None and self._clock() - self._tried_at < _PAUSE_SECONDS:
            raise CredentialsUnavailable("The secret store did not respond, so the API key cannot be checked.")
        self._tried_at = self._clock()
        try:
            self._known = self._read()
        except CredentialsUnavailable as error:
            logger.warning("stored_keys_not_read", extra={"keys": self._name, "reason": str(error.__cause__ or error)})
            if self._clock() - self._read_at > _STALE_SECONDS:
                self._known = None
                raise
            return
        self._read_at = self._clock()
