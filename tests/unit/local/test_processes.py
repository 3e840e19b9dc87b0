"""Environments and commands of the local platform's processes."""

import hashlib
from pathlib import Path

import pytest

from mini_ml.local.processes import LocalProcesses
from mini_ml.local.settings import LocalSettings
from mini_ml.local.statefolder import open_state_folder
from mini_ml.topology import ONE_THREAD
from tests.fixtures.required import SERVICE_SETTINGS, required_variables


def _processes(path: Path, *, trainer_pollers: int = 1) -> LocalProcesses:
    with open_state_folder(path) as folder:
        return LocalProcesses(settings=LocalSettings(state_dir=path, trainer_pollers=trainer_pollers), folder=folder)


def test_no_process_receives_the_users_aws_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example")
    processes = _processes(tmp_path)

    environments = [
        command.environment
        for command in [processes.emulator_command(), *processes.service_commands(), *processes.poller_commands()]
    ]

    names = [name for environment in environments for name in environment]
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & set(names)
    assert {environment.get("AWS_ACCESS_KEY_ID", "test") for environment in environments} == {"test"}


HOSTILE = {
    "HOME": "/nonexistent",
    "PATH": "/nonexistent",
    "LANG": "tr_TR",
    "LC_ALL": "tr_TR",
    "TZ": "Asia/Kathmandu",
    "TERM": "xterm",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "https_proxy": "http://127.0.0.1:1",
    "PYTHONWARNINGS": "error",
    "PYTHONIOENCODING": "ascii",
    "PYTHONOPTIMIZE": "2",
    "OMP_NUM_THREADS": "7",
}


def test_no_process_depends_on_the_environment_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = _processes(tmp_path)
    commands = [processes.emulator_command(), *processes.service_commands(), *processes.poller_commands()]
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)

    elsewhere = [processes.emulator_command(), *processes.service_commands(), *processes.poller_commands()]

    assert [dict(command.environment) for command in elsewhere] == [dict(command.environment) for command in commands]


def test_a_process_receives_the_settings_of_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("MINI_ML_LOG_LEVEL=DEBUG\nMINI_ML_ALIAS_FRESH_SECONDS=3\nBASE_IMAGE=python\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINI_ML_LOG_LEVEL", "ERROR")

    service = next(iter(_processes(tmp_path).service_commands())).environment

    assert (service["MINI_ML_LOG_LEVEL"], service["MINI_ML_ALIAS_FRESH_SECONDS"]) == ("ERROR", "3")
    assert "BASE_IMAGE" not in service


def test_the_users_settings_reach_the_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_LOG_LEVEL", "DEBUG")

    service = next(iter(_processes(tmp_path).service_commands()))

    assert service.environment["MINI_ML_LOG_LEVEL"] == "DEBUG"


def test_every_queue_has_a_poller_and_the_api_sweeps(tmp_path: Path) -> None:
    pollers = {command.name: command.environment for command in _processes(tmp_path).poller_commands()}

    assert set(pollers) == {"sweeper-poller-1", "trainer-poller-1", "predict-batch-poller-1"}
    assert "MINI_ML_SCHEDULE_SECONDS" in pollers["sweeper-poller-1"]
    assert "MINI_ML_SCHEDULE_SECONDS" not in pollers["trainer-poller-1"]
    assert pollers["trainer-poller-1"]["MINI_ML_HANDLER"] == "functions.trainer.handler:lambda_handler"


def test_pollers_are_multiplied_by_a_setting(tmp_path: Path) -> None:
    names = [command.name for command in _processes(tmp_path, trainer_pollers=2).poller_commands()]

    assert {"trainer-poller-1", "trainer-poller-2"} <= set(names)


def test_numeric_libraries_use_one_thread(tmp_path: Path) -> None:
    commands = [*_processes(tmp_path).service_commands(), *_processes(tmp_path).poller_commands()]

    assert [command.name for command in commands if not ONE_THREAD.items() <= command.environment.items()] == []


def test_every_process_of_a_service_receives_what_the_service_requires(tmp_path: Path) -> None:
    processes = _processes(tmp_path)
    received = [*processes.service_commands(), *processes.poller_commands()]

    for command in received:
        for settings in SERVICE_SETTINGS.values():
            required = {*required_variables(settings), "AWS_ENDPOINT_URL"}
            assert required - set(command.environment) == set(), command.name


def test_the_services_receive_the_names_of_the_local_cloud(tmp_path: Path) -> None:
    service = next(iter(_processes(tmp_path).service_commands())).environment

    assert service["MINI_ML_STAGE"] == "local"
    assert (service["MINI_ML_UPLOADS_BUCKET"], service["MINI_ML_ARTIFACTS_BUCKET"]) == (
        "mini-ml-uploads",
        "mini-ml-artifacts",
    )
    assert service["MINI_ML_TRAIN_QUEUE_URL"] == "http://127.0.0.1:4566/000000000000/mini-ml-train"
    assert service["MINI_ML_PREDICT_QUEUE_URL"] == "http://127.0.0.1:4566/000000000000/mini-ml-predict"


def test_by_default_the_services_listen_on_loopback_without_authentication(tmp_path: Path) -> None:
    services = list(_processes(tmp_path).service_commands())

    assert {service.arguments[1:3] for service in services} == {("--host", "127.0.0.1")}
    assert {service.environment["MINI_ML_AUTH"] for service in services} == {"off"}
    assert not (tmp_path / "admin.key").exists()


def test_with_authentication_the_services_receive_the_hash_of_the_admin_key(tmp_path: Path) -> None:
    ci = f"ci:train:{'ab' * 32}"
    with open_state_folder(tmp_path) as folder:
        settings = LocalSettings(state_dir=tmp_path, auth="on", api_keys=ci)
        commands = [*LocalProcesses(settings=settings, folder=folder).service_commands()]
        again = folder.admin_key()
    key = (tmp_path / "admin.key").read_text()

    api_keys = {command.environment["MINI_ML_API_KEYS"] for command in commands}
    assert api_keys == {f"{ci} local-admin:admin:{hashlib.sha256(key.encode()).hexdigest()}"}
    assert {command.environment["MINI_ML_AUTH"] for command in commands} == {"on"}
    assert again == key
    assert (tmp_path / "admin.key").stat().st_mode & 0o777 == 0o600


def test_the_processes_of_a_service_share_a_folder_for_their_metrics_under_names_of_their_own(tmp_path: Path) -> None:
    processes = _processes(tmp_path, trainer_pollers=2)

    shared: dict[str, list[str]] = {}
    for command in [*processes.service_commands(), *processes.poller_commands()]:
        assert command.environment["MINI_ML_METRICS"] == "prometheus"
        folder = command.environment["PROMETHEUS_MULTIPROC_DIR"]
        shared.setdefault(folder, []).append(command.environment["MINI_ML_METRICS_PROCESS"])

    metrics = tmp_path / "metrics"
    assert shared == {
        str(metrics / "api"): ["api", "sweeper-poller-1"],
        str(metrics / "trainer"): ["trainer", "trainer-poller-1", "trainer-poller-2"],
        str(metrics / "predict"): ["predict", "predict-batch-poller-1"],
    }


def test_a_poller_knows_the_queue_that_it_measures(tmp_path: Path) -> None:
    pollers = {command.name: command.environment["MINI_ML_QUEUE"] for command in _processes(tmp_path).poller_commands()}

    assert pollers == {
        "sweeper-poller-1": "dead-letters",
        "trainer-poller-1": "train",
        "predict-batch-poller-1": "predict",
    }
