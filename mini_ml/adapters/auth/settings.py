"""Authentication settings, shared by all services."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.auth import api_keys

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class AuthSettings(BaseSettings):
    """Read from the environment, prefix `MINI_ML_`. A service without any credential configured does not start."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, hide_input_in_errors=True)

    auth: Literal["on", "off"] = "on"
    """Whether requests need a credential. `mini-ml up` turns it off for its services, which listen on loopback only."""

    api_keys: str = ""
    """Digests of API keys, separated by whitespace: `name:scopes:sha256` as printed by `mini-ml key new`."""

    api_keys_secret_id: str | None = None
    """ARN of the AWS Secrets Manager secret with more such digests; a change takes effect without a restart."""

    admin_key_secret_id: str | None = None
    """ARN of the AWS Secrets Manager secret that holds an API key with the scope `admin`."""

    jwt_issuer: str | None = None
    """Issuer of accepted tokens, the claim `iss`. Without it, tokens are not accepted."""

    jwt_audience: str | None = None
    """Audience of accepted tokens, the claim `aud`."""

    jwt_jwks_url: str | None = None
    """URL of the issuer's public keys (JWKS): https, or http on loopback."""

    jwt_leeway_seconds: int = Field(default=30, ge=0, le=300)
    """Accepted clock difference between the issuer and the platform."""

    @field_validator(
        "api_keys_secret_id", "admin_key_secret_id", "jwt_issuer", "jwt_audience", "jwt_jwks_url", mode="before"
    )
    @classmethod
    def _replace_empty(cls, text: str | None) -> str | None:
        return text or None

    @field_validator("api_keys")
    @classmethod
    def _validate_api_keys(cls, entries: str) -> str:
        api_keys.parse(entries)
        return entries

    @field_validator("jwt_jwks_url")
    @classmethod
    def _validate_jwks_url(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https:")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("the JWKS URL must use https; http is accepted for loopback only")
        return url

    @model_validator(mode="after")
    def _require_credentials(self) -> Self:
        jwt_settings = [self.jwt_issuer, self.jwt_audience, self.jwt_jwks_url]
        if any(jwt_settings) and not all(jwt_settings):
            raise ValueError("tokens need all of MINI_ML_JWT_ISSUER, MINI_ML_JWT_AUDIENCE and MINI_ML_JWT_JWKS_URL")
        stored = self.api_keys_secret_id or self.admin_key_secret_id
        if self.auth == "on" and not (self.api_keys.strip() or stored or self.jwt_issuer):
            raise ValueError(
                "authentication is on (the default), but no credentials are configured: set MINI_ML_API_KEYS "
                "(create a key with `mini-ml key new`), MINI_ML_API_KEYS_SECRET_ID, MINI_ML_ADMIN_KEY_SECRET_ID or "
                "MINI_ML_JWT_ISSUER, or set MINI_ML_AUTH=off if only you can reach the service"
            )
        return self
