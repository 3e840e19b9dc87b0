"""The emulated REST API passes requests to the services, and their responses back, unchanged."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from mini_ml.local import emulator, gateway
from mini_ml.local.integrations import FunctionIntegrations
from mini_ml.local.processes import local_account
from mini_ml.local.provision import provision
from mini_ml.topology import GATEWAY_ROUTES, LOCAL_NAMES, STAGES, Route
from tests.fixtures.emulated import running_ministack


class _Echo(BaseHTTPRequestHandler):
    """A service that echoes the request body."""

    service = ""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(int(self.headers.get("X-Answer", "200")))
        self.send_header("Content-Type", self.headers.get("Content-Type") or "application/problem+json")
        self.send_header("Location", "../jobs/x")
        self.send_header("Retry-After", "2")
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.send_header("X-Received", f"{self.service} {self.command} {self.path}")
        self.send_header("X-Prefer", self.headers.get("Prefer", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _service(name: str) -> Iterator[str]:
    handler = type("Echo", (_Echo,), {"service": name})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of the REST API, in front of two echo services."""
    with (
        running_ministack(tmp_path_factory.mktemp("gateway")) as endpoint_url,
        _service("api") as api,
        _service("predict") as predict,
        gateway.serve_events({"api": api, "predict": predict}) as functions,
    ):
        provision(
            local_account(endpoint_url),
            stage=STAGES["test"],
            names=LOCAL_NAMES,
            integrations=FunctionIntegrations(
                {service: emulator.forwarding_environment(url) for service, url in functions.items()}
            ),
            rest_api_tags=emulator.REST_API_TAGS,
        )
        with httpx2.Client(base_url=emulator.rest_api_url(endpoint_url)) as client:
            yield client


@pytest.mark.parametrize("route", GATEWAY_ROUTES, ids=lambda route: route.path)
def test_every_route_reaches_its_service(http: httpx2.Client, route: Route) -> None:
    path = route.path.replace("{", "").replace("}", "")

    received = http.get(path).headers["X-Received"]

    assert received == f"{route.service} GET {path}"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_method_reaches_the_service(http: httpx2.Client, method: str) -> None:
    answer = http.request(method, "/models/iris/aliases/champion", content=b"{}")

    assert answer.headers["X-Received"] == f"api {method} /models/iris/aliases/champion"


@pytest.mark.parametrize("path", ["/train", "/inspect"])
def test_a_binary_multipart_body_arrives_byte_for_byte(http: httpx2.Client, path: str) -> None:
    content = bytes(range(256)) * 4096

    request = http.build_request("POST", path, files={"dataset_file": ("naïve name.csv", content, "text/csv")})
    sent = request.read()

    answer = http.send(request)

    assert answer.content == sent
    assert content in answer.content


def test_query_and_prefer_header_arrive_unchanged(http: httpx2.Client) -> None:
    answer = http.get("/jobs?upload_key=train%2Fa%2Bb%20%C3%A7%25.csv&limit=5", headers={"Prefer": "wait=3"})

    assert answer.headers["X-Received"] == "api GET /jobs?upload_key=train%2Fa%2Bb+%C3%A7%25.csv&limit=5"
    assert answer.headers["X-Prefer"] == "wait=3"


def test_an_encoded_path_is_decoded_once(http: httpx2.Client) -> None:
    answer = http.get("/models/a%20b%2525%C3%A7")

    assert answer.headers["X-Received"] == "api GET /models/a%20b%2525%C3%A7"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 303, 404, 409, 422, 503])
def test_status_location_and_retry_after_are_returned(http: httpx2.Client, status: int) -> None:
    answer = http.get("/jobs/x/result", headers={"X-Answer": str(status)})

    assert answer.status_code == status
    assert answer.headers["Location"] == "../jobs/x"
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/nothing", "/nothing/here", "/models/iris/nothing", "/jobs/x/result/more"])
def test_an_unknown_path_reaches_the_api(http: httpx2.Client, path: str) -> None:
    answer = http.post(path, headers={"Authorization": "Bearer a-key"}, content=b"{}")

    assert answer.headers["X-Received"] == f"api POST {path}"
    assert answer.content == b"{}"


def test_headers_of_a_service_are_returned_and_the_gateway_adds_no_cors_header(http: httpx2.Client) -> None:
    answer = http.get("/jobs", headers={"Origin": "https://elsewhere.example"})

    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert "access-control-allow-origin" not in answer.headers
