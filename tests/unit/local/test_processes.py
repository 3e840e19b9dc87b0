"""What the processes of the embedded cloud are told."""

import hashlib
from pathlib import Path

import pytest

from mini_ml.local.processes import Plan
from mini_ml.local.settings import LocalSettings
from mini_ml.local.statefolder import opened


def _plan(path: Path, *, trainer_pollers: int = 1) -> Plan:
    with opened(path) as folder:
        return Plan(settings=LocalSettings(state_dir=path, trainer_pollers=trainer_pollers), folder=folder)


def test_no_process_is_told_of_the_users_own_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example")
    plan = _plan(tmp_path)

    environments = [command.environment for command in [plan.emulator(), *plan.uvicorns(), *plan.pollers()]]

    told = [name for environment in environments for name in environment]
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & set(told)
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
    plan = _plan(tmp_path)
    commands = [plan.emulator(), *plan.uvicorns(), *plan.pollers()]
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)

    elsewhere = [plan.emulator(), *plan.uvicorns(), *plan.pollers()]

    assert [dict(command.environment) for command in elsewhere] == [dict(command.environment) for command in commands]


def test_a_process_gets_the_settings_of_the_env_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("MINI_ML_LOG_LEVEL=DEBUG\nMINI_ML_ALIAS_FRESH_SECONDS=3\nBASE_IMAGE=python\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINI_ML_LOG_LEVEL", "ERROR")

    service = next(iter(_plan(tmp_path).uvicorns())).environment

    assert (service["MINI_ML_LOG_LEVEL"], service["MINI_ML_ALIAS_FRESH_SECONDS"]) == ("ERROR", "3")
    assert "BASE_IMAGE" not in service


def test_what_the_user_set_for_the_platform_reaches_the_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINI_ML_LOG_LEVEL", "DEBUG")

    service = next(iter(_plan(tmp_path).uvicorns()))

    assert service.environment["MINI_ML_LOG_LEVEL"] == "DEBUG"


def test_every_queue_has_a_poller_and_the_api_sweeps(tmp_path: Path) -> None:
    pollers = {command.name: command.environment for command in _plan(tmp_path).pollers()}

    assert set(pollers) == {"api-poller-1", "trainer-poller-1", "predict-batch-poller-1"}
    assert "MINI_ML_SCHEDULE_SECONDS" in pollers["api-poller-1"]
    assert "MINI_ML_SCHEDULE_SECONDS" not in pollers["trainer-poller-1"]
    assert pollers["trainer-poller-1"]["MINI_ML_HANDLER"] == "functions.trainer.handler:lambda_handler"


def test_pollers_are_multiplied_by_a_setting(tmp_path: Path) -> None:
    names = [command.name for command in _plan(tmp_path, trainer_pollers=2).pollers()]

    assert {"trainer-poller-1", "trainer-poller-2"} <= set(names)


def test_arithmetic_runs_on_one_thread(tmp_path: Path) -> None:
    commands = [*_plan(tmp_path).uvicorns(), *_plan(tmp_path).pollers()]

    assert {command.environment["OMP_NUM_THREADS"] for command in commands} == {"1"}


def test_the_services_listen_on_loopback_and_ask_nobody_unless_told_to(tmp_path: Path) -> None:
    services = list(_plan(tmp_path).uvicorns())

    assert {service.arguments[1:3] for service in services} == {("--host", "127.0.0.1")}
    assert {service.environment["MINI_ML_AUTH"] for service in services} == {"off"}
    assert not (tmp_path / "admin.key").exists()


def test_services_that_ask_know_the_key_of_the_state_folder_by_its_digest(tmp_path: Path) -> None:
    ci = f"ci:train:{'ab' * 32}"
    with opened(tmp_path) as folder:
        settings = LocalSettings(state_dir=tmp_path, auth="on", api_keys=ci)
        commands = [*Plan(settings=settings, folder=folder).uvicorns()]
        again = folder.admin_key()
    key = (tmp_path / "admin.key").read_text()

    told = {command.environment["MINI_ML_API_KEYS"] for command in commands}
    assert told == {f"{ci} local-admin:admin:{hashlib.sha256(key.encode()).hexdigest()}"}
    assert {command.environment["MINI_ML_AUTH"] for command in commands} == {"on"}
    assert again == key
    assert (tmp_path / "admin.key").stat().st_mode & 0o777 == 0o600
