"""Docker, Docker Compose and AWS's Runtime Interface Emulator."""

import platform
import subprocess
from pathlib import Path

from tests.fixtures.environments import environment_of

ROOT = Path(__file__).parents[2]


def docker(*arguments: str, stdin: str | None = None) -> str:
    """Run `docker …` and return its output; fail the test with its error output if it fails."""
    done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def compose_command() -> list[str]:
    """Return the command of Docker Compose: the engine's plugin, or else the one in the pinned packages."""
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0:
        return ["docker", "compose"]
    return [str(environment_of("containers") / "bin" / "docker-compose")]


def runtime_emulator() -> Path:
    """Return the path of the Runtime Interface Emulator for this machine, which serves a Lambda image over HTTP."""
    machine = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    [rapid] = environment_of("containers").glob("lib/python*/site-packages/samcli/local/rapid")
    return rapid / f"aws-lambda-rie-{machine}"
