"""Settings of who may call: the same for every service."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.auth import api_keys

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class AuthSettings(BaseSettings):
    """Read from the environment, prefix `MINI_ML_`. A service that is told nothing does not start."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, hide_input_in_errors=True)

    auth: Literal["on", "off"] = "on"
    """Whether requests need a credential; `off` has to be said, as `mini-ml up` does for its services on loopback."""

    api_keys: str = ""
    """API keys by their digests: `name:scopes:sha256` as `mini-ml key new` prints it, several with blanks between."""

    admin_key_secret_id: str | None = None
    """Secret in AWS Secrets Manager that holds an API key with the scope `admin`, by its ARN."""

    jwt_issuer: str | None = None
    """Who issues the tokens that are taken: the claim `iss`. None: tokens are not taken."""

    jwt_audience: str | None = None
    """For whom tokens must be made out: the claim `aud`."""

    jwt_jwks_url: str | None = None
    """Where the issuer publishes the keys (JWKS) that it signs tokens with; https, or http on loopback."""

    jwt_leeway_seconds: int = Field(default=30, ge=0, le=300)
    """How far the clocks of issuer and platform may be apart."""

    @field_validator("admin_key_secret_id", "jwt_issuer", "jwt_audience", "jwt_jwks_url", mode="before")
    @classmethod
    def _empty_is_none(cls, text: str | None) -> str | None:
        return text or None

    @field_validator("api_keys")
    @classmethod
    def _readable(cls, entries: str) -> str:
        api_keys.parse(entries)
        return entries

    @field_validator("jwt_jwks_url")
    @classmethod
    def _safe(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https:")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("keys are fetched over https only (http: from loopback)")
        return url

    @model_validator(mode="after")
    def _somebody_gets_in(self) -> Self:
        told = [self.jwt_issuer, self.jwt_audience, self.jwt_jwks_url]
        if any(told) and not all(told):
            raise ValueError("tokens need all of MINI_ML_JWT_ISSUER, MINI_ML_JWT_AUDIENCE and MINI_ML_JWT_JWKS_URL")
        if self.auth == "on" and not (self.api_keys.strip() or self.admin_key_secret_id or self.jwt_issuer):
            raise ValueError(
                "MINI_ML_AUTH is on (it is unless it is said to be off), and nothing says who may call: give "
                "MINI_ML_API_KEYS (`mini-ml key new` makes one), MINI_ML_ADMIN_KEY_SECRET_ID or MINI_ML_JWT_ISSUER; "
                "or say MINI_ML_AUTH=off, where nobody but you reaches the address"
            )
        return self
