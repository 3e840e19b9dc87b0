"""The binaries that the containers are tested with: Docker's, Compose, and AWS's emulator of Lambda's runtime."""

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements" / "containers.txt"


def docker(*arguments: str, stdin: str | None = None) -> str:
    """Run `docker …` and return what it printed; a failure fails the test with what it complained of."""
    done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def compose_command() -> list[str]:
    """Return Compose: the engine's plugin, or where that is missing the one of the pinned packages."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return ["docker", "compose"] if plugin.returncode == 0 else [str(_packages() / "bin" / "docker-compose")]


def runtime_emulator() -> Path:
    """Return the Runtime Interface Emulator for this machine, which serves a Lambda image over HTTP."""
    machine = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    return _packages() / "samcli" / "local" / "rapid" / f"aws-lambda-rie-{machine}"


def _packages() -> Path:
    """Return the folder of the pinned packages, installed now unless an earlier run did."""
    pins = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = ROOT / ".tools" / f"containers-{pins}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        told: list[str | Path] = ["--no-deps", "--require-hashes", "--requirement", REQUIREMENTS, "--target", folder]
        subprocess.run([*pip, *told], check=True)
        (folder / "complete").touch()
    return folder
