"""Processes of a service's container."""

import pytest

from mini_ml.local.service import ServiceSettings, build_commands
from mini_ml.local.supervisor import Command
from mini_ml.topology import ONE_THREAD

ENDPOINT = "http://localstack:4566"


def _commands(service: str, monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Command]:
    variables = {"MINI_ML_SERVICE": service, "AWS_ENDPOINT_URL": ENDPOINT, **environment}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return {command.name: command for command in build_commands(ServiceSettings())}


@pytest.mark.parametrize(
    ("service", "poller", "queue"),
    [
        ("api", "api-poller-1", "dead-letters"),
        ("trainer", "trainer-poller-1", "train"),
        ("predict", "predict-batch-poller-1", "predict"),
    ],
)
def test_a_service_runs_a_web_server_and_the_poller_of_its_queue(
    service: str, poller: str, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _commands(service, monkeypatch, MINI_ML_PORT="8007")

    assert set(found) == {service, poller}
    assert found[service].arguments[:5] == (f"functions.{service}.app:app", "--host", "0.0.0.0", "--port", "8007")
    assert found[poller].environment["MINI_ML_QUEUE_URL"] == f"{ENDPOINT}/000000000000/mini-ml-{queue}"
    assert found[poller].environment["MINI_ML_HANDLER"] == f"functions.{service}.handler:lambda_handler"


def test_only_the_api_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    services = {service: _commands(service, monkeypatch) for service in ("api", "trainer", "predict")}

    sweeping = [
        name
        for found in services.values()
        for name, command in found.items()
        if "MINI_ML_SCHEDULE_SECONDS" in command.environment
    ]

    assert sweeping == ["api-poller-1"]


def test_pollers_are_multiplied_by_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(_commands("trainer", monkeypatch, MINI_ML_POLLERS="3")) == 4


def test_numeric_libraries_use_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = _commands("trainer", monkeypatch).values()

    assert [command.environment for command in commands if not ONE_THREAD.items() <= command.environment.items()] == []


def test_a_service_receives_the_queue_urls_and_the_environment_of_the_container(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = _commands("api", monkeypatch, MINI_ML_LOG_LEVEL="DEBUG", OMP_NUM_THREADS="2")["api"].environment

    assert api["MINI_ML_TRAIN_QUEUE_URL"] == f"{ENDPOINT}/000000000000/mini-ml-train"
    assert (api["MINI_ML_LOG_LEVEL"], api["OMP_NUM_THREADS"]) == ("DEBUG", "2")
