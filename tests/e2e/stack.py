"""The platform in containers, started by Compose under a name and on ports of its own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx2

from mini_ml.local.listening import free_ports
from tests.e2e.tools import ROOT, compose_command, docker

SAMPLES = ROOT / "samples"
SEAL_KEY = "the seal key of the containers"
README_LINE = "docker compose up --build --wait"


@dataclass(frozen=True)
class Stack:
    """One Compose project."""

    project: str
    files: tuple[str, ...]
    ports: Mapping[str, int]

    @property
    def network(self) -> str:
        """The network on which the emulated AWS is called `localstack`."""
        return f"{self.project}_default"

    @property
    def api_url(self) -> str:
        return f"http://localhost:{self.ports['MINI_ML_API_PORT']}"

    @property
    def endpoint_url(self) -> str:
        return f"http://localhost:{self.ports['MINI_ML_EMULATOR_PORT']}"

    @property
    def gateway_url(self) -> str:
        return f"{self.endpoint_url}/_aws/execute-api/mini-ml/local"

    def service_url(self, service: str) -> str:
        """Return the address of a service."""
        return f"http://localhost:{self.ports[f'MINI_ML_{service.upper()}_PORT']}"

    def compose(self, *arguments: str) -> str:
        """Run Compose on this project; a failure fails the test with what it complained of."""
        named = [argument for file in self.files for argument in ("--file", file)]
        done = subprocess.run(
            [*self._command, "--project-name", self.project, *named, *arguments],
            cwd=ROOT,
            env={**os.environ, **{name: str(port) for name, port in self.ports.items()}, "MINI_ML_SEAL_KEY": SEAL_KEY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stderr}\n{self._logs() if 'up' in arguments else ''}"
        return done.stdout

    def up(self) -> None:
        """Build what has changed, start everything and return when it is healthy, by the very line of the README."""
        self.compose(*README_LINE.removeprefix("docker compose ").split())

    def aws(self, *arguments: str) -> str:
        """Run the `aws` command in its container, as a user would who has Docker alone."""
        return self.compose("run", "--rm", "aws", *arguments)

    def http(self, base_url: str) -> httpx2.Client:
        """Return a client from outside of the containers; it follows no redirect by itself."""
        return httpx2.Client(base_url=f"{base_url}/", trust_env=False, timeout=60)

    def inspected(self, service: str) -> dict[str, Any]:
        """Return what the engine knows of a service's container."""
        container = self.compose("ps", "--all", "--quiet", service).strip()
        found: list[dict[str, Any]] = json.loads(docker("inspect", container))
        return found[0]

    def _logs(self) -> str:
        names = docker("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.project}").split()
        tails = (
            subprocess.run(["docker", "logs", "--tail", "20", name], capture_output=True, text=True) for name in names
        )
        return "\n".join(tail.stdout + tail.stderr for tail in tails)

    @cached_property
    def _command(self) -> list[str]:
        return compose_command()


@contextmanager
def running(project: str, *files: str) -> Iterator[Stack]:
    """Start the project, and remove all of it when the block ends."""
    names = ("MINI_ML_API_PORT", "MINI_ML_TRAINER_PORT", "MINI_ML_PREDICT_PORT", "MINI_ML_EMULATOR_PORT")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    stack = Stack(project=project, files=("docker-compose.yml", *files), ports=ports)
    try:
        stack.up()
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout", "5")
