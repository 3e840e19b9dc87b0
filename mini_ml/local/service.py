"""One service in one container: its web server and the pollers of its functions, by `python -m mini_ml.local.service`.

The image is the one that goes to Lambda, where the same handlers are called by AWS instead.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.local import emulator, interrupts
from mini_ml.local.processes import ONE_THREAD, SERVED_BY, told_to_poller
from mini_ml.local.supervisor import Command, Supervisor
from mini_ml.topology import LOCAL_NAMES, STAGES, Service, functions

_STOP_SECONDS: Final = 5.0


class ServiceSettings(BaseSettings):
    """Which service a container runs, and where its cloud is; the service inherits the rest of the environment."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, extra="ignore")

    service: Service
    """The service: `api`, `trainer` or `predict`."""

    port: int = Field(default=8000, ge=1, le=65535)
    """Port of the web server, on every address of the container."""

    stage: Literal["local", "test"] = "local"
    """Leases, timeouts and schedules; `test` counts in seconds."""

    pollers: int = Field(default=1, ge=1, le=16)
    """How many messages of the service's queue may be worked on at once."""

    aws_endpoint_url: str = Field(validation_alias="AWS_ENDPOINT_URL")
    """Address of the emulated AWS."""


def commands(settings: ServiceSettings) -> Iterator[Command]:
    """Return the web server, then the pollers."""
    yield _command(settings.service, "uvicorn", _served(settings), _environment(settings))
    stage = STAGES[settings.stage]
    for function in functions(stage):
        if function.service == settings.service and function.queue is not None:
            queue_url = emulator.queue_url(settings.aws_endpoint_url, LOCAL_NAMES.queue(function.queue))
            told = {**_environment(settings), **told_to_poller(function, queue_url=queue_url, stage=stage)}
            for number in range(1, settings.pollers + 1):
                yield _command(f"{function.name}-poller-{number}", "mini_ml.local.poller", (), told)


def _served(settings: ServiceSettings) -> tuple[str, ...]:
    everywhere = "0.0.0.0"  # noqa: S104  # what is published decides the container's owner
    where = ("--host", everywhere, "--port", str(settings.port))
    return (f"functions.{settings.service}.app:app", *where, "--timeout-graceful-shutdown", "4", *SERVED_BY)


def _environment(settings: ServiceSettings) -> dict[str, str]:
    """Return our own environment with what follows from the endpoint."""
    return {
        **ONE_THREAD,
        **os.environ,
        "MINI_ML_TRAIN_QUEUE_URL": emulator.queue_url(settings.aws_endpoint_url, LOCAL_NAMES.queue("train")),
        "MINI_ML_PREDICT_QUEUE_URL": emulator.queue_url(settings.aws_endpoint_url, LOCAL_NAMES.queue("predict")),
    }


def _command(name: str, module: str, arguments: tuple[str, ...], environment: dict[str, str]) -> Command:
    return Command(name=name, module=module, arguments=arguments, environment=environment, folder=Path.cwd(), log=None)


def main() -> None:
    """Run until SIGTERM or Ctrl-C; processes that die are started again."""
    interrupts.listen()
    _require_a_word_on_callers()
    supervisor = Supervisor(report=lambda text: print(text, flush=True))
    try:
        for command in commands(ServiceSettings()):
            supervisor.start(command)
        supervisor.watch()
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stop(last="", seconds=_STOP_SECONDS, last_seconds=_STOP_SECONDS)


def _require_a_word_on_callers() -> None:
    """End the process unless it is said who may call: it listens on every address."""
    try:
        AuthSettings()
    except ValidationError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
