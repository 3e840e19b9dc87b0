"""Run the platform in containers, as a separate Compose project on free ports."""

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
        """Docker network in which the emulated AWS has the name `localstack`."""
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
        """Return the URL of a service."""
        return f"http://localhost:{self.ports[f'MINI_ML_{service.upper()}_PORT']}"

    def compose(self, *arguments: str) -> str:
        """Run Docker Compose on this project; fail the test with its error output if it fails."""
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
        """Build and start everything with the command of the README, and wait until it is healthy."""
        self.compose(*README_LINE.removeprefix("docker compose ").split())

    def aws(self, *arguments: str) -> str:
        """Run the AWS CLI in its container."""
        return self.compose("run", "--rm", "aws", *arguments)

    def http(self, base_url: str) -> httpx2.Client:
        """Return an HTTP client outside of the containers; it does not follow redirects."""
        return httpx2.Client(base_url=f"{base_url}/", trust_env=False, timeout=60)

    def inspect(self, service: str) -> dict[str, Any]:
        """Return the engine's description of a service's container."""
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
def run_stack(project: str, *files: str) -> Iterator[Stack]:
    """Run the project while the block runs, and remove it completely."""
    names = ("MINI_ML_API_PORT", "MINI_ML_TRAINER_PORT", "MINI_ML_PREDICT_PORT", "MINI_ML_EMULATOR_PORT")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    stack = Stack(project=project, files=("docker-compose.yml", *files), ports=ports)
    try:
        stack.up()
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout", "5")
