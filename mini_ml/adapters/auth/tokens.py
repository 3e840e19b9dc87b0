"""Verify bearer tokens: JWTs of one issuer, checked with PyJWT against the keys that the issuer publishes.

Imported only if an issuer is configured, because importing the cryptography library is slow.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import jwt
from jwt import PyJWK, PyJWKClient

from mini_ml.adapters.auth.principal import Principal
from mini_ml.errors import CredentialsUnavailable, Unauthenticated
from mini_ml.topology import SCOPES

_ALGORITHMS: Final = ("RS256", "ES256")
_TOKEN_CHARS: Final = 8192
_FETCH_SECONDS: Final = 3.0
_FRESH_SECONDS: Final = 300.0
"""Lifetime of cached keys."""
_PAUSE_SECONDS: Final = 30.0
"""Minimum time after a failed fetch, and between fetches because of unknown keys."""
_INVALID: Final = "The token is not valid for this platform."
_UNAVAILABLE: Final = "The token issuer did not respond, so the token cannot be checked."


class TokenVerifier:
    """Verifies the tokens of one issuer. Thread-safe; one thread at a time fetches keys."""

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
        """Create a verifier.

        Args:
            issuer: required value of the claim `iss`.
            audience: required value of the claim `aud`.
            jwks_url: where the issuer publishes its keys.
            leeway_seconds: accepted clock difference.
            pause_seconds: minimum time after a failed fetch, and between fetches because of unknown keys.
            clock: returns monotonic seconds.
        """
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

    def verify(self, token: str) -> Principal:
        """Verify a token and return its principal.

        Raises:
            Unauthenticated: the token has another issuer or audience, a wrong signature, or is not valid now.
            CredentialsUnavailable: the issuer's keys cannot be fetched.
        """
        key_id = _read_key_id(token)
        key = self._find_cached_key(key_id) or self._fetch_key(key_id)
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
        return Principal(name=str(claims.get("sub", "")), scopes=frozenset(s for s in SCOPES if s in granted))

    def _find_cached_key(self, key_id: str) -> PyJWK | None:
        kept = self._keys.jwk_set_cache.get() if self._keys.jwk_set_cache else None
        signing = [key for key in kept.keys if key.public_key_use in ("sig", None)] if kept else []
        return self._keys.match_kid(signing, key_id)

    def _fetch_key(self, key_id: str) -> PyJWK:
        """Fetch the issuer's keys and return one of them; after a failure, fails fast for `pause_seconds`."""
        with self._fetching:
            if self._clock() < self._resume_at:
                raise CredentialsUnavailable(_UNAVAILABLE)
            try:
                self._keys.get_jwk_set()
                return self._find_key(key_id)
            except (jwt.PyJWTError, OSError, ValueError) as error:
                self._resume_at = self._clock() + self._pause_seconds
                raise CredentialsUnavailable(_UNAVAILABLE) from error

    def _find_key(self, key_id: str) -> PyJWK:
        """Return a key; fetches once more if it is unknown and the last fetch is older than `pause_seconds`."""
        try:
            return self._keys.get_signing_key(key_id)
        except jwt.PyJWKClientConnectionError:
            raise
        except jwt.PyJWKClientError as error:
            raise Unauthenticated(_INVALID) from error


def _read_key_id(token: str) -> str:
    """Return the key id in a token's header. Raises Unauthenticated if the header or its algorithm is not allowed."""
    if len(token) > _TOKEN_CHARS:
        raise Unauthenticated(f"The token is longer than {_TOKEN_CHARS:,} characters.")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise Unauthenticated(_INVALID) from error
    key_id = header.get("kid")
    if header.get("alg") not in _ALGORITHMS or not isinstance(key_id, str):
        raise Unauthenticated(_INVALID)
    return key_id


def _granted(claims: Mapping[str, Any]) -> Iterator[str]:
    """Yield the scopes in the claims `scope` (space-separated) and `scp` (space-separated or a list)."""
    for claim in ("scope", "scp"):
        value = claims.get(claim)
        if isinstance(value, str):
            yield from value.split()
        elif isinstance(value, list):
            yield from (word for word in value if isinstance(word, str))
