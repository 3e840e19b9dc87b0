"""Which processes the embedded cloud has, and the environment of each."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mini_ml.adapters.auth import api_keys
from mini_ml.local import emulator
from mini_ml.local.environment import process_environment
from mini_ml.local.listening import LOOPBACK
from mini_ml.local.provision import Account
from mini_ml.local.settings import LocalSettings
from mini_ml.local.statefolder import StateFolder
from mini_ml.local.supervisor import Command
from mini_ml.topology import ADMIN, LOCAL_NAMES, STAGES, Function, QueueName, Service, Stage, functions

EMULATOR: Final = "emulator"
ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Sums of floats depend on how many threads share them; one thread, same model."""
SERVED_BY: Final = ("--http", "h11", "--no-access-log")
"""How uvicorn runs a service. h11 limits the size of a request's head, which httptools does not; each service logs its
requests itself, by route and without their content."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that the processes need to know."""

    settings: LocalSettings
    folder: StateFolder

    @property
    def endpoint_url(self) -> str:
        """Address of the emulated AWS."""
        return emulator.endpoint_url(self.settings.emulator_port)

    @property
    def services(self) -> dict[Service, str]:
        """Address of each service."""
        ports: dict[Service, int] = {
            "api": self.settings.api_port,
            "trainer": self.settings.trainer_port,
            "predict": self.settings.predict_port,
        }
        return {service: f"http://{LOOPBACK}:{port}" for service, port in ports.items()}

    def queue_url(self, name: QueueName) -> str:
        """Return the address of a queue; it follows from the name, so services need not wait for the queue."""
        return emulator.queue_url(self.endpoint_url, LOCAL_NAMES.queue(name))

    def emulator(self) -> Command:
        """Return the emulated AWS."""
        folder = self.folder.emulator
        environment = emulator.environment(port=self.settings.emulator_port, folder=folder)
        return self._command(EMULATOR, emulator.MODULE, (), {**process_environment(home=folder), **environment})

    def uvicorns(self) -> Iterator[Command]:
        """Return the services over HTTP."""
        for service, url in self.services.items():
            port = url.rpartition(":")[2]
            arguments = (f"functions.{service}.app:app", "--host", LOOPBACK, "--port", port)
            graceful = ("--timeout-graceful-shutdown", "1")
            yield self._command(service, "uvicorn", arguments + graceful + SERVED_BY, self._environment())

    def pollers(self) -> Iterator[Command]:
        """Return the event source mappings and the schedule."""
        counts = {"trainer": self.settings.trainer_pollers, "predict-batch": self.settings.predict_pollers}
        for function in functions(STAGES[self.settings.stage]):
            for number in range(1, counts.get(function.name, 1) + 1):
                if function.queue is not None:
                    yield self._poller(function, function.queue, number)

    def _poller(self, function: Function, queue: QueueName, number: int) -> Command:
        told = told_to_poller(function, queue_url=self.queue_url(queue), stage=STAGES[self.settings.stage])
        name = f"{function.name}-poller-{number}"
        return self._command(name, "mini_ml.local.poller", (), {**self._environment(), **told})

    def _environment(self) -> dict[str, str]:
        return {
            **process_environment(home=self.folder.work),
            **ONE_THREAD,
            "AWS_ACCESS_KEY_ID": emulator.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": emulator.SECRET_KEY,
            "AWS_DEFAULT_REGION": emulator.REGION,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self._access(),
            "MINI_ML_STAGE": self.settings.stage,
            "MINI_ML_UPLOADS_BUCKET": LOCAL_NAMES.uploads_bucket,
            "MINI_ML_ARTIFACTS_BUCKET": LOCAL_NAMES.artifacts_bucket,
            "MINI_ML_TRAIN_QUEUE_URL": self.queue_url("train"),
            "MINI_ML_PREDICT_QUEUE_URL": self.queue_url("predict"),
            "MINI_ML_PUBLIC_S3_URL": self.endpoint_url,
            "MINI_ML_TRAINER_URL": self.services["trainer"],
            "MINI_ML_PREDICT_URL": self.services["predict"],
            "MINI_ML_SEAL_KEY": self.folder.seal_key(),
        }

    def _access(self) -> dict[str, str]:
        """Return who may call: whoever was named, and who can read the key in the state folder."""
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


def told_to_poller(function: Function, *, queue_url: str, stage: Stage) -> dict[str, str]:
    """Return the environment that makes a poller the event source mapping, and the schedule, of a function."""
    told = {
        "MINI_ML_HANDLER": function.handler,
        "MINI_ML_FUNCTION_NAME": function.name,
        "MINI_ML_QUEUE_URL": queue_url,
        "MINI_ML_TIMEOUT_SECONDS": str(function.timeout_seconds),
        "MINI_ML_RETRY_SECONDS": str(stage.return_seconds),
    }
    if function.sweeps:
        told["MINI_ML_SCHEDULE_SECONDS"] = str(stage.sweep_every_seconds)
    return told


def local_account(endpoint_url: str) -> Account:
    """Return the emulated account."""
    return Account(
        endpoint_url=endpoint_url,
        number=emulator.ACCOUNT,
        region=emulator.REGION,
        access_key=emulator.ACCESS_KEY,
        secret_key=emulator.SECRET_KEY,
    )
