"""The embedded cloud: started, kept running, and stopped."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from mini_ml.local import emulator, gateway, statefolder
from mini_ml.local.failures import StartFailed
from mini_ml.local.integrations import ThroughFunctions
from mini_ml.local.listening import check_free
from mini_ml.local.processes import EMULATOR, Plan, local_account
from mini_ml.local.provision import provision
from mini_ml.local.settings import LocalSettings
from mini_ml.local.supervisor import Supervisor
from mini_ml.topology import LOCAL_NAMES, STAGES, Service

_STOP_SECONDS: Final = 1.2
"""Grace of the services and pollers; with the emulator's it has to stay below 5 s."""
_EMULATOR_STOP_SECONDS: Final = 3.5
"""Grace of the emulator, which writes its state down when its last request has ended, or after 3 s."""
_LEFTOVER_SECONDS: Final = 8.0
"""How long the processes of a killed predecessor may take to notice that it is gone."""
_EMULATOR_SECONDS: Final = 20.0
_NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where a running cloud is reached."""

    services: Mapping[Service, str]
    gateway_url: str
    endpoint_url: str
    logs: Path


@contextmanager
def running(settings: LocalSettings, *, report: Callable[[str], None]) -> Iterator[Addresses]:
    """Run the embedded cloud while the block runs; on entry everything answers.

    Raises StateInUse, PortsTaken, StartFailed; whatever was started is stopped.
    """
    with statefolder.opened(settings.state_dir) as folder:
        check_free(settings.ports, patience_seconds=_LEFTOVER_SECONDS if folder.was_left_open else 0.0)
        plan = Plan(settings=settings, folder=folder)
        supervisor = Supervisor(report=report)
        with gateway.serving(
            {service: url for service, url in plan.services.items() if service != "trainer"}
        ) as functions:
            try:
                _start(plan, supervisor, functions)
                yield Addresses(
                    services=plan.services,
                    gateway_url=emulator.rest_api_url(plan.endpoint_url),
                    endpoint_url=plan.endpoint_url,
                    logs=folder.logs,
                )
            finally:
                supervisor.stop(last=EMULATOR, seconds=_STOP_SECONDS, last_seconds=_EMULATOR_STOP_SECONDS)


def _start(plan: Plan, supervisor: Supervisor, functions: Mapping[Service, str]) -> None:
    """Start emulator and services together, provision, then start what takes messages out of queues."""
    seconds = plan.settings.start_seconds
    supervisor.start(replace(plan.emulator(), after_restart=lambda: _make_ready_again(plan, functions)))
    for command in plan.uvicorns():
        supervisor.start(command)
    supervisor.wait_until(lambda: emulator.is_ready(plan.endpoint_url), what="the emulated AWS", seconds=seconds)
    _provision(plan, functions)
    for command in plan.pollers():
        supervisor.start(command)
    for service, url in plan.services.items():
        supervisor.wait_until(partial(_is_healthy, url), what=f"the {service} service", seconds=seconds)
    supervisor.watch()


def _provision(plan: Plan, functions: Mapping[Service, str]) -> None:
    try:
        provision(
            local_account(plan.endpoint_url),
            stage=STAGES[plan.settings.stage],
            names=LOCAL_NAMES,
            integrations=ThroughFunctions({service: emulator.forwarding(url) for service, url in functions.items()}),
            rest_api_tags=emulator.REST_API_TAGS,
        )
    except (BotoCoreError, ClientError) as error:
        raise StartFailed(f"Buckets, queues and the REST API could not be made: {error}") from error


def _make_ready_again(plan: Plan, functions: Mapping[Service, str]) -> None:
    """Provision an emulator that was started again: killed ones forget what was made since they started."""
    end = time.monotonic() + _EMULATOR_SECONDS
    while not emulator.is_ready(plan.endpoint_url):
        if time.monotonic() > end:
            raise StartFailed("the emulated AWS did not answer")
        time.sleep(0.1)
    _provision(plan, functions)


def _is_healthy(service_url: str) -> bool:
    try:
        with _NO_PROXY.open(f"{service_url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
