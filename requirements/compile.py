"""Pins every set of requirements with hashes: `python requirements/compile.py` (or `make pins`).

Versions that are pinned already stay, unless `--upgrade` is given or pyproject.toml no longer allows them. All sets
agree with `dev.txt`, so what is tested is what runs. The files name no index and no path.
"""

import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent
_SELF: Final = re.compile(r"mini-ml-platform\[(.*)\]")
_ANYWHERE: Final = ("--universal", "--python-version=3.11")
_ALONE: Final = (*_ANYWHERE, "--no-deps")
"""Packages that are wanted for a binary in them, which needs nothing else."""
_ON_LINUX: Final = ("--python-platform=linux", "--python-version=3.11")
"""For programs that are only measured, which have very many dependencies on other platforms."""
_AS_LOCALSTACK_WAS: Final = ("--python-platform=linux", "--python-version=3.13", "--exclude-newer=2026-02-27")
"""Its last open version runs on this Python, and what was published after it breaks it."""


@dataclass(frozen=True)
class Pins:
    """A set of requirements: extras and groups of pyproject.toml."""

    extras: tuple[str, ...]
    groups: tuple[str, ...] = ()


SETS: Final[Mapping[str, Pins]] = {
    "dev": Pins(extras=("local", "image", "infra"), groups=("dev",)),  # first: the others follow its versions
    "local": Pins(extras=("local",)),
    "emulator": Pins(extras=("emulator",)),
    "api": Pins(extras=("api", "image")),
    "trainer": Pins(extras=("api", "ml", "image")),
    "predict": Pins(extras=("api", "ml", "image")),
    "infra": Pins(extras=("infra",)),
}


def requirements_of(pins: Pins, pyproject: Mapping[str, Any]) -> list[str]:
    """Return what a set asks for, sorted; extras that name extras are followed."""
    asked = set(pyproject["project"]["dependencies"])
    for extra in pins.extras:
        asked |= _of_extra(extra, pyproject)
    for group in pins.groups:
        asked |= set(pyproject["dependency-groups"][group])
    return sorted(asked)


def digest(requirements: list[str]) -> str:
    """Return what the header of a pinned file says of its input."""
    return hashlib.sha256("\n".join(requirements).encode()).hexdigest()


def main() -> None:
    """Write every file. Needs uv and a package index."""
    pyproject = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())
    for name, pins in SETS.items():
        selected = [f"--extra={extra}" for extra in pins.extras] + [f"--group={group}" for group in pins.groups]
        constrained = [] if name == "dev" else ["--constraint=requirements/dev.txt"]
        _compile(name, [*selected, *constrained, "pyproject.toml"], requirements_of(pins, pyproject))
    for name in ("audit", "awscli", "browser", "duckdb"):
        _compile(name, [f"requirements/{name}.in"], (FOLDER / f"{name}.in").read_text().splitlines())
    for name in ("mlflow", "quality"):
        asked = (FOLDER / f"{name}.in").read_text().splitlines()
        _compile(name, ["--constraint=requirements/dev.txt", f"requirements/{name}.in"], asked)
    for name in ("flaml", "autogluon"):
        asked = (FOLDER / f"{name}.in").read_text().splitlines()
        _compile(name, [f"requirements/{name}.in"], asked, resolve=_ON_LINUX)
    asked = (FOLDER / "containers.in").read_text().splitlines()
    _compile("containers", ["requirements/containers.in"], asked, resolve=_ALONE)
    asked = (FOLDER / "localstack.in").read_text().splitlines()
    _compile("localstack", ["requirements/localstack.in"], asked, resolve=_AS_LOCALSTACK_WAS)


def _of_extra(extra: str, pyproject: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for requirement in pyproject["project"]["optional-dependencies"][extra]:
        itself = _SELF.fullmatch(requirement)
        found |= set().union(*(_of_extra(e, pyproject) for e in itself[1].split(","))) if itself else {requirement}
    return found


def _compile(name: str, sources: list[str], requirements: list[str], *, resolve: tuple[str, ...] = _ANYWHERE) -> None:
    file = FOLDER / f"{name}.txt"
    command = [
        *("uv", "pip", "compile", "--quiet", *resolve, "--generate-hashes"),
        *("--no-header", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
        *(["--upgrade"] if "--upgrade" in sys.argv[1:] else []),
        *(f"--output-file=requirements/{file.name}", *sources),
    ]
    subprocess.run(command, cwd=FOLDER.parent, check=True)
    header = f"# Made by requirements/compile.py. input sha256: {digest(requirements)}\n"
    file.write_text(header + file.read_text())


if __name__ == "__main__":
    main()
