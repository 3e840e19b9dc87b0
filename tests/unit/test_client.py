"""The client follows links, waits for jobs, and reports what went wrong."""

import io
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mini_ml.client import Client, ClientFailure, Document, RequestRejected, Unreachable

BASE = "http://platform.example/stage"
JOB = {"job_id": "j1", "links": {"self": "jobs/j1"}, "error": None}
PROBLEM = {"title": "Model not found", "detail": "There is no model `x`.", "status": 404, "code": "model_not_found"}

Answer = Callable[[httpx2.Request], httpx2.Response]


class Platform:
    """Answers by method and path, and records the requests."""

    def __init__(self, **answers: object) -> None:
        self.answers = {
            name: list(answer) if isinstance(answer, list) else [answer] for name, answer in answers.items()
        }
        self.requests: list[tuple[str, str, bytes]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        call = f"{request.method} {request.url}"
        self.requests.append((request.method, str(request.url), request.read()))
        answers = self.answers[call.removeprefix(f"{request.method} {BASE}/")]
        answer: Any = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, httpx2.Response) else httpx2.Response(200, json=answer)


class _Empty(BaseHTTPRequestHandler):
    """Answers with an empty document."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


def _client(platform: Answer, **changes: Any) -> Client:
    return Client(BASE, sleep=lambda _: None, transport=httpx2.MockTransport(platform), **changes)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "iris.csv"
    path.write_text("a,b\n1,2\n")
    return path


def test_a_finished_training_is_returned_at_once(table: Path) -> None:
    platform = Platform(train={**JOB, "state": "succeeded"})

    with _client(platform) as client:
        job = client.train(table, model_name="iris", options={"model_params": {"max_depth": 2}})

    assert job.body["state"] == "succeeded"
    assert b'{"max_depth": 2}' in platform.requests[0][2]


def test_an_unfinished_training_is_polled_by_its_own_link(table: Path) -> None:
    running, done = ({**JOB, "links": {"self": "j1"}, "state": state} for state in ("running", "succeeded"))
    platform = Platform(train={**JOB, "state": "queued"}, **{"jobs/j1": [running, done]})

    with _client(platform) as client:
        job = client.train(table)

    assert job.body["state"] == "succeeded"
    assert [url for _, url, _ in platform.requests[1:]] == [f"{BASE}/jobs/j1", f"{BASE}/jobs/j1"]


def test_a_training_that_fails_while_the_client_waits_is_rejected(table: Path) -> None:
    failed = {**JOB, "state": "failed", "error": PROBLEM}
    platform = Platform(train={**JOB, "state": "queued"}, **{"jobs/j1": failed})

    with _client(platform) as client, pytest.raises(RequestRejected, match="There is no model `x`"):
        client.train(table)


def test_a_problem_document_is_kept_by_the_rejection(table: Path) -> None:
    platform = Platform(predict=httpx2.Response(404, json=PROBLEM))

    with _client(platform) as client, pytest.raises(RequestRejected) as rejection:
        client.predict(table, model_name="x")

    assert rejection.value.problem == PROBLEM


def test_an_error_response_without_a_problem_document_is_reported_by_its_status(table: Path) -> None:
    platform = Platform(predict=httpx2.Response(502, text="<html>"))

    with _client(platform) as client, pytest.raises(RequestRejected, match="answered 502 Bad Gateway"):
        client.predict(table)


def test_predictions_are_returned_unchanged(table: Path) -> None:
    with _client(Platform(predict={"predictions": ["Setosa"], "links": {}})) as client:
        assert client.predict(table, columns_to_drop=["a"]).body["predictions"] == ["Setosa"]


def test_a_file_larger_than_the_inline_limit_is_uploaded_through_s3(table: Path) -> None:
    invitation = {"job_id": "j1", "url": f"{BASE}/s3", "fields": {"key": "train/x", "policy": "p"}, "links": {}}
    platform = Platform(uploads=invitation, s3=httpx2.Response(204), **{"jobs/j1": {**JOB, "state": "succeeded"}})

    with _client(platform, inline_bytes=4) as client:
        client.train(table, model_name="iris", options={"target_column": "b"})

    announced, posted, _ = (content for _, _, content in platform.requests)
    assert json.loads(announced) == {
        "kind": "train",
        "model_name": "iris",
        "options": {"target_column": "b"},
        "filename": "iris.csv",
    }
    assert posted.index(b"policy") < posted.index(b"a,b\n1,2\n")


def test_a_result_is_downloaded_from_the_presigned_url_behind_its_link(table: Path) -> None:
    predicted = {"predictions": None, "links": {"result": "jobs/j1/result"}}
    platform = Platform(
        predict=predicted,
        **{
            "jobs/j1/result?redirect=false": {"url": f"{BASE}/s3/out.csv"},
            "s3/out.csv": httpx2.Response(200, text="a,b"),
        },
    )
    target = io.BytesIO()

    with _client(platform) as client:
        client.download_result(client.predict(table), target)

    assert target.getvalue() == b"a,b"


def test_names_are_encoded_into_the_path() -> None:
    platform = Platform(**{"models/a%2Fb%20c": {"model_name": "a/b c", "links": {}}})

    with _client(platform) as client:
        assert client.model("a/b c").body["model_name"] == "a/b c"


def test_filters_without_a_value_are_not_sent() -> None:
    platform = Platform(**{"jobs?state=failed": {"jobs": [], "links": {}}})

    with _client(platform) as client:
        client.jobs(state="failed", kind=None)

    assert platform.requests[0][1] == f"{BASE}/jobs?state=failed"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_platform_on_loopback_is_reached_without_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = HTTPServer(("127.0.0.1", 0), _Empty)
    threading.Thread(target=server.handle_request, daemon=True).start()

    with server, Client(f"http://{host}:{server.server_port}") as client:
        assert client.models().body == {}


def test_an_unreachable_platform_is_reported_with_its_url() -> None:
    with (
        Client("http://127.0.0.1:1") as client,
        pytest.raises(Unreachable, match=r"from http://127.0.0.1:1/models .*mini-ml up"),
    ):
        client.models()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://somewhere.example", "http://[", ""])
def test_an_invalid_url_is_reported(url: str) -> None:
    with Client(url) as client, pytest.raises(Unreachable, match="No response from "):
        client.models()


def test_a_server_that_is_not_the_platform_is_reported() -> None:
    other_server = Platform(models=httpx2.Response(200, text="<html>"))

    with _client(other_server) as client, pytest.raises(ClientFailure, match="did not answer with JSON"):
        client.models()


class CredentialRecorder:
    """Answers every request, and records the host and the credential of each."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.sent: list[tuple[str, str | None]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append((request.url.host, request.headers.get("authorization")))
        return httpx2.Response(200, json=self.answer)


def test_the_credential_is_sent_to_the_platform() -> None:
    platform = CredentialRecorder({"models": [], "links": {}})

    with _client(platform, credential="a-key") as client:
        client.models()

    assert platform.sent == [("platform.example", "Bearer a-key")]


def test_the_credential_is_not_sent_to_other_hosts(table: Path) -> None:
    elsewhere = "http://s3.example/bucket"
    platform = CredentialRecorder({**JOB, "state": "succeeded", "job_id": "j1", "url": elsewhere, "fields": {}})

    with _client(platform, credential="a-key", inline_bytes=1) as client:
        job = client.train(table)
        client.follow(Document(url=BASE, body={"links": {"next": elsewhere}}), "next")
        client.download_result(Document(url=BASE, body={"links": {"result": "jobs/j1/result"}}), io.BytesIO())

    assert job.body["state"] == "succeeded"
    assert {credential for host, credential in platform.sent if host == "platform.example"} == {"Bearer a-key"}
    assert [credential for host, credential in platform.sent if host == "s3.example"] == [None, None, None]


def test_the_credential_is_not_sent_to_another_port_of_the_same_host() -> None:
    platform = CredentialRecorder({})

    with _client(platform, credential="a-key") as client:
        client.follow(Document(url="http://platform.example:4566/", body={"links": {"x": "y"}}), "x")

    assert platform.sent == [("platform.example", None)]
