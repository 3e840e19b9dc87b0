"""Bearer tokens: JWTs that one issuer signed for this platform, checked by PyJWT against the issuer's published keys.

Imported only where an issuer is named, since the cryptography takes its time to load.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import jwt
from jwt import PyJWK, PyJWKClient

from mini_ml.adapters.auth.caller import Caller
from mini_ml.errors import CredentialsUnavailable, Unauthenticated
from mini_ml.topology import SCOPES

_ALGORITHMS: Final = ("RS256", "ES256")
_TOKEN_CHARS: Final = 8192
_FETCH_SECONDS: Final = 3.0
_FRESH_SECONDS: Final = 300.0
"""For how long fetched keys count."""
_PAUSE_SECONDS: Final = 30.0
"""Between a fetch and the next one for the sake of an unknown key, and after a fetch that failed."""
_INVALID: Final = "The token is not valid here."


class Tokens:
    """The tokens of one issuer; safe to use from many threads, of which one fetches."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        jwks_url: str,
        leeway_seconds: int,
        pause_seconds: float = _PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take whose tokens count, for whom they must be made out, and where the issuer's keys are published."""
        self._issuer = issuer
        self._audience = audience
        self._leeway_seconds = leeway_seconds
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._keys = PyJWKClient(
            jwks_url, timeout=_FETCH_SECONDS, lifespan=_FRESH_SECONDS, cooldown_duration=pause_seconds
        )
        self._fetching = threading.Lock()
        self._resume_at = float("-inf")

    def caller(self, token: str) -> Caller:
        """Return whom a token stands for.

        Raises:
            Unauthenticated: it is no token of the issuer for us, or not at this time.
            CredentialsUnavailable: the issuer's keys cannot be fetched.
        """
        key_id = _key_id(token)
        key = self._kept_key(key_id) or self._fetched_key(key_id)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._leeway_seconds,
                options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The token has expired.") from error
        except jwt.PyJWTError as error:
            raise Unauthenticated(_INVALID) from error
        granted = frozenset(_granted(claims))
        return Caller(name=str(claims.get("sub", "")), scopes=frozenset(s for s in SCOPES if s in granted))

    def _kept_key(self, key_id: str) -> PyJWK | None:
        kept = self._keys.jwk_set_cache.get() if self._keys.jwk_set_cache else None
        signing = [key for key in kept.keys if key.public_key_use in ("sig", None)] if kept else []
        return self._keys.match_kid(signing, key_id)

    def _fetched_key(self, key_id: str) -> PyJWK:
        """Return a key after a look at the issuer's address, which is not repeated at once."""
        with self._fetching:
            if self._clock() < self._resume_at:
                raise CredentialsUnavailable("Tokens cannot be checked at the moment.")
            try:
                self._keys.get_jwk_set()
                return self._key_of_set(key_id)
            except (jwt.PyJWTError, OSError, ValueError) as error:
                self._resume_at = self._clock() + self._pause_seconds
                raise CredentialsUnavailable("Tokens cannot be checked at the moment.") from error

    def _key_of_set(self, key_id: str) -> PyJWK:
        """Return a key, looked for once more where it is unknown and the last fetch is some time ago."""
        try:
            return self._keys.get_signing_key(key_id)
        except jwt.PyJWKClientConnectionError:
            raise
        except jwt.PyJWKClientError as error:
            raise Unauthenticated(_INVALID) from error


def _key_id(token: str) -> str:
    """Return the id of the key that a token says it is signed with, if it is signed in an allowed way at all."""
    if len(token) > _TOKEN_CHARS:
        raise Unauthenticated(f"The token has more than {_TOKEN_CHARS:,} characters.")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise Unauthenticated(_INVALID) from error
    key_id = header.get("kid")
    if header.get("alg") not in _ALGORITHMS or not isinstance(key_id, str):
        raise Unauthenticated(_INVALID)
    return key_id


def _granted(claims: Mapping[str, Any]) -> Iterator[str]:
    """Yield what `scope` (words) and `scp` (words or a list) give."""
    for claim in ("scope", "scp"):
        value = claims.get(claim)
        if isinstance(value, str):
            yield from value.split()
        elif isinstance(value, list):
            yield from (word for word in value if isinstance(word, str))
