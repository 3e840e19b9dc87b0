"""docker-compose.yml says what topology.py, the settings and the examples say."""

import re
from pathlib import Path

from mini_ml.local import emulator
from mini_ml.topology import REST_API_ID, REST_STAGE

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCKERFILES = [ROOT / "Dockerfile", *(ROOT / "containers").glob("*/Dockerfile")]


def test_every_variable_has_a_default_and_is_in_the_example() -> None:
    variables = re.findall(r"\$\{(\w+)(:-[^}]*)?}", COMPOSE)

    assert [name for name, default in variables if not default] == []
    assert {name for name, _ in variables} <= set(re.findall(r"^#?\s*(\w+)=", EXAMPLE, re.MULTILINE))


def test_localstack_is_pinned_to_its_last_open_version() -> None:
    assert "image: ${LOCALSTACK_IMAGE:-localstack/localstack:4.14.0}" in COMPOSE


def test_the_account_is_the_emulated_one() -> None:
    assert f"AWS_ACCESS_KEY_ID: {emulator.ACCESS_KEY}\n" in COMPOSE
    assert f"AWS_DEFAULT_REGION: {emulator.REGION}\n" in COMPOSE
    assert (REST_API_ID, REST_STAGE) == ("mini-ml", "local")


def test_every_image_can_be_built_without_a_registry_or_buildkit() -> None:
    for file in DOCKERFILES:
        text = file.read_text(encoding="utf-8")
        assert re.search(r"^ARG BASE_IMAGE=python:3\.1\d-slim$", text, re.MULTILINE), file
        assert "--mount" not in text, file
        assert "syntax=" not in text, file
        assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE_IMAGE}"] * text.count("FROM "), file
