"""Authenticate credentials: API keys and tokens."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from mini_ml.adapters.auth import api_keys
from mini_ml.adapters.auth.api_keys import ApiKey
from mini_ml.adapters.auth.principal import Principal
from mini_ml.adapters.auth.stored_keys import StoredKeys
from mini_ml.errors import CredentialsUnavailable, Unauthenticated

if TYPE_CHECKING:
    from mini_ml.adapters.auth.tokens import TokenVerifier


class Authenticator:
    """Finds the principal of a credential."""

    def __init__(
        self,
        *,
        keys: tuple[ApiKey, ...] = (),
        stored: Sequence[StoredKeys] = (),
        tokens: "TokenVerifier | None" = None,
    ) -> None:
        """Create an authenticator.

        Args:
            keys: API keys from the settings.
            stored: API keys in secret stores.
            tokens: verifies tokens; None if only API keys are accepted.
        """
        self._keys = keys
        self._stored = tuple(stored)
        self._tokens = tokens

    async def authenticate(self, credential: str) -> Principal:
        """Return the principal of a credential. A credential with two dots is a token, any other an API key.

        Raises:
            Unauthenticated: the credential is not valid.
            CredentialsUnavailable: the credential cannot be checked at the moment.
        """
        if credential.count(".") == 2:
            return await self._authenticate_token(credential)
        return await self._authenticate_key(api_keys.digest(credential))

    async def _authenticate_token(self, token: str) -> Principal:
        if self._tokens is None:
            raise Unauthenticated("Tokens are not accepted here. Send an API key.")
        return await run_in_threadpool(self._tokens.verify, token)

    async def _authenticate_key(self, sha256: str) -> Principal:
        found = api_keys.find_principal(sha256, self._keys)
        for keys in self._stored:
            found = found or keys.find_cached(sha256)
        found = found or await self._find_stored(sha256)
        if found is None:
            raise Unauthenticated("Unknown API key.")
        return found

    async def _find_stored(self, sha256: str) -> Principal | None:
        """Look in each secret store, reading it if needed.

        Raises:
            CredentialsUnavailable: a store does not respond, and no other has the key.
        """
        unavailable: CredentialsUnavailable | None = None
        for keys in self._stored:
            try:
                found = await _find(keys, sha256)
            except CredentialsUnavailable as error:
                unavailable = error
                continue
            if found is not None:
                return found
        if unavailable is not None:
            raise unavailable
        return None


async def _find(keys: StoredKeys, sha256: str) -> Principal | None:
    """Look for a key; uses a thread only if the keys may have to be read from the secret store."""
    return keys.find(sha256) if keys.is_cached(sha256) else await run_in_threadpool(keys.find, sha256)
