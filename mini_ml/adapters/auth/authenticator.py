"""Authenticate credentials: API keys and tokens."""

from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from mini_ml.adapters.auth import api_keys
from mini_ml.adapters.auth.admin_key import AdminKey
from mini_ml.adapters.auth.api_keys import ApiKey
from mini_ml.adapters.auth.principal import Principal
from mini_ml.errors import Unauthenticated
from mini_ml.topology import ADMIN

if TYPE_CHECKING:
    from mini_ml.adapters.auth.tokens import TokenVerifier

_ADMIN: Final = Principal(name=ADMIN, scopes=frozenset({ADMIN}))


class Authenticator:
    """Finds the principal of a credential."""

    def __init__(
        self,
        *,
        keys: tuple[ApiKey, ...] = (),
        admin_key: AdminKey | None = None,
        tokens: "TokenVerifier | None" = None,
    ) -> None:
        """Create an authenticator.

        Args:
            keys: API keys from the settings.
            admin_key: API key from a secret store, with the scope `admin`.
            tokens: verifies tokens; None if only API keys are accepted.
        """
        self._keys = keys
        self._admin_key = admin_key
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
        if found is None and self._admin_key is not None and await _matches(self._admin_key, sha256):
            found = _ADMIN
        if found is None:
            raise Unauthenticated("Unknown API key.")
        return found


async def _matches(key: AdminKey, sha256: str) -> bool:
    """Compare with the admin key; uses a thread only if the key may have to be read from the secret store."""
    return key.matches(sha256) if key.is_cached(sha256) else await run_in_threadpool(key.matches, sha256)
