"""With authentication on, every route of every service that is not public requires a credential with its scope."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Mount
from starlette.testclient import TestClient

from mini_ml.adapters.auth.api_keys import ApiKey, new_key
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.middleware import AuthMiddleware
from mini_ml.adapters.auth.tokens import TokenVerifier
from mini_ml.adapters.http.factory import new_app
from mini_ml.adapters.logs import JsonFormatter
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.errors import CredentialsUnavailable
from mini_ml.ports import NO_METRICS
from mini_ml.topology import ADMIN, SCOPES, Scope
from tests.fixtures.coroutines import run
from tests.fixtures.issuer import AUDIENCE, ISSUER, Issuer, running_issuer
from tests.functions.services import IRIS_ROW, Services, predict, problem, services_over, train

PUBLIC = {"GET /", "GET /health", "GET /docs", "GET /docs/{asset}", "GET /openapi.json"}
NEEDED = {
    "POST /train": "train",
    "POST /predict": "predict",
    "POST /inspect": "train",
    "POST /uploads": "predict train",
    "GET /jobs": "read",
    "GET /jobs/{job_id}": "read",
    "GET /jobs/{job_id}/result": "read",
    "GET /jobs/{job_id}/summary": "read",
    "GET /jobs/{job_id}/rejects": "read",
    "POST /jobs/{job_id}/retry": "admin",
    "POST /jobs/{job_id}/cancel": "admin",
    "GET /metrics": "read",
    "GET /model-types": "read",
    "GET /models": "read",
    "GET /models/{model_name}": "read",
    "PUT /models/{model_name}/aliases/{alias}": "admin",
    "DELETE /models/{model_name}/aliases/{alias}": "admin",
    "POST /models/{model_name}/invocations": "predict",
    "GET /models/{model_name}/versions/{version}": "read",
    "GET /models/{model_name}/versions/{version}/schema": "read",
    "GET /models/{model_name}/versions/{version}/drift": "read",
    "GET /models/{model_name}/versions/{version}/artifact": "read",
    "GET /models/{model_name}/versions/{version}/report": "read",
    "POST /models/{model_name}/versions/{version}/invocations": "predict",
}
"""The scopes of which any one is enough, written out; `admin` always is."""
SERVICES = ["api", "trainer", "predict"]
KEYS: dict[Scope, tuple[str, ApiKey]] = {scope: new_key(scope, [scope]) for scope in sorted(SCOPES)}
_PLACES = {
    "{job_id}": "01a208cc-7752-725d-9978-61bbae29cc81",
    "{model_name}": "iris",
    "{version}": "1",
    "{alias}": "champion",
    "{asset}": "swagger-ui.css",
}
every_guarded_route = pytest.mark.parametrize("route", NEEDED)


def key_of(scope: Scope) -> str:
    """Return an API key that is good for one thing."""
    return KEYS[scope][0]


def bearer(credential: str) -> dict[str, str]:
    """Return the header that carries a credential."""
    return {"Authorization": f"Bearer {credential}"}


def address_of(route: str) -> tuple[str, str]:
    """Return the method and an example path of a route."""
    method, path = route.split(" ")
    for name, value in _PLACES.items():
        path = path.replace(name, value)
    return method, path


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="module")
def authenticator(issuer: Issuer) -> Authenticator:
    """A authenticator that takes a key of each scope, and tokens."""
    tokens = TokenVerifier(issuer=ISSUER, audience=AUDIENCE, jwks_url=issuer.url, leeway_seconds=0)
    return Authenticator(keys=tuple(stored for _, stored in KEYS.values()), tokens=tokens)


@pytest.fixture(scope="module")
def locked(authenticator: Authenticator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with authentication on and with pollers."""
    with (
        services_over(memory_cloud(), tmp_path_factory.mktemp("locked"), authenticator=authenticator) as services,
        services.polling(),
    ):
        yield services


def routes_of(app: FastAPI) -> set[str]:
    """Return the method and path of every route, HEAD being a GET."""
    found = set()
    for route in app.router.routes:
        methods: set[str] = route.methods  # type: ignore[attr-defined]  # BaseRoute; a mount has none and fails here
        found |= {f"{method} {route.path}" for method in methods - {"HEAD"}}  # type: ignore[attr-defined]
    return found


def services_with(locked: Services, route: str) -> list[TestClient]:
    """Return the services that have a route."""
    return [locked.client(service) for service in SERVICES if route in routes_of(locked.apps[service])]


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_of_a_service_is_public_or_in_the_table(locked: Services, service: str) -> None:
    assert routes_of(locked.apps[service]) <= PUBLIC | set(NEEDED)


def test_every_route_of_the_table_is_one_of_a_service(locked: Services) -> None:
    assert set().union(*(routes_of(locked.apps[service]) for service in SERVICES)) == PUBLIC | set(NEEDED)


@pytest.mark.parametrize("route", sorted(PUBLIC))
def test_a_public_route_ignores_credentials(locked: Services, route: str) -> None:
    method, path = address_of(route)

    for client in services_with(locked, route):
        assert client.request(method, path).status_code == 200
        assert client.request(method, path, headers={"Authorization": "nonsense"}).status_code == 200


@every_guarded_route
def test_every_other_route_requires_a_credential(locked: Services, route: str) -> None:
    method, path = address_of(route)

    for client in services_with(locked, route):
        answer = client.request(method, path)
        assert (problem(answer)["code"], answer.status_code) == ("unauthorized", 401)
        assert answer.headers["www-authenticate"] == 'Bearer realm="mini-ml"'
        assert answer.headers["cache-control"] == "no-store"


@every_guarded_route
def test_an_unknown_key_is_rejected(locked: Services, route: str) -> None:
    method, path = address_of(route)
    unknown_key, _ = new_key("unknown", ["admin"])

    for client in services_with(locked, route):
        assert problem(client.request(method, path, headers=bearer(unknown_key)))["code"] == "unauthorized"


@every_guarded_route
@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_key_is_accepted_for_its_scopes_and_an_admin_key_for_all(locked: Services, route: str, scope: Scope) -> None:
    method, path = address_of(route)
    enough = NEEDED[route].split()

    for client in services_with(locked, route):
        answer = client.request(method, path, headers=bearer(key_of(scope)))
        assert (answer.status_code == 403) == (scope not in [*enough, "admin"]), answer.text
        assert answer.status_code not in (401, 500, 503)


@every_guarded_route
def test_a_token_is_accepted_for_its_scopes(locked: Services, issuer: Issuer, route: str) -> None:
    method, path = address_of(route)
    enough = NEEDED[route].split()[0]
    others = " ".join(sorted(SCOPES - {*NEEDED[route].split(), ADMIN}))

    for client in services_with(locked, route):
        answer = client.request(method, path, headers=bearer(issuer.token(scope=enough)))
        forbidden = client.request(method, path, headers=bearer(issuer.token(scope=others)))
        expired = client.request(method, path, headers=bearer(issuer.token(exp=1)))
        assert answer.status_code not in (401, 403, 500, 503)
        assert (forbidden.status_code, expired.status_code) == (403, 401)


def test_a_rejection_names_the_missing_scope(locked: Services) -> None:
    answer = locked.api.get("/jobs", headers=bearer(key_of("train")))

    assert problem(answer)["code"] == "forbidden"
    assert "the scope read" in answer.json()["detail"]
    assert answer.headers["www-authenticate"] == 'Bearer realm="mini-ml", error="insufficient_scope"'


def test_a_key_can_be_sent_in_its_own_header(locked: Services) -> None:
    assert locked.api.get("/jobs", headers={"X-API-Key": key_of("read")}).status_code == 200
    assert locked.api.get("/jobs", headers={"X-API-Key": key_of("train")}).status_code == 403


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic {key}",
        "{key}",
        "Bearer {key} {key}",
        "Bearer\t{key}",
        "Bearer {key},",
        "Token {key}",
    ],
)
def test_another_scheme_of_authorization_is_rejected(locked: Services, authorization: str) -> None:
    answer = locked.api.get("/jobs", headers={"Authorization": authorization.format(key=key_of("read"))})

    assert problem(answer)["code"] == "unauthorized"


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", f"Bearer {key_of('read')}"), ("X-API-Key", key_of("read"))],
        [("Authorization", f"Bearer {key_of('read')}"), ("Authorization", f"Bearer {key_of('read')}")],
        [("X-API-Key", key_of("read")), ("X-API-Key", key_of("admin"))],
    ],
)
def test_two_credentials_are_rejected(locked: Services, headers: list[tuple[str, str]]) -> None:
    assert "Send only one" in problem(locked.api.get("/jobs", headers=headers))["detail"]


def test_the_scheme_is_read_in_any_case(locked: Services) -> None:
    assert locked.api.get("/jobs", headers={"Authorization": f"bEARER {key_of('read')}"}).status_code == 200


def test_head_requires_the_scope_of_get(locked: Services) -> None:
    answers = [locked.api.head("/jobs", headers=headers) for headers in ({}, bearer(key_of("train")))]

    assert [answer.status_code for answer in answers] == [401, 403]
    assert locked.api.head("/jobs", headers=bearer(key_of("read"))).status_code == 200


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "TRACE", "DELETE", "BREW"])
def test_an_unsupported_method_is_reported_only_to_authenticated_callers(locked: Services, method: str) -> None:
    known = locked.api.request(method, "/jobs", headers=bearer(key_of("train")))

    assert locked.api.request(method, "/jobs").status_code == 401
    assert known.headers["allow"] == "GET, HEAD, OPTIONS"


def test_an_unknown_path_is_not_found_with_or_without_a_credential(locked: Services) -> None:
    answers = [locked.api.get("/no/such", headers=headers) for headers in ({}, bearer("nonsense"), bearer("a.b.c"))]

    assert [problem(answer)["code"] for answer in answers] == ["route_not_found"] * 3


def test_an_upload_requires_the_scope_of_its_kind(locked: Services) -> None:
    def announce(kind: str, scope: Scope) -> int:
        content = {"kind": kind, "filename": "a.csv", "model_name": "fresh", "options": {}}
        return locked.api.post("/uploads", json=content, headers=bearer(key_of(scope))).status_code

    assert [announce("train", "train"), announce("train", "admin")] == [201, 201]
    assert [announce("train", "predict"), announce("predict", "train")] == [403, 403]


def test_the_credential_is_forwarded_to_the_predict_service(locked: Services) -> None:
    assert train_with(locked).status_code == 201
    answers = [
        locked.api.post("/models/default/invocations", json={"instances": [IRIS_ROW]}, headers=headers)
        for headers in (bearer(key_of("predict")), {"X-API-Key": key_of("predict")}, {}, bearer(key_of("read")))
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 401, 403]
    assert answers[0].json()["predictions"] == ["Setosa"]


def train_with(locked: Services) -> Any:
    """Train with a credential that has the scope."""
    with TestClient(locked.apps["trainer"], headers=bearer(key_of("train"))) as client:
        return train(client)


def test_a_caller_with_the_scopes_can_train_and_predict(locked: Services, issuer: Issuer) -> None:
    train_with(locked)
    with TestClient(locked.apps["api"], headers=bearer(issuer.token("ec", scope="predict read"))) as client:
        predicted = predict(client)
        job = client.get(f"/jobs/{predicted.json()['job_id']}")

    assert (predicted.status_code, job.status_code, job.json()["state"]) == (200, 200, "succeeded")


def test_openapi_lists_the_credentials_of_each_operation(idle: Services) -> None:
    document = idle.api.get("/openapi.json").json()
    credentials = {
        f"{method.upper()} {path}": {scheme: set().union(*scopes) for scheme, scopes in _scopes_of(operation).items()}
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }

    assert set(document["components"]["securitySchemes"]) == {"bearer", "apiKey"}
    assert credentials == {
        **{route: {key: set(scopes.split()) for key in ("apiKey", "bearer")} for route, scopes in NEEDED.items()},
        "GET /": {},
        "GET /health": {},
    }


def _scopes_of(operation: dict[str, Any]) -> dict[str, list[set[str]]]:
    """Return the scopes of each alternative of an operation, by the kind of credential."""
    taken: dict[str, list[set[str]]] = {}
    for alternative in operation["security"]:
        [(scheme, scopes)] = alternative.items()
        taken.setdefault(scheme, []).append(set(scopes))
    return taken


# ---------------------------------------------------------------- before anything else


@dataclass
class RawClient:
    """A client that calls an application without a server, so that it can send any bytes."""

    app: FastAPI
    read: int = 0
    sent: list[Any] = field(default_factory=list)

    def status(self, method: str, path: str, headers: list[tuple[bytes, bytes]]) -> int:
        """Return the status of an answer."""
        run(self.app(self._scope(method, path, headers), self._receive, self._send))
        status: int = self.sent[0]["status"]
        return status

    def _scope(self, method: str, path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
        defaults = {"type": "http", "http_version": "1.1", "scheme": "http", "query_string": b"", "root_path": ""}
        where = {"path": path, "raw_path": path.encode(), "server": ("test", 80), "client": ("test", 1)}
        return {**defaults, **where, "method": method, "headers": headers, "state": {}}

    async def _receive(self) -> dict[str, Any]:
        self.read += 1
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)


@pytest.fixture(scope="module")
def idle_locked(authenticator: Authenticator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with authentication on and without pollers."""
    with services_over(memory_cloud(), tmp_path_factory.mktemp("quiet"), authenticator=authenticator) as services:
        yield services


def not_enough_for(route: str) -> Scope:
    """Return a scope that a route does not take."""
    scopes: list[Scope] = ["read", "train", "predict"]
    return next(scope for scope in scopes if scope not in NEEDED[route].split())


@every_guarded_route
def test_a_rejection_reads_neither_the_body_nor_the_store(
    idle_locked: Services, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    looks: list[str] = []
    monkeypatch.setattr(idle_locked.cloud.artifacts, "before", lambda method, key: looks.append(key))
    monkeypatch.setattr(idle_locked.cloud.uploads, "before", lambda method, key: looks.append(key))
    insufficient = [(b"authorization", f"Bearer {key_of(not_enough_for(route))}".encode())]
    apps = [idle_locked.apps[service] for service in SERVICES if route in routes_of(idle_locked.apps[service])]
    method, path = address_of(route)

    for headers, status in (([], 401), (insufficient, 403)):
        attempts = [RawClient(app) for app in apps]
        assert {attempt.status(method, path, headers) for attempt in attempts} == {status}
        assert {attempt.read for attempt in attempts} == {0}
    assert looks == []


def test_a_rejection_does_not_reveal_what_exists(locked: Services) -> None:
    train_with(locked)
    answers = [locked.api.get(f"/models/{name}", headers=bearer(key_of("train"))) for name in ("default", "none")]

    assert answers[0].status_code == 403
    assert answers[0].content == answers[1].content


@given(value=st.binary(max_size=200))
@pytest.mark.parametrize("name", [b"authorization", b"x-api-key"])
def test_no_credential_causes_a_server_error(locked: Services, name: bytes, value: bytes) -> None:
    assert RawClient(locked.apps["api"]).status("GET", "/models", [(name, value)]) == 401


@given(st.from_regex(rb"Bearer [A-Za-z0-9_.\-~+/=]{0,80}", fullmatch=True))
def test_no_malformed_credential_causes_a_server_error(locked: Services, value: bytes) -> None:
    assert RawClient(locked.apps["api"]).status("GET", "/models", [(b"authorization", value)]) == 401


def test_credentials_that_cannot_be_checked_are_a_503(locked: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    async def raise_unavailable(self: Authenticator, credential: str) -> None:
        raise CredentialsUnavailable("Tokens cannot be checked at the moment.")

    monkeypatch.setattr(Authenticator, "authenticate", raise_unavailable)

    answer = locked.api.get("/jobs", headers=bearer("a.b.c"))

    assert (problem(answer)["code"], answer.status_code) == ("credentials_unavailable", 503)
    assert "retry-after" in answer.headers
    assert locked.api.get("/health").status_code == 200


def test_tokens_are_rejected_without_a_configured_issuer(issuer: Issuer, tmp_path: Any) -> None:
    keys_only = Authenticator(keys=tuple(stored for _, stored in KEYS.values()))
    with services_over(memory_cloud(), tmp_path, authenticator=keys_only) as services:
        answer = services.api.get("/jobs", headers=bearer(issuer.token()))

    assert problem(answer)["detail"] == "Tokens are not accepted here. Send an API key."


# ---------------------------------------------------------------- unexpected routes and connections


def _app_with(*routes: Any, authenticator: Authenticator) -> FastAPI:
    router = APIRouter(routes=list(routes))

    @router.get("/unmarked")
    def without_scope() -> str:
        return "in"

    @router.delete("/jobs")
    def method_without_scope() -> str:
        return "in"

    return new_app(
        title="t", description="d", routers=[router], state={}, authenticator=authenticator, metrics=NO_METRICS
    )


@pytest.mark.parametrize(("method", "path"), [("GET", "/unmarked"), ("DELETE", "/jobs")])
def test_a_route_without_a_scope_requires_admin(authenticator: Authenticator, method: str, path: str) -> None:
    app = _app_with(authenticator=authenticator)
    with TestClient(app) as client:
        statuses = {
            scope: client.request(method, path, headers=bearer(key_of(scope))).status_code for scope in sorted(SCOPES)
        }

        assert client.request(method, path).status_code == 401
    assert statuses == {"admin": 200, "predict": 403, "read": 403, "train": 403}


def test_a_mounted_application_requires_a_credential(authenticator: Authenticator) -> None:
    inner = FastAPI()
    inner.add_api_route("/secret", lambda: "in")
    app = _app_with(Mount("/health", inner), authenticator=authenticator)

    with TestClient(app) as client:
        assert client.get("/health/secret").status_code == 401


def test_other_connections_than_http_are_rejected(authenticator: Authenticator) -> None:
    passed: list[str] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    for kind in ("websocket", "lifespan"):
        run(AuthMiddleware(inside, authenticator=authenticator)({"type": kind}, None, None))  # type: ignore[arg-type]  # never used

    assert passed == ["lifespan"]


# ---------------------------------------------------------------- without authentication


def test_without_authentication_every_route_is_open(idle: Services) -> None:
    content = {"kind": "train", "filename": "a.csv", "model_name": "fresh", "options": {}}

    assert idle.api.get("/jobs").status_code == 200
    assert idle.api.post("/uploads", json=content, headers={"Authorization": "nonsense"}).status_code == 201


# ---------------------------------------------------------------- logs


def test_no_log_contains_a_credential(locked: Services, issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    unknown_key, _ = new_key("unknown", ["admin"])
    good, expired = issuer.token(scope="read predict"), issuer.token(exp=1)
    credentials = [key_of("predict"), key_of("read"), unknown_key, good, expired, f"{good[:-8]}AAAAAAAA", "unreadable,"]

    for credential in credentials:
        for headers in (bearer(credential), {"X-API-Key": credential}):
            locked.api.get("/jobs", headers=headers)
            locked.api.post("/models/default/invocations", json={"instances": [IRIS_ROW]}, headers=headers)
    logged = "\n".join(JsonFormatter("api").format(record) for record in caplog.records)

    assert '"status":401' in logged
    assert [one for one in credentials if one in logged] == []
    assert [one for one in (good, expired) if any(part in logged for part in one.split(".")[1:])] == []


def test_a_rejection_is_logged_with_its_route(locked: Services, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="mini_ml")

    locked.api.get("/jobs/secret-id", headers=bearer("wrong"))

    logged = [json.loads(JsonFormatter("api").format(record)) for record in caplog.records]
    assert [(one["route"], one["status"]) for one in logged if one["message"] == "request"] == [("/jobs/{job_id}", 401)]
