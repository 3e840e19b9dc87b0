"""The security headers of every response: no scripts, no frames, no caching, no access by other sites."""

import re
from base64 import b64encode
from hashlib import sha256

import httpx2
import pytest

from tests.functions.services import Services

SERVICES = ["api", "trainer", "predict"]
STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ELSEWHERE = {"Origin": "https://elsewhere.example"}
GETS = ["/", "/health", "/openapi.json", "/docs", "/docs/swagger-ui.css", "/models", "/jobs", "/models/x", "/nowhere"]


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("service", SERVICES)
def test_every_response_is_safe_to_open_in_a_browser(idle: Services, service: str, path: str) -> None:
    answer = idle.client(service).get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", [path for path in GETS if not path.startswith("/docs")])
@pytest.mark.parametrize("service", SERVICES)
def test_a_response_with_data_is_not_cached_and_runs_no_script(idle: Services, service: str, path: str) -> None:
    answer = idle.client(service).get(path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == STRICT


def test_an_unexpected_error_is_safe_too(idle: Services) -> None:
    def fail_unexpectedly(method: str, key: str) -> None:
        raise RuntimeError

    idle.cloud.artifacts.before = fail_unexpectedly

    answer = idle.api.get("/jobs")

    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert answer.headers["content-security-policy"] == STRICT


@pytest.mark.parametrize("service", SERVICES)
def test_the_docs_page_runs_only_its_own_script_and_files(idle: Services, service: str) -> None:
    answer = idle.client(service).get("/docs")
    policy = answer.headers["content-security-policy"]
    [script] = re.findall("<script>(.*?)</script>", answer.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()

    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "connect-src 'self'" in policy
    assert re.findall(r'(?:src|href)="([^"]*)"', answer.text) == [
        "docs/swagger-ui.css",
        "docs/favicon-32x32.png",
        "docs/swagger-ui-bundle.js",
    ]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("service", SERVICES)
def test_no_other_origin_is_ever_allowed(idle: Services, service: str, method: str) -> None:
    preflight = {**ELSEWHERE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}

    answers = [_send(idle, service, method, route, preflight) for route in _paths(idle, service)]

    assert len(answers) > 10
    assert [str(answer.url) for answer in answers if "access-control-allow-origin" in answer.headers] == []


def _paths(services: Services, service: str) -> list[str]:
    """Return an address for every route of a service."""
    patterns = [str(route.path) for route in services.apps[service].router.routes]  # type: ignore[attr-defined]  # BaseRoute
    return [re.sub("{.*?}", "x", pattern) for pattern in patterns]


def _send(services: Services, service: str, method: str, path: str, headers: dict[str, str]) -> httpx2.Response:
    return services.client(service).request(method, path, headers=headers)
