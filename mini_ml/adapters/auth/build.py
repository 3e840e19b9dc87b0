"""Build the authenticator from settings. Each service calls this once, in app.py."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from mini_ml.adapters.auth import api_keys
from mini_ml.adapters.auth.api_keys import ApiKey
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.adapters.auth.stored_keys import StoredKeys
from mini_ml.adapters.aws.session import session
from mini_ml.errors import CredentialsUnavailable
from mini_ml.topology import ADMIN

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from mini_ml.adapters.auth.tokens import TokenVerifier

_CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})


def build_authenticator(settings: AuthSettings) -> Authenticator | None:
    """Build the authenticator; returns None if authentication is off."""
    if settings.auth == "off":
        return None
    return Authenticator(
        keys=api_keys.parse(settings.api_keys),
        stored=list(_build_stored_keys(settings)),
        tokens=_build_token_verifier(settings),
    )


def _build_stored_keys(settings: AuthSettings) -> Iterator[StoredKeys]:
    if settings.admin_key_secret_id is not None:
        read_admin = _build_reader(settings.admin_key_secret_id)
        yield StoredKeys(lambda: (_as_admin_key(read_admin()),), name="admin_key")
    if settings.api_keys_secret_id is not None:
        read_entries = _build_reader(settings.api_keys_secret_id)
        yield StoredKeys(lambda: _parse_entries(read_entries()), name="api_keys")


def _build_reader(secret_id: str) -> Callable[[], str]:
    """Return a function that reads the text of a secret."""
    secrets = session().client("secretsmanager", config=_CONFIG)
    return lambda: _read_secret(secrets, secret_id)


def _as_admin_key(key: str) -> ApiKey:
    return ApiKey(name=ADMIN, scopes=frozenset({ADMIN}), sha256=api_keys.digest(key))


def _parse_entries(text: str) -> tuple[ApiKey, ...]:
    """Parse the entries in a secret. Raises CredentialsUnavailable, so that the last good ones are kept."""
    try:
        return api_keys.parse(text)
    except ValueError as error:
        raise CredentialsUnavailable("The stored API keys are invalid, so the API key cannot be checked.") from error


def _read_secret(secrets: "SecretsManagerClient", secret_id: str) -> str:
    """Read the text of a secret. Raises CredentialsUnavailable if that fails or the secret has no text."""
    try:
        return secrets.get_secret_value(SecretId=secret_id)["SecretString"].strip()
    except (BotoCoreError, ClientError, KeyError) as error:
        raise CredentialsUnavailable("The secret store did not respond, so the API key cannot be checked.") from error


def _build_token_verifier(settings: AuthSettings) -> "TokenVerifier | None":
    if not (settings.jwt_issuer and settings.jwt_audience and settings.jwt_jwks_url):
        return None
    from mini_ml.adapters.auth.tokens import TokenVerifier  # slow import (cryptography), not needed for API keys

    return TokenVerifier(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        jwks_url=settings.jwt_jwks_url,
        leeway_seconds=settings.jwt_leeway_seconds,
    )
