"""A service does not start unless its settings define its credentials; the error names the missing settings."""

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from pydantic import ValidationError

from mini_ml.adapters.auth.api_keys import new_key
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.build import build_authenticator
from mini_ml.adapters.auth.principal import Principal
from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.errors import CredentialsUnavailable, Unauthenticated
from mini_ml.local import interrupts, service
from tests.fixtures.coroutines import run
from tests.fixtures.emulated import aws_environment, moto_aws

ENTRY = f"ci:train:{'ab' * 32}"
TOKENS = {
    "MINI_ML_JWT_ISSUER": "https://issuer.example/",
    "MINI_ML_JWT_AUDIENCE": "mini-ml",
    "MINI_ML_JWT_JWKS_URL": "https://issuer.example/jwks.json",
}


@pytest.fixture(autouse=True)
def _clear_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MINI_ML_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def load_settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> AuthSettings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return AuthSettings()


def test_a_service_without_auth_settings_does_not_start() -> None:
    with pytest.raises(ValidationError, match="no credentials are configured: set MINI_ML_API_KEYS"):
        AuthSettings()


def test_authentication_is_off_only_if_the_settings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_authenticator(load_settings(monkeypatch, MINI_ML_AUTH="off")) is None


@pytest.mark.parametrize("word", ["", "false", "0", "OFF", "none"])
def test_auth_must_be_on_or_off(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    with pytest.raises(ValidationError, match="'on' or 'off'"):
        load_settings(monkeypatch, MINI_ML_AUTH=word)


@pytest.mark.parametrize(
    "environment",
    [
        {"MINI_ML_API_KEYS": ENTRY},
        {"MINI_ML_ADMIN_KEY_SECRET_ID": "arn:aws:secretsmanager:us-east-1:1:secret:key"},
        {"MINI_ML_API_KEYS_SECRET_ID": "arn:aws:secretsmanager:us-east-1:1:secret:keys"},
        TOKENS,
    ],
    ids=["API keys", "admin key", "stored API keys", "tokens"],
)
def test_credentials_in_the_settings_turn_authentication_on(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    assert isinstance(build_authenticator(load_settings(monkeypatch, **environment)), Authenticator)


@pytest.mark.parametrize("missing", TOKENS)
def test_tokens_require_issuer_audience_and_keys(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    with pytest.raises(ValidationError, match="MINI_ML_JWT_ISSUER, MINI_ML_JWT_AUDIENCE and MINI_ML_JWT_JWKS_URL"):
        load_settings(monkeypatch, **{**TOKENS, missing: ""})


@pytest.mark.parametrize(
    "url", ["http://issuer.example/jwks.json", "file:///etc/passwd", "ftp://127.0.0.1/", "jwks.json"]
)
def test_keys_are_fetched_only_over_https(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ValidationError, match="must use https"):
        load_settings(monkeypatch, **{**TOKENS, "MINI_ML_JWT_JWKS_URL": url})


@pytest.mark.parametrize("seconds", ["-1", "301", "inf"])
def test_the_leeway_between_clocks_is_limited(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    with pytest.raises(ValidationError, match="jwt_leeway_seconds"):
        load_settings(monkeypatch, **TOKENS, MINI_ML_JWT_LEEWAY_SECONDS=seconds)


def test_a_key_in_place_of_its_digest_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="entry 1 does not have the format name:scopes:digest") as caught:
        load_settings(monkeypatch, MINI_ML_API_KEYS="mml_secret")

    assert "mml_secret" not in str(caught.value)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An account whose secrets can be read."""
    for name, value in aws_environment("").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with moto_aws():
        yield boto3.client("secretsmanager")


def authenticate(monkeypatch: pytest.MonkeyPatch, secret_id: str, credential: str) -> Principal:
    """Check a credential with an authenticator whose admin key is in a secret."""
    authenticator = build_authenticator(load_settings(monkeypatch, MINI_ML_ADMIN_KEY_SECRET_ID=secret_id))
    assert authenticator is not None
    return run(authenticator.authenticate(credential))


def test_the_key_in_the_secret_has_every_scope_and_other_keys_have_none(
    secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = secrets.create_secret(Name="admin", SecretString="the-key\n")["ARN"]

    assert authenticate(monkeypatch, arn, "the-key") == Principal(name="admin", scopes=frozenset({"admin"}))
    with pytest.raises(Unauthenticated):
        authenticate(monkeypatch, arn, "another-key")


def test_an_unreadable_secret_means_unavailable_and_not_a_wrong_key(
    secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = secrets.create_secret(Name="binary", SecretBinary=b"the-key")["ARN"]

    for secret_id in (binary, "there-is-none"):
        with pytest.raises(CredentialsUnavailable):
            authenticate(monkeypatch, secret_id, "the-key")


@pytest.fixture
def stored_keys(secrets: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, Authenticator]:
    """Two keys in a secret, and an authenticator that reads it."""
    made = [new_key(f"key-{number}", ["read"]) for number in range(600)]
    text = "\n".join(str(entry) for _, entry in made)
    arn = secrets.create_secret(Name="keys", SecretString=text)["ARN"]
    authenticator = build_authenticator(load_settings(monkeypatch, MINI_ML_API_KEYS_SECRET_ID=arn))
    assert authenticator is not None
    assert len(text) > 10 * 4096  # more than fits into the environment of a function
    return made[0][0], made[-1][0], authenticator


def test_hundreds_of_keys_in_a_secret_are_accepted_with_their_scopes(
    stored_keys: tuple[str, str, Authenticator],
) -> None:
    first, last, authenticator = stored_keys

    assert run(authenticator.authenticate(first)) == Principal(name="key-0", scopes=frozenset({"read"}))
    assert run(authenticator.authenticate(last)) == Principal(name="key-599", scopes=frozenset({"read"}))
    with pytest.raises(Unauthenticated):
        run(authenticator.authenticate("mml_unknown"))


def test_keys_of_the_settings_and_of_both_secrets_are_accepted_together(
    secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (local, local_entry), (stored, stored_entry) = new_key("local", ["train"]), new_key("stored", ["read"])
    environment = {
        "MINI_ML_API_KEYS": str(local_entry),
        "MINI_ML_API_KEYS_SECRET_ID": secrets.create_secret(Name="keys", SecretString=str(stored_entry))["ARN"],
        "MINI_ML_ADMIN_KEY_SECRET_ID": secrets.create_secret(Name="admin", SecretString="the-key")["ARN"],
    }
    authenticator = build_authenticator(load_settings(monkeypatch, **environment))
    assert authenticator is not None

    names = [run(authenticator.authenticate(key)).name for key in (local, stored, "the-key")]

    assert names == ["local", "stored", "admin"]


def test_a_secret_that_holds_no_entries_is_unavailable_and_does_not_show_them(
    secrets: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    arn = secrets.create_secret(Name="keys", SecretString="mml_pasted_by_mistake")["ARN"]
    authenticator = build_authenticator(load_settings(monkeypatch, MINI_ML_API_KEYS_SECRET_ID=arn))
    assert authenticator is not None

    with pytest.raises(CredentialsUnavailable, match="The stored API keys are invalid") as caught:
        run(authenticator.authenticate("a-key"))

    [record] = [one for one in caplog.records if one.message == "stored_keys_not_read"]
    assert record.__dict__["reason"].startswith("entry 1 does not have the format")
    assert "mml_pasted" not in f"{caught.value} {record.__dict__}"


def test_a_container_without_auth_settings_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_SERVICE", "api")
    monkeypatch.setenv("MINI_ML_QUEUE_URL", "http://localstack:4566/000000000000/mini-ml-dead-letters")
    monkeypatch.setenv("MINI_ML_STAGE", "local")
    monkeypatch.setattr(interrupts, "install_handlers", lambda: None)

    with pytest.raises(SystemExit, match="no credentials are configured"):
        service.main()
