"""Settings of `mini-ml up`."""

import os
from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic import ValidationError

from mini_ml.adapters.logs import LogSettings
from mini_ml.cli.arguments import CliSettings
from mini_ml.local.settings import LocalSettings

EXAMPLE = Path(__file__).parents[3] / ".env.example"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MINI_ML_")]:
        monkeypatch.delenv(name)


def test_the_defaults_are_the_ports_of_the_seed() -> None:
    assert LocalSettings().ports == {
        "MINI_ML_API_PORT": 8000,
        "MINI_ML_TRAINER_PORT": 8001,
        "MINI_ML_PREDICT_PORT": 8002,
        "MINI_ML_EMULATOR_PORT": 4566,
    }


def test_a_port_can_be_set_by_the_environment_and_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_API_PORT", "9000")
    (tmp_path / ".env").write_text("MINI_ML_TRAINER_PORT=9001\nSOMETHING_ELSE=1\n")

    settings = LocalSettings()

    assert (settings.api_port, settings.trainer_port) == (9000, 9001)


def test_two_services_cannot_share_a_port() -> None:
    with pytest.raises(ValidationError, match="Ports must differ: MINI_ML_API_PORT=8001, MINI_ML_TRAINER_PORT=8001"):
        LocalSettings(api_port=8001)


def test_the_example_file_holds_settings_that_exist_with_their_defaults() -> None:
    example = {name.removeprefix("MINI_ML_").lower(): value for name, value in dotenv_values(EXAMPLE).items()}
    defaults = LocalSettings().model_dump() | CliSettings().model_dump() | LogSettings().model_dump()

    assert {name: str(defaults.get(name)) for name in example} == example
