"""Run the local platform: emulated AWS, services and pollers."""

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
from mini_ml.local.integrations import FunctionIntegrations
from mini_ml.local.listening import check_free
from mini_ml.local.processes import EMULATOR, LocalProcesses, local_account
from mini_ml.local.provision import provision
from mini_ml.local.settings import LocalSettings
from mini_ml.local.supervisor import Supervisor
from mini_ml.topology import LOCAL_NAMES, STAGES, Service

_STOP_SECONDS: Final = 1.2
"""Time the services and pollers get to stop; together with the emulator's it must stay below 5 s."""
_EMULATOR_STOP_SECONDS: Final = 3.5
"""Time the emulator gets to stop; it saves its state after its last request, or after 3 s."""
_LEFTOVER_SECONDS: Final = 8.0
"""Time to wait for ports that processes of a killed platform still use."""
_EMULATOR_SECONDS: Final = 20.0
"""Time a restarted emulator gets to answer."""
_NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Addresses of a running platform."""

    services: Mapping[Service, str]
    gateway_url: str
    endpoint_url: str
    logs: Path


@contextmanager
def run_platform(settings: LocalSettings, *, report: Callable[[str], None]) -> Iterator[Addresses]:
    """Run the local platform while the block runs; every service is healthy when the block starts.

    Args:
        settings: ports, state folder and number of pollers.
        report: receives a message for the user when a process ends unexpectedly.

    Raises:
        StateInUse: another platform runs on the state folder.
        PortsInUse: another program listens on one of the ports.
        StartFailed: a process ended, or did not answer in time.
    """
    with statefolder.open_state_folder(settings.state_dir) as folder:
        check_free(settings.ports, timeout_seconds=_LEFTOVER_SECONDS if folder.was_left_open else 0.0)
        processes = LocalProcesses(settings=settings, folder=folder)
        supervisor = Supervisor(report=report)
        with gateway.serve_events(
            {service: url for service, url in processes.service_urls.items() if service != "trainer"}
        ) as functions:
            try:
                _start(processes, supervisor, functions)
                yield Addresses(
                    services=processes.service_urls,
                    gateway_url=emulator.rest_api_url(processes.endpoint_url),
                    endpoint_url=processes.endpoint_url,
                    logs=folder.logs,
                )
            finally:
                supervisor.stop(last=EMULATOR, seconds=_STOP_SECONDS, last_seconds=_EMULATOR_STOP_SECONDS)


def _start(processes: LocalProcesses, supervisor: Supervisor, functions: Mapping[Service, str]) -> None:
    """Start the emulator and the services together, provision the cloud, then start the pollers."""
    seconds = processes.settings.start_seconds
    supervisor.start(
        replace(processes.emulator_command(), after_restart=lambda: _provision_restarted_emulator(processes, functions))
    )
    for command in processes.service_commands():
        supervisor.start(command)
    supervisor.wait_until(lambda: emulator.is_ready(processes.endpoint_url), what="the emulated AWS", seconds=seconds)
    _provision(processes, functions)
    for command in processes.poller_commands():
        supervisor.start(command)
    for service, url in processes.service_urls.items():
        supervisor.wait_until(partial(_is_healthy, url), what=f"the {service} service", seconds=seconds)
    supervisor.watch()


def _provision(processes: LocalProcesses, functions: Mapping[Service, str]) -> None:
    try:
        provision(
            local_account(processes.endpoint_url),
            stage=STAGES[processes.settings.stage],
            names=LOCAL_NAMES,
            integrations=FunctionIntegrations(
                {service: emulator.forwarding_environment(url) for service, url in functions.items()}
            ),
            rest_api_tags=emulator.REST_API_TAGS,
        )
    except (BotoCoreError, ClientError) as error:
        raise StartFailed(f"Cannot start: creating the buckets, queues and REST API failed: {error}") from error


def _provision_restarted_emulator(processes: LocalProcesses, functions: Mapping[Service, str]) -> None:
    """Provision the emulator after a restart: a killed one loses the resources created since its start."""
    end = time.monotonic() + _EMULATOR_SECONDS
    while not emulator.is_ready(processes.endpoint_url):
        if time.monotonic() > end:
            raise StartFailed(f"the emulated AWS did not answer within {_EMULATOR_SECONDS:.0f} s")
        time.sleep(0.1)
    _provision(processes, functions)


def _is_healthy(service_url: str) -> bool:
    try:
        with _NO_PROXY.open(f"{service_url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
