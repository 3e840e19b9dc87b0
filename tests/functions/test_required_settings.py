"""A service without a required setting ends when it starts, and names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mini_ml.adapters.configuration import read_settings
from mini_ml.topology import Service
from tests.fixtures.emulated import aws_environment, cloud_environment
from tests.fixtures.required import SERVICE_SETTINGS, required_variables

ENDPOINT = "http://127.0.0.1:4566"
REQUIRED = [
    (service, variable) for service, settings in SERVICE_SETTINGS.items() for variable in required_variables(settings)
]
each_variable = pytest.mark.parametrize(("service", "variable"), REQUIRED)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The variables of a service in the stage `test`; nothing is missing."""
    for name, value in cloud_environment(ENDPOINT).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize("service", SERVICE_SETTINGS)
def test_buckets_queues_and_stage_are_required(service: Service) -> None:
    assert required_variables(SERVICE_SETTINGS[service]) == [
        "MINI_ML_STAGE",
        "MINI_ML_UPLOADS_BUCKET",
        "MINI_ML_ARTIFACTS_BUCKET",
        "MINI_ML_TRAIN_QUEUE_URL",
        "MINI_ML_PREDICT_QUEUE_URL",
    ]


@pytest.mark.parametrize("value", [None, ""], ids=["not set", "empty"])
@each_variable
def test_a_missing_variable_is_named(
    service: Service, variable: str, value: str | None, environment: pytest.MonkeyPatch
) -> None:
    if value is None:
        environment.delenv(variable)
    else:
        environment.setenv(variable, value)

    with pytest.raises(SystemExit) as ended:
        read_settings(SERVICE_SETTINGS[service])

    assert ended.value.code == f"{variable} is required, but it is not set."


@pytest.mark.parametrize("service", SERVICE_SETTINGS)
def test_a_local_stage_requires_the_endpoint_of_its_emulator(service: Service, environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AWS_ENDPOINT_URL")

    with pytest.raises(SystemExit) as ended:
        read_settings(SERVICE_SETTINGS[service])

    assert ended.value.code == "AWS_ENDPOINT_URL is required in the stage test, but it is not set."


def test_wrong_values_are_named_one_to_a_line_and_not_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MINI_ML_STAGE", "production")
    environment.setenv("MINI_ML_SEAL_KEY", "short")

    with pytest.raises(SystemExit) as ended:
        read_settings(SERVICE_SETTINGS["api"])

    assert str(ended.value.code).splitlines() == [
        "MINI_ML_STAGE: unknown stage; use one of local, test, dev, prod",
        "MINI_ML_SEAL_KEY: Value should have at least 16 items after validation, not 5",
    ]


@pytest.mark.parametrize("how", ["web server", "handler"])
@pytest.mark.parametrize("service", SERVICE_SETTINGS)
def test_a_service_ends_at_its_start_without_a_traceback(service: Service, how: str, tmp_path: Path) -> None:
    commands = {
        "web server": ["-m", "uvicorn", f"functions.{service}.app:app", "--port", "0"],
        "handler": ["-c", f"import functions.{service}.handler"],
    }
    variables = {**aws_environment(ENDPOINT), **cloud_environment(ENDPOINT), "MINI_ML_AUTH": "off"}
    del variables["MINI_ML_UPLOADS_BUCKET"]

    ended = subprocess.run(
        [sys.executable, *commands[how]],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stderr) == (1, "MINI_ML_UPLOADS_BUCKET is required, but it is not set.\n")
