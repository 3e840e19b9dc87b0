"""Run one service in a container, its web server and its pollers: `python -m mini_ml.local.service`.

The image is the one deployed to Lambda, where AWS invokes the same handlers.
"""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters import logs
from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.adapters.configuration import read_settings
from mini_ml.adapters.monitoring.folder import empty_folder
from mini_ml.adapters.monitoring.settings import MetricsSettings
from mini_ml.adapters.settings import CloudSettings
from mini_ml.local import interrupts
from mini_ml.local.processes import UVICORN_OPTIONS, build_poller_environment
from mini_ml.local.supervisor import Command, Supervisor
from mini_ml.topology import ONE_THREAD, STAGES, Service, functions

logger = logging.getLogger(__name__)

_STOP_SECONDS: Final = 5.0


class ServiceSettings(BaseSettings):
    """Settings of a service's container; the service inherits all other variables."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", env_ignore_empty=True, frozen=True, extra="ignore")

    service: Service
    """Service to run: `api`, `trainer` or `predict`."""

    port: int = Field(default=8000, ge=1, le=65535)
    """Port of the web server, on all interfaces of the container."""

    stage: Literal["local", "test"]
    """Stage that sets leases, timeouts and schedules; `test` uses a few seconds."""

    pollers: int = Field(default=1, ge=1, le=16)
    """Number of messages of the service's queue to process in parallel."""

    queue_url: str
    """URL of the queue that the service's pollers poll."""


def build_commands(settings: ServiceSettings) -> Iterator[Command]:
    """Build the command of the web server, then those of the pollers."""
    environment = {**ONE_THREAD, **os.environ}
    yield _build_command(settings.service, "uvicorn", _uvicorn_arguments(settings), environment)
    stage = STAGES[settings.stage]
    for function in functions(stage):
        if function.service == settings.service and function.queue is not None:
            poller = build_poller_environment(function, queue_url=settings.queue_url, stage=stage)
            for number in range(1, settings.pollers + 1):
                yield _build_command(
                    f"{function.name}-poller-{number}", "mini_ml.local.poller", (), {**environment, **poller}
                )


def _uvicorn_arguments(settings: ServiceSettings) -> tuple[str, ...]:
    all_interfaces = "0.0.0.0"  # noqa: S104  # the container's published ports decide who can connect
    address = ("--host", all_interfaces, "--port", str(settings.port))
    return (f"functions.{settings.service}.app:app", *address, "--timeout-graceful-shutdown", "4", *UVICORN_OPTIONS)


def _build_command(name: str, module: str, arguments: tuple[str, ...], environment: dict[str, str]) -> Command:
    environment = {**environment, "MINI_ML_METRICS_PROCESS": name}
    return Command(name=name, module=module, arguments=arguments, environment=environment, folder=Path.cwd(), log=None)


def main() -> None:
    """Run the service until SIGTERM or Ctrl-C; processes that end are restarted."""
    interrupts.install_handlers()
    settings = read_settings(ServiceSettings)
    for shared in (AuthSettings, CloudSettings):  # checked here, because a process that ends later is restarted
        read_settings(shared)
    if (folder := read_settings(MetricsSettings).metrics_folder) is not None:
        empty_folder(folder)
    logs.configure(settings.service)
    supervisor = Supervisor(report=lambda text: logger.warning("process_ended", extra={"reason": text}))
    try:
        for command in build_commands(settings):
            supervisor.start(command)
        supervisor.watch()
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stop(last="", seconds=_STOP_SECONDS, last_seconds=_STOP_SECONDS)


if __name__ == "__main__":
    main()
