"""Commands and environments of the processes of the local platform."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mini_ml.adapters.auth import api_keys
from mini_ml.local import emulator
from mini_ml.local.environment import build_process_environment
from mini_ml.local.listening import LOOPBACK
from mini_ml.local.provision import Account
from mini_ml.local.settings import LocalSettings
from mini_ml.local.statefolder import StateFolder
from mini_ml.local.supervisor import Command
from mini_ml.topology import ADMIN, LOCAL_NAMES, ONE_THREAD, STAGES, Function, QueueName, Service, Stage, functions

EMULATOR: Final = "emulator"
UVICORN_OPTIONS: Final = ("--http", "h11", "--no-access-log")
"""Options of uvicorn for every service. h11 limits the size of the request head, which httptools does not. The services
write the access log themselves, by route and without content."""


@dataclass(frozen=True, kw_only=True)
class LocalProcesses:
    """Builds the command of each process from the settings and the state folder."""

    settings: LocalSettings
    folder: StateFolder

    @property
    def endpoint_url(self) -> str:
        """URL of the emulated AWS."""
        return emulator.endpoint_url(self.settings.emulator_port)

    @property
    def service_urls(self) -> dict[Service, str]:
        """URL of each service."""
        ports: dict[Service, int] = {
            "api": self.settings.api_port,
            "trainer": self.settings.trainer_port,
            "predict": self.settings.predict_port,
        }
        return {service: f"http://{LOOPBACK}:{port}" for service, port in ports.items()}

    def queue_url(self, name: QueueName) -> str:
        """Return the URL of a queue, which depends on its name only, so services can start before the queue exists."""
        return emulator.queue_url(self.endpoint_url, LOCAL_NAMES.queue(name))

    def emulator_command(self) -> Command:
        """Return the command of the emulated AWS."""
        folder = self.folder.emulator
        environment = emulator.environment(port=self.settings.emulator_port, folder=folder)
        return self._command(EMULATOR, emulator.MODULE, (), {**build_process_environment(home=folder), **environment})

    def service_commands(self) -> Iterator[Command]:
        """Return the web server of each service."""
        for service, url in self.service_urls.items():
            port = url.rpartition(":")[2]
            arguments = (f"functions.{service}.app:app", "--host", LOOPBACK, "--port", port)
            graceful = ("--timeout-graceful-shutdown", "1")
            environment = {**self._service_environment(service), "MINI_ML_METRICS_PROCESS": service}
            yield self._command(service, "uvicorn", arguments + graceful + UVICORN_OPTIONS, environment)

    def poller_commands(self) -> Iterator[Command]:
        """Return the pollers of each function that has a queue."""
        counts = {"trainer": self.settings.trainer_pollers, "predict-batch": self.settings.predict_pollers}
        for function in functions(STAGES[self.settings.stage]):
            for number in range(1, counts.get(function.name, 1) + 1):
                if function.queue is not None:
                    yield self._poller_command(function, function.queue, number)

    def _poller_command(self, function: Function, queue: QueueName, number: int) -> Command:
        environment = build_poller_environment(
            function, queue_url=self.queue_url(queue), stage=STAGES[self.settings.stage]
        )
        name = f"{function.name}-poller-{number}"
        service = self._service_environment(function.service)
        return self._command(
            name, "mini_ml.local.poller", (), {**service, **environment, "MINI_ML_METRICS_PROCESS": name}
        )

    def _service_environment(self, service: Service) -> dict[str, str]:
        return {
            **build_process_environment(home=self.folder.work),
            **ONE_THREAD,
            "AWS_ACCESS_KEY_ID": emulator.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": emulator.SECRET_KEY,
            "AWS_DEFAULT_REGION": emulator.REGION,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self._auth_environment(),
            "MINI_ML_STAGE": self.settings.stage,
            "MINI_ML_UPLOADS_BUCKET": LOCAL_NAMES.uploads_bucket,
            "MINI_ML_ARTIFACTS_BUCKET": LOCAL_NAMES.artifacts_bucket,
            "MINI_ML_TRAIN_QUEUE_URL": self.queue_url("train"),
            "MINI_ML_PREDICT_QUEUE_URL": self.queue_url("predict"),
            "MINI_ML_PUBLIC_S3_URL": self.endpoint_url,
            "MINI_ML_TRAINER_URL": self.service_urls["trainer"],
            "MINI_ML_PREDICT_URL": self.service_urls["predict"],
            "MINI_ML_SEAL_KEY": self.folder.seal_key(),
            "MINI_ML_ACCEPTED_SEAL_KEYS": self.settings.accepted_seal_keys,
            "MINI_ML_METRICS": "prometheus",
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder.metrics(service)),
            "MINI_ML_LOG_FORMAT": "json",  # `mini-ml logs` reads the files
        }

    def _auth_environment(self) -> dict[str, str]:
        """Return the authentication settings: the configured API keys, and the admin key of the state folder."""
        if self.settings.auth == "off":
            return {"MINI_ML_AUTH": "off"}
        admin = api_keys.ApiKey(
            name="local-admin", scopes=frozenset({ADMIN}), sha256=api_keys.digest(self.folder.admin_key())
        )
        return {"MINI_ML_AUTH": "on", "MINI_ML_API_KEYS": f"{self.settings.api_keys} {admin}"}

    def _command(self, name: str, module: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> Command:
        return Command(
            name=name,
            module=module,
            arguments=arguments,
            environment=environment,
            folder=self.folder.work,
            log=self.folder.logs / f"{name}.log",
        )


def build_poller_environment(function: Function, *, queue_url: str, stage: Stage) -> dict[str, str]:
    """Return the environment variables that configure a poller for one function."""
    environment = {
        "MINI_ML_HANDLER": function.handler,
        "MINI_ML_FUNCTION_NAME": function.name,
        "MINI_ML_QUEUE_URL": queue_url,
        "MINI_ML_TIMEOUT_SECONDS": str(function.timeout_seconds),
        "MINI_ML_RETRY_SECONDS": str(stage.return_seconds),
    }
    if function.queue is not None:
        environment["MINI_ML_QUEUE"] = function.queue
    if function.sweeps:
        environment["MINI_ML_SCHEDULE_SECONDS"] = str(stage.sweep_every_seconds)
    return environment


def local_account(endpoint_url: str) -> Account:
    """Return the account of the emulated AWS at `endpoint_url`."""
    return Account(
        endpoint_url=endpoint_url,
        number=emulator.ACCOUNT,
        region=emulator.REGION,
        access_key=emulator.ACCESS_KEY,
        secret_key=emulator.SECRET_KEY,
    )
