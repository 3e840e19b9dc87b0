"""Decides who a credential stands for; the one place that API keys and tokens come together."""

from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from mini_ml.adapters.auth import api_keys
from mini_ml.adapters.auth.admin_key import AdminKey
from mini_ml.adapters.auth.api_keys import ApiKey
from mini_ml.adapters.auth.caller import Caller
from mini_ml.errors import Unauthenticated
from mini_ml.topology import ADMIN

if TYPE_CHECKING:
    from mini_ml.adapters.auth.tokens import Tokens

_ADMIN: Final = Caller(name=ADMIN, scopes=frozenset({ADMIN}))


class Authenticator:
    """Stands in front of every route that is not public."""

    def __init__(
        self,
        *,
        keys: tuple[ApiKey, ...] = (),
        admin_key: AdminKey | None = None,
        tokens: "Tokens | None" = None,
    ) -> None:
        """Take what opens it."""
        self._keys = keys
        self._admin_key = admin_key
        self._tokens = tokens

    async def caller(self, credential: str) -> Caller:
        """Return whom a credential stands for; what has two dots in it is a token, anything else a key.

        Raises:
            Unauthenticated: it stands for nobody.
            CredentialsUnavailable: that cannot be told at the moment.
        """
        if credential.count(".") == 2:
            return await self._token_holder(credential)
        return await self._key_holder(api_keys.digest(credential))

    async def _token_holder(self, token: str) -> Caller:
        if self._tokens is None:
            raise Unauthenticated("No tokens are taken here, only API keys.")
        return await run_in_threadpool(self._tokens.caller, token)

    async def _key_holder(self, sha256: str) -> Caller:
        found = api_keys.holder(sha256, self._keys)
        if found is None and self._admin_key is not None and await _opens(self._admin_key, sha256):
            found = _ADMIN
        if found is None:
            raise Unauthenticated("The API key is not known.")
        return found


async def _opens(key: AdminKey, sha256: str) -> bool:
    """Ask the key, in a thread only where it may have to be read first."""
    return key.opens(sha256) if key.is_settled(sha256) else await run_in_threadpool(key.opens, sha256)
