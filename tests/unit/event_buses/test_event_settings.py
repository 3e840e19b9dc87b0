"""The settings of events are checked when a service starts, and show no secret."""

import base64

import pytest
from pydantic import SecretStr, ValidationError

from mini_ml.adapters.configuration import read_settings
from mini_ml.adapters.event_buses.settings import EventSettings
from mini_ml.topology import STAGES

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
HOOK = {"MINI_ML_EVENTS": "webhook", "MINI_ML_WEBHOOK_URL": "https://a.example/hook", "MINI_ML_WEBHOOK_SECRET": SECRET}


def _read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> EventSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_settings(EventSettings)


def test_events_go_to_the_log_unless_the_settings_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _read(monkeypatch, MINI_ML_EVENTS="", MINI_ML_WEBHOOK_URL="", MINI_ML_WEBHOOK_SECRET="").events == "log"


def test_a_webhook_needs_a_url_and_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="needs MINI_ML_WEBHOOK_URL and MINI_ML_WEBHOOK_SECRET"):
        _read(monkeypatch, **{**HOOK, "MINI_ML_WEBHOOK_SECRET": ""})


def test_a_url_that_nothing_uses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="set MINI_ML_EVENTS=webhook too"):
        _read(monkeypatch, **{**HOOK, "MINI_ML_EVENTS": "eventbridge"})


@pytest.mark.parametrize(
    "secret",
    ["secret of the team", SECRET.removeprefix("whsec_"), "whsec_c2hvcnQ=", "whsec_%%%%", f"whsec_{'é' * 40}"],
    ids=["prose", "no prefix", "short", "no base64", "not ASCII"],
)
def test_a_weak_secret_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        _read(monkeypatch, **{**HOOK, "MINI_ML_WEBHOOK_SECRET": secret})

    assert str(stopped.value) == (
        "MINI_ML_WEBHOOK_SECRET: use `whsec_` followed by the Base64 of at least 24 random bytes"
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://a.example/hook", "must use https"),
        ("https://127.0.0.1/hook", "of a private network or of this machine"),
        ("https://localhost:9000/hook", "of a private network or of this machine"),
        ("https://[::1]/hook", "of a private network or of this machine"),
        ("https://[::ffff:10.0.0.1]/hook", "of a private network or of this machine"),
        ("https://169.254.169.254/latest", "of a private network or of this machine"),
        ("ftp://a.example/hook", "must look like"),
        ("https://user:password@a.example/hook", "must look like"),
        ("https://bücher.example/hook", "must look like"),
        ("https://a.example/hook\r\nX-Evil: 1", "must look like"),
        ("a.example/hook", "must look like"),
    ],
)
def test_a_url_that_no_event_may_go_to_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    with pytest.raises(SystemExit, match=message) as stopped:
        _read(monkeypatch, **{**HOOK, "MINI_ML_WEBHOOK_URL": url})

    assert url not in str(stopped.value)


@pytest.mark.parametrize("url", ["http://localhost:9000/hook", "http://10.0.0.7/", "https://[::1]:8443/hook"])
def test_a_private_webhook_is_accepted_if_it_is_allowed(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    settings = _read(monkeypatch, **{**HOOK, "MINI_ML_WEBHOOK_URL": url, "MINI_ML_WEBHOOK_ALLOW_PRIVATE": "true"})

    assert settings.webhook_url == SecretStr(url)


@pytest.mark.parametrize("name", ["local", "dev", "prod"])
def test_the_sweep_sends_an_event_only_after_the_worker_must_have_given_up(name: str) -> None:
    with pytest.raises(ValidationError, match="webhook_timeout_seconds"):
        EventSettings(webhook_timeout_seconds=STAGES[name].resend_after_seconds)


def test_settings_show_neither_the_url_nor_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(_read(monkeypatch, **HOOK))

    assert [text for text in (SECRET, "a.example") if text in shown] == []


def test_a_wrong_choice_names_those_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="MINI_ML_EVENTS: Input should be 'log', 'webhook' or 'eventbridge'"):
        _read(monkeypatch, MINI_ML_EVENTS="kafka")
