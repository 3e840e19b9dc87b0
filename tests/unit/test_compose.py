"""docker-compose.yml says what topology.py, the settings and the examples say."""

import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # its types are not installed

from mini_ml.adapters.event_buses.settings import EventSettings
from mini_ml.local import emulator
from mini_ml.local.provisioner import ProvisionerSettings
from mini_ml.local.service import ServiceSettings
from mini_ml.topology import LOCAL_NAMES, REST_API_ID, REST_STAGE, STAGES, Function, Service, functions
from tests.fixtures.required import SERVICE_SETTINGS, required_variables, variables_of

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCUMENT = yaml.safe_load(COMPOSE)
SERVICES = DOCUMENT["services"]
ENDPOINT = "http://localstack:4566"
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCKERFILES = [ROOT / "Dockerfile", *(ROOT / "containers").glob("*/Dockerfile")]


def test_every_variable_has_a_default_and_is_in_the_example() -> None:
    variables = re.findall(r"\$\{(\w+)(:-[^}]*)?}", COMPOSE)

    assert [name for name, default in variables if not default] == []
    assert {name for name, _ in variables} <= set(re.findall(r"^#?\s*(\w+)=", EXAMPLE, re.MULTILINE))


@pytest.mark.parametrize("service", SERVICE_SETTINGS)
def test_a_service_receives_what_it_requires(service: Service) -> None:
    environment = SERVICES[service]["environment"]

    for settings in (SERVICE_SETTINGS[service], ServiceSettings):
        assert set(required_variables(settings)) <= set(environment)
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT


@pytest.mark.parametrize("service", SERVICE_SETTINGS)
def test_every_setting_of_the_events_can_be_set_in_the_environment_of_compose(service: Service) -> None:
    variables = [name for field in EventSettings.model_fields.items() for name in variables_of(*field)]

    passed_on = {name: SERVICES[service]["environment"].get(name, "") for name in variables}
    assert {name for name, value in passed_on.items() if not value.startswith(f"${{{name}:-")} == set()


@pytest.mark.parametrize("kind", ["configs", "secrets"])
def test_a_read_only_container_mounts_files_only_because_compose_copies_nothing_into_it(kind: str) -> None:
    sources = DOCUMENT.get(kind, {})
    named = [one["source"] for found in SERVICES.values() if found.get("read_only") for one in found.get(kind, [])]

    assert [name for name in named if set(sources[name]) != {"file"}] == []


def test_the_file_that_a_container_mounts_by_default_exists() -> None:
    [file] = [source["file"] for source in DOCUMENT["configs"].values()]

    assert (ROOT / file.partition(":-")[2].removesuffix("}")).read_text(encoding="utf-8").strip()


def test_the_provisioner_receives_what_it_requires() -> None:
    assert set(required_variables(ProvisionerSettings)) <= set(SERVICES["provisioner"]["environment"])


@pytest.mark.parametrize("service", SERVICE_SETTINGS)
def test_a_service_receives_the_names_that_the_provisioner_creates(service: Service) -> None:
    environment = SERVICES[service]["environment"]

    assert environment["MINI_ML_UPLOADS_BUCKET"] == LOCAL_NAMES.uploads_bucket
    assert environment["MINI_ML_ARTIFACTS_BUCKET"] == LOCAL_NAMES.artifacts_bucket
    assert environment["MINI_ML_TRAIN_QUEUE_URL"] == emulator.queue_url(ENDPOINT, LOCAL_NAMES.queue("train"))
    assert environment["MINI_ML_PREDICT_QUEUE_URL"] == emulator.queue_url(ENDPOINT, LOCAL_NAMES.queue("predict"))


@pytest.mark.parametrize("function", [one for one in functions(STAGES["local"]) if one.queue], ids=lambda one: one.name)
def test_a_service_polls_the_queue_of_its_function(function: Function) -> None:
    assert function.queue is not None
    queue_url = emulator.queue_url(ENDPOINT, LOCAL_NAMES.queue(function.queue))

    assert SERVICES[function.service]["environment"]["MINI_ML_QUEUE_URL"] == queue_url


@pytest.mark.parametrize("service", SERVICE_SETTINGS)
def test_an_image_is_built_for_its_service(service: Service) -> None:
    found = SERVICES[service]

    assert (found["image"], found["build"]["args"]["SERVICE"]) == (f"mini-ml-{service}:local", service)
    assert found["environment"]["MINI_ML_SERVICE"] == service


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
