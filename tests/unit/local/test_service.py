"""Processes of a service's container."""

from pathlib import Path

import pytest

from mini_ml.adapters.settings import CloudSettings
from mini_ml.local import interrupts, service
from mini_ml.local.service import ServiceSettings, build_commands
from mini_ml.local.supervisor import Command
from mini_ml.topology import ONE_THREAD
from tests.fixtures.emulated import cloud_environment
from tests.fixtures.required import required_variables

QUEUE_URL = "http://localstack:4566/000000000000/mini-ml-train"


def _commands(service: str, monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Command]:
    variables = {"MINI_ML_SERVICE": service, "MINI_ML_STAGE": "local", "MINI_ML_QUEUE_URL": QUEUE_URL, **environment}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return {command.name: command for command in build_commands(ServiceSettings())}


@pytest.mark.parametrize(
    ("service", "poller"),
    [("api", "sweeper-poller-1"), ("trainer", "trainer-poller-1"), ("predict", "predict-batch-poller-1")],
)
def test_a_service_runs_a_web_server_and_the_poller_of_its_queue(
    service: str, poller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _commands(service, monkeypatch, MINI_ML_PORT="8007")

    assert set(found) == {service, poller}
    assert found[service].arguments[:5] == (f"functions.{service}.app:app", "--host", "0.0.0.0", "--port", "8007")
    assert found[poller].environment["MINI_ML_QUEUE_URL"] == QUEUE_URL
    assert found[poller].environment["MINI_ML_HANDLER"] == f"functions.{service}.handler:lambda_handler"


def test_only_the_api_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    services = {service: _commands(service, monkeypatch) for service in ("api", "trainer", "predict")}

    sweeping = [
        name
        for found in services.values()
        for name, command in found.items()
        if "MINI_ML_SCHEDULE_SECONDS" in command.environment
    ]

    assert sweeping == ["sweeper-poller-1"]


def test_pollers_are_multiplied_by_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(_commands("trainer", monkeypatch, MINI_ML_POLLERS="3")) == 4


def test_a_service_receives_the_environment_of_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"MINI_ML_TRAIN_QUEUE_URL": QUEUE_URL, "MINI_ML_LOG_LEVEL": "DEBUG", "OMP_NUM_THREADS": "2"}

    for command in _commands("api", monkeypatch, **given).values():
        assert {name: command.environment[name] for name in given} == given


def test_numeric_libraries_use_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = _commands("trainer", monkeypatch).values()

    assert [command.environment for command in commands if not ONE_THREAD.items() <= command.environment.items()] == []


@pytest.mark.parametrize("missing", required_variables(ServiceSettings) + required_variables(CloudSettings))
def test_a_container_without_a_required_variable_ends_and_names_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    required = {"MINI_ML_SERVICE": "api", "MINI_ML_QUEUE_URL": QUEUE_URL, **cloud_environment("http://localstack:4566")}
    for name, value in {**required, "MINI_ML_AUTH": "off"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    monkeypatch.setattr(interrupts, "install_handlers", lambda: None)

    with pytest.raises(SystemExit) as ended:
        service.main()

    assert ended.value.code == f"{missing} is required, but it is not set."


def test_every_process_counts_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _commands("trainer", monkeypatch, MINI_ML_POLLERS="2", PROMETHEUS_MULTIPROC_DIR="/metrics")

    names = {name: command.environment["MINI_ML_METRICS_PROCESS"] for name, command in found.items()}
    assert names == {name: name for name in ("trainer", "trainer-poller-1", "trainer-poller-2")}
    assert {command.environment["PROMETHEUS_MULTIPROC_DIR"] for command in found.values()} == {"/metrics"}


def test_a_container_starts_without_the_metrics_of_its_last_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    required = {"MINI_ML_SERVICE": "api", "MINI_ML_QUEUE_URL": QUEUE_URL, **cloud_environment("http://localstack:4566")}
    for name, value in {**required, "MINI_ML_AUTH": "off", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(interrupts, "install_handlers", lambda: None)
    (tmp_path / "counter_api-poller-1.db").write_bytes(b"of the last run")

    def stop_at_once(settings: ServiceSettings) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "build_commands", stop_at_once)
    service.main()

    assert list(tmp_path.iterdir()) == []
