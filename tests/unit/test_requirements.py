"""The pinned files in requirements/ match pyproject.toml, and are complete, hashed and free of addresses."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from requirements.compile import FOLDER, SETS, digest, requirements_of

PYPROJECT = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())
FILES = sorted(FOLDER.glob("*.txt"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)")


def _pins(name: str) -> dict[str, str]:
    lines = (FOLDER / f"{name}.txt").read_text().splitlines()
    return {canonicalize_name(pin[1]): pin[2] for line in lines if (pin := PIN.match(line))}


@pytest.mark.parametrize("name", SETS)
def test_requirements_are_up_to_date_with_pyproject(name: str) -> None:
    header = (FOLDER / f"{name}.txt").read_text().splitlines()[0]

    assert header.endswith(f"input sha256: {digest(requirements_of(SETS[name], PYPROJECT))}"), (
        "pyproject.toml changed: run `make pins`"
    )


@pytest.mark.parametrize("name", SETS)
def test_every_requirement_is_pinned_within_its_range(name: str) -> None:
    asked = [Requirement(text) for text in requirements_of(SETS[name], PYPROJECT)]
    pins = _pins(name)

    unmet = [
        str(requirement)
        for requirement in asked
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]

    assert unmet == []


@pytest.mark.parametrize("name", SETS)
def test_the_images_have_the_tested_versions(name: str) -> None:
    tested = _pins("dev")

    assert {package: version for package, version in _pins(name).items() if tested[package] != version} == {}


def test_the_api_is_free_of_the_ml_stack() -> None:
    assert set(_pins("api")) & {"pandas", "numpy", "scikit-learn", "scipy", "joblib"} == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_line_is_a_pin_with_hashes_and_without_an_address(file: Path) -> None:
    header, *lines = file.read_text().splitlines()
    text = "\n".join(lines)

    assert header.startswith("# Made by requirements/compile.py.")
    assert re.search(r"://|file:|--(?!hash=)| @ |^/", text, re.MULTILINE) is None
    assert [line for line in lines if not (PIN.match(line) or line.startswith("    --hash=sha256:"))] == []
    assert [line for line in lines if PIN.match(line) and not line.endswith("\\")] == []
