"""Every service has the routes of the topology, loads its page from no other host, and starts with few modules."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from mini_ml import errors, topology
from tests.fixtures.emulated import cloud_environment
from tests.functions.services import Services

SERVICES = ["api", "trainer", "predict"]
ENVIRONMENT = {
    "MINI_ML_AUTH": "off",
    **cloud_environment(None, stage="dev"),
    "AWS_DEFAULT_REGION": "us-east-1",
    "PATH": "",
}


def paths(services: Services, service: str) -> set[str]:
    """Return the paths that a service answers."""
    return {str(route.path) for route in services.apps[service].router.routes}  # type: ignore[attr-defined]  # BaseRoute


def find_loaded(module: str, suspects: list[str], **settings: str) -> list[str]:
    """Return which of the suspects are loaded after a new interpreter imports a module with these settings."""
    return sorted(set(suspects) & _loaded_modules(module, tuple(sorted(settings.items()))))


@cache
def _loaded_modules(module: str, settings: tuple[tuple[str, str], ...]) -> frozenset[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    environment = {**ENVIRONMENT, **dict(settings)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return frozenset(done.stdout.split())


def test_the_api_has_exactly_the_routes_of_the_topology(idle: Services) -> None:
    assert paths(idle, "api") == {route.path for route in topology.ROUTES}


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_has_a_route_outside_the_topology(idle: Services, service: str) -> None:
    assert paths(idle, service) <= {route.path for route in topology.ROUTES}


def test_the_predict_service_has_the_routes_of_the_topology(idle: Services) -> None:
    given = {route.path for route in topology.ROUTES if route.service == "predict"}

    assert given <= paths(idle, "predict")


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_a_summary_and_a_description(idle: Services, service: str) -> None:
    routes = [route for route in idle.apps[service].router.routes if isinstance(route, APIRoute)]

    assert [
        route.path for route in routes if route.include_in_schema and not (route.summary and route.description)
    ] == []


@pytest.mark.parametrize("service", SERVICES)
def test_health_is_ok_while_the_store_is_unavailable(idle: Services, service: str) -> None:
    def fail_as_unavailable(method: str, key: str) -> None:
        raise errors.StorageUnavailable("away")

    idle.cloud.artifacts.before = fail_as_unavailable

    assert idle.client(service).get("/health").json() == {"status": "healthy"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_docs_page_loads_nothing_from_other_hosts(idle: Services, service: str) -> None:
    client = idle.client(service)
    page = client.get("/docs")

    assets = [client.get(f"/docs/{name}") for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")]

    assert "http" not in page.text.replace("http-equiv", "")
    assert [asset.status_code for asset in assets] == [200, 200, 200]
    assert "openapi.json" in page.text
    assert client.get("/docs/main.py").status_code == 404


def test_the_front_page_shows_the_health_of_the_other_services(idle: Services) -> None:
    body = idle.api.get("/").json()

    assert body["message"].startswith("Mini-ML-Platform")
    assert (body["trainer_status"], body["predict_status"]) == ("healthy", "healthy")


def test_the_front_page_shows_an_unavailable_service(idle: Services) -> None:
    def fail_as_unavailable(method: str, key: str) -> None:
        raise errors.StorageUnavailable("away")

    idle.cloud.queues["train"].before = fail_as_unavailable

    assert idle.api.get("/").json()["trainer_status"] == "unreachable"


@pytest.mark.parametrize("module", ["functions.api.app", "functions.api.handler"])
def test_the_api_never_loads_the_machine_learning_stack(module: str) -> None:
    assert find_loaded(module, ["pandas", "numpy", "sklearn", "joblib", "scipy"]) == []


@pytest.mark.parametrize("module", ["functions.predict.app", "functions.predict.handler"])
def test_the_predict_service_starts_without_modules_that_plans_replace(module: str) -> None:
    assert find_loaded(module, ["pandas", "sklearn", "joblib", "scipy"]) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_function_starts_without_optional_modules(service: str) -> None:
    needless = ["httpx2", "jwt", "cryptography", "email_validator"]

    assert find_loaded(f"functions.{service}.handler", needless) == []


@pytest.mark.parametrize("service", SERVICES)
def test_cryptography_is_not_loaded_without_an_issuer(service: str) -> None:
    asking = {"MINI_ML_AUTH": "on", "MINI_ML_API_KEYS": f"ci:train:{'ab' * 32}"}

    assert find_loaded(f"functions.{service}.handler", ["jwt", "cryptography"], **asking) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_function_loads_no_web_server(service: str) -> None:
    assert find_loaded(f"functions.{service}.handler", ["uvicorn", "moto", "ministack"]) == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("metrics", "loaded"),
    [("off", []), ("emf", ["mini_ml.adapters.monitoring.emf"]), ("prometheus", ["prometheus_client"])],
)
def test_a_service_loads_only_the_code_of_its_metrics(
    service: str, metrics: str, loaded: list[str], tmp_path: Path
) -> None:
    variables = {"MINI_ML_METRICS": metrics, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    suspects = ["mini_ml.adapters.monitoring.emf", "prometheus_client"]
    assert find_loaded(f"functions.{service}.handler", suspects, **variables) == loaded
