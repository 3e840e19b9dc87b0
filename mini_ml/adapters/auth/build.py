"""Builds the authenticator out of settings; called once per process, by app.py."""

from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from mini_ml.adapters.auth import api_keys
from mini_ml.adapters.auth.admin_key import AdminKey
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.adapters.aws.session import session
from mini_ml.errors import CredentialsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from mini_ml.adapters.auth.tokens import Tokens

_CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})


def build_authenticator(settings: AuthSettings) -> Authenticator | None:
    """Return the authenticator that the settings describe; None where everybody may come in."""
    if settings.auth == "off":
        return None
    return Authenticator(
        keys=api_keys.parse(settings.api_keys), admin_key=_admin_key(settings), tokens=_tokens(settings)
    )


def _admin_key(settings: AuthSettings) -> AdminKey | None:
    if settings.admin_key_secret_id is None:
        return None
    secrets, secret_id = session().client("secretsmanager", config=_CONFIG), settings.admin_key_secret_id
    return AdminKey(lambda: _secret(secrets, secret_id))


def _secret(secrets: "SecretsManagerClient", secret_id: str) -> str:
    """Return a secret's text. Raises CredentialsUnavailable, also where it holds no text."""
    try:
        return secrets.get_secret_value(SecretId=secret_id)["SecretString"].strip()
    except (BotoCoreError, ClientError, KeyError) as error:
        raise CredentialsUnavailable("API keys cannot be checked at the moment.") from error


def _tokens(settings: AuthSettings) -> "Tokens | None":
    if not (settings.jwt_issuer and settings.jwt_audience and settings.jwt_jwks_url):
        return None
    from mini_ml.adapters.auth.tokens import Tokens  # loads the cryptography, of which API keys have no need

    return Tokens(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        jwks_url=settings.jwt_jwks_url,
        leeway_seconds=settings.jwt_leeway_seconds,
    )
