"""`mini-ml key new` prints a new key; the other commands send the key in the environment."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from mini_ml.adapters.auth.api_keys import digest, parse
from mini_ml.cli import main
from mini_ml.cli.arguments import CliSettings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MINI_ML_")]:
        monkeypatch.delenv(name)


def test_a_new_key_is_printed_with_the_entry_that_grants_it_access(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "new", "--name", "ci", "--scopes", "train, read"]) == 0

    key, entry = (line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  "))
    [stored] = parse(entry)
    assert (stored.name, stored.scopes, stored.sha256) == ("ci", frozenset({"train", "read"}), digest(key))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "CI", "--scopes", "read"], "the name of a key must"),
        (["--name", "ci", "--scopes", "write"], "one or more of the scopes admin, predict, read, train"),
        (["--name", "ci", "--scopes", ""], "one or more of the scopes admin, predict, read, train"),
        (["--name", "ci"], "--scopes"),
    ],
)
def test_a_key_without_a_valid_name_and_scopes_is_not_created(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["key", "new", *arguments])

    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["MINI_ML_API_KEY", "MINI_ML_TOKEN"])
def test_the_environment_names_the_credential(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "secret")

    assert CliSettings().credential == "secret"
    assert "secret" not in repr(CliSettings())


def test_an_empty_credential_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_API_KEY", "")

    assert CliSettings().credential is None


def test_two_credentials_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_API_KEY", "one")
    monkeypatch.setenv("MINI_ML_TOKEN", "two")

    with pytest.raises(ValidationError, match="Set either MINI_ML_API_KEY or MINI_ML_TOKEN"):
        CliSettings()
