"""A gateway event becomes an HTTP request, and the response becomes the result of a function."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mini_ml.local.gateway import replay


class _Service(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(303)
        self.send_header("Location", "../jobs/x")
        self.send_header("X-Received", f"{self.path} {self.headers['Prefer']} {self.headers['Host']}")
        self.send_header("X-Correlation-Id", ",".join(self.headers.get_all("X-Correlation-Id", [])))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _event(**changes: object) -> dict[str, Any]:
    event: dict[str, Any] = {
        "httpMethod": "POST",
        "path": "/models/a b%/x",
        "multiValueHeaders": {"Prefer": ["wait=3"], "Host": ["gateway.example"], "Content-Length": ["99"]},
        "multiValueQueryStringParameters": {"q": ["1", "+ &"]},
        "body": "plain",
        "isBase64Encoded": False,
        "requestContext": {"requestId": "of-the-gateway"},
    }
    return event | changes


def test_path_query_and_headers_arrive_unchanged(service: str) -> None:
    answer = replay(_event(), service)

    host = service.removeprefix("http://")
    assert answer["multiValueHeaders"]["X-Received"] == [f"/models/a%20b%25/x?q=1&q=%2B+%26 wait=3 {host}"]


def test_a_redirect_is_returned_and_not_followed(service: str) -> None:
    answer = replay(_event(), service)

    assert answer["statusCode"] == 303
    assert answer["multiValueHeaders"]["Location"] == ["../jobs/x"]
    assert answer["body"] == "plain"


def test_binary_bodies_are_unchanged_in_both_directions(service: str) -> None:
    content = bytes(range(256))

    answer = replay(_event(body=base64.b64encode(content).decode(), isBase64Encoded=True), service)

    assert answer["isBase64Encoded"] is True
    assert base64.b64decode(answer["body"]) == content


def test_an_unreachable_service_returns_a_problem_document_with_retry_after() -> None:
    answer = replay(_event(), "http://127.0.0.1:1")

    assert answer["statusCode"] == 504
    assert answer["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]
    assert answer["multiValueHeaders"]["Retry-After"] == ["1"]
    assert '"code": "service_unavailable"' in answer["body"]
    assert answer["multiValueHeaders"]["X-Correlation-Id"] == ["of-the-gateway"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(["mine"], "mine"), ([], "of-the-gateway"), (["a b"], "of-the-gateway"), (["one", "two"], "of-the-gateway")],
)
def test_the_service_gets_the_id_of_the_client_or_else_that_of_the_gateway(
    service: str, sent: list[str], expected: str
) -> None:
    answer = replay(_event(multiValueHeaders={"x-correlation-id": sent}), service)

    assert answer["multiValueHeaders"]["X-Correlation-Id"] == [expected]
