"""The client returns typed responses, follows their links, waits for jobs, and reports what went wrong."""

import io
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mini_ml.client import Client, ClientFailure, RequestRejected, Unreachable
from mini_ml.contracts import (
    DriftPage,
    JobPage,
    JobView,
    ModelPage,
    PredictAnswer,
    PredictOptions,
    Problem,
    RegressionMetrics,
    TrainOptions,
)
from tests.fixtures.responses import DRIFT, INSPECTION, INVITATION, JOB, MODEL, PREDICTIONS, build_problem

BASE = "http://platform.example/stage"
PROBLEM = build_problem(404, "model_not_found", "Model not found", "There is no model `x`.")

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


class _EmptyPage(BaseHTTPRequestHandler):
    """Answers with an empty page of models."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"models": [], "links": {}}')

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
    platform = Platform(train=JOB)

    with _client(platform) as client:
        job = client.train(table, model_name="iris", options=TrainOptions(model_params={"max_depth": 2}))

    assert (job.state, job.version) == ("succeeded", 7)
    assert b'{"max_depth": 2}' in platform.requests[0][2]


def test_options_that_were_not_set_are_left_to_the_server(table: Path) -> None:
    platform = Platform(train=JOB, predict=PREDICTIONS)

    with _client(platform) as client:
        client.train(table, options=TrainOptions(target_column="b"))
        client.predict(table, options=PredictOptions(version="3"))

    trained, predicted = (content for _, _, content in platform.requests)
    assert b'name="target_column"' in trained
    assert b'name="version"' in predicted
    assert [name for name in (b"model_type", b"model_params", b"columns_to_drop") if name in trained + predicted] == []


def test_what_to_do_with_bad_rows_is_sent_with_the_file_and_with_an_upload(table: Path) -> None:
    posted = httpx2.Response(204)
    platform = Platform(
        train=JOB, predict=PREDICTIONS, uploads=INVITATION, **{"jobs/j1": JOB, "POST http://s3.example/bucket": posted}
    )

    with _client(platform) as client, _client(platform, inline_bytes=0) as through_s3:
        client.train(table, options=TrainOptions(bad_rows="refuse"))
        client.predict(table, options=PredictOptions(bad_rows="keep"))
        through_s3.train(table, options=TrainOptions(bad_rows="refuse"))

    sent = {url.removeprefix(f"{BASE}/"): content for _, url, content in platform.requests}
    assert b'name="bad_rows"\r\n\r\nrefuse' in sent["train"]
    assert b'name="bad_rows"\r\n\r\nkeep' in sent["predict"]
    assert json.loads(sent["uploads"])["options"] == {"bad_rows": "refuse"}


def test_how_to_search_and_how_to_measure_is_sent_with_the_file_and_with_an_upload(table: Path) -> None:
    posted = httpx2.Response(204)
    platform = Platform(train=JOB, uploads=INVITATION, **{"jobs/j1": JOB, "POST http://s3.example/bucket": posted})
    options = TrainOptions(effort="best", refit=True, time_column="a", group_column="c")

    with _client(platform) as client, _client(platform, inline_bytes=0) as through_s3:
        client.train(table, options=options)
        through_s3.train(table, options=options)

    sent = {url.removeprefix(f"{BASE}/"): content for _, url, content in platform.requests}
    for name, value in {"effort": b"best", "refit": b"true", "time_column": b"a", "group_column": b"c"}.items():
        assert f'name="{name}"\r\n\r\n'.encode() + value in sent["train"]
    assert json.loads(sent["uploads"])["options"] == options.model_dump(include=options.model_fields_set)


def test_a_row_without_a_prediction_is_none(table: Path) -> None:
    platform = Platform(predict={**PREDICTIONS, "predictions": ["Setosa", None], "file": {"bad_rows": 1}})

    with _client(platform) as client:
        answer = client.predict(table)

    assert isinstance(answer, PredictAnswer)
    assert answer.predictions == ("Setosa", None)
    assert answer.file is not None
    assert answer.file.bad_rows == 1


def test_an_inspection_returns_what_a_training_would_read(table: Path) -> None:
    platform = Platform(inspect=INSPECTION)

    with _client(platform) as client:
        found = client.inspect(
            table, target_column=" b ", columns_to_drop=["a"], time_column="sold on", group_column="customer"
        )

    assert (found.target, found.task, found.columns[1].format) == ("sold", "classification", "R$ 1.234,50 → 1234.5")
    [(method, _, body)] = platform.requests
    assert method == "POST"
    assert b'name="target_column"\r\n\r\nb\r\n' in body
    assert b'name="columns_to_drop"\r\n\r\n["a"]\r\n' in body
    assert b'name="time_column"\r\n\r\nsold on\r\n' in body
    assert b'name="group_column"\r\n\r\ncustomer\r\n' in body
    assert b"is_head" not in body


@pytest.mark.parametrize(
    ("content", "head"),
    [
        (b"a,b\n1,2\n3,4\n", b"a,b\n1,2\n"),
        (b"a,b\r1,2\r3,4\r", b"a,b\r1,2\r"),
        (b"abcdefghijklm", b"abcdefghij"),
        (b"\x1f\x8b\n345678901", b"\x1f\x8b\n3456789"),
    ],
)
def test_of_a_file_larger_than_the_limit_the_head_is_inspected(table: Path, content: bytes, head: bytes) -> None:
    table.write_bytes(content)
    platform = Platform(inspect=INSPECTION)

    with _client(platform, inline_bytes=10) as client:
        client.inspect(table)

    body = platform.requests[0][2]
    assert b'name="is_head"\r\n\r\ntrue\r\n' in body
    assert b"\r\n\r\n" + head + b"\r\n--" in body


def test_an_unfinished_training_is_polled_by_its_own_link(table: Path) -> None:
    running, done = ({**JOB, "links": {"self": "j1"}, "state": state} for state in ("running", "succeeded"))
    platform = Platform(train={**JOB, "state": "queued"}, **{"jobs/j1": [running, done]})

    with _client(platform) as client:
        job = client.train(table)

    assert job.state == "succeeded"
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

    assert rejection.value.problem == Problem.model_validate(PROBLEM)


def test_the_correlation_id_of_a_rejected_request_is_kept(table: Path) -> None:
    platform = Platform(predict=httpx2.Response(404, json=PROBLEM, headers={"X-Correlation-Id": "c-1"}))

    with _client(platform) as client, pytest.raises(RequestRejected) as rejection:
        client.predict(table, model_name="x")

    assert rejection.value.correlation_id == "c-1"


def test_a_failed_job_is_rejected_with_its_own_correlation_id(table: Path) -> None:
    failed = httpx2.Response(
        200,
        json={**JOB, "state": "failed", "error": PROBLEM, "correlation_id": "of-the-job"},
        headers={"X-Correlation-Id": "of-the-last-poll"},
    )
    platform = Platform(train={**JOB, "state": "queued"}, **{"jobs/j1": failed})

    with _client(platform) as client, pytest.raises(RequestRejected) as rejection:
        client.train(table)

    assert rejection.value.correlation_id == "of-the-job"


def test_a_correlation_id_is_sent_with_every_request_to_the_platform_only(table: Path) -> None:
    elsewhere = "http://s3.example/bucket"
    sent: list[tuple[str, str | None]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append((request.url.host, request.headers.get("x-correlation-id")))
        return httpx2.Response(200, json={**INVITATION, **JOB, "url": elsewhere})

    with _client(answer, correlation_id="c-1", inline_bytes=1) as client:
        client.train(table)

    assert set(sent) == {("platform.example", "c-1"), ("s3.example", None)}


@pytest.mark.parametrize("correlation_id", ["", "a b", "a\r\nX-API-Key: b", "ç"])
def test_a_malformed_correlation_id_is_rejected_at_once(correlation_id: str) -> None:
    with pytest.raises(ValueError, match="does not match"):
        Client(BASE, correlation_id=correlation_id)


def test_the_details_of_an_incomplete_problem_document_are_kept(table: Path) -> None:
    platform = Platform(predict=httpx2.Response(503, json={"title": "Busy", "detail": "Try later.", "traceId": 1}))

    with _client(platform) as client, pytest.raises(RequestRejected, match=r"Try later\.") as rejection:
        client.predict(table)

    assert (rejection.value.problem.title, rejection.value.problem.status) == ("Busy", 503)


def test_an_error_response_without_a_problem_document_is_reported_by_its_status(table: Path) -> None:
    platform = Platform(predict=httpx2.Response(502, text="<html>"))

    with _client(platform) as client, pytest.raises(RequestRejected, match="answered 502 Bad Gateway"):
        client.predict(table)


def test_predictions_are_returned_unchanged(table: Path) -> None:
    platform = Platform(predict={**PREDICTIONS, "predictions": ["Setosa", "7", 7, 0.5]})

    with _client(platform) as client:
        answer = client.predict(table, options=PredictOptions(columns_to_drop=("a",)))

    assert isinstance(answer, PredictAnswer)
    assert answer.predictions == ("Setosa", "7", 7, 0.5)
    assert b'["a"]' in platform.requests[0][2]


def test_a_prediction_that_is_not_finished_in_time_returns_its_finished_job(table: Path) -> None:
    platform = Platform(
        predict=httpx2.Response(202, json={**JOB, "kind": "predict", "state": "running"}),
        **{"jobs/j1": {**JOB, "kind": "predict"}},
    )

    with _client(platform) as client:
        answer = client.predict(table)

    assert isinstance(answer, JobView)
    assert answer.state == "succeeded"


def test_a_file_larger_than_the_inline_limit_is_uploaded_through_s3(table: Path) -> None:
    invitation = {**INVITATION, "url": f"{BASE}/s3"}
    platform = Platform(uploads=invitation, s3=httpx2.Response(204), **{"jobs/j1": JOB})

    with _client(platform, inline_bytes=4) as client:
        client.train(table, model_name="iris", options=TrainOptions(target_column="b"))

    announced, posted, _ = (content for _, _, content in platform.requests)
    assert json.loads(announced) == {
        "kind": "train",
        "model_name": "iris",
        "options": {"target_column": "b"},
        "filename": "iris.csv",
    }
    assert posted.index(b"policy") < posted.index(b"a,b\n1,2\n")


@pytest.mark.parametrize(
    ("options", "output"),
    [
        ({"probabilities": True}, "rows,probabilities"),
        ({"only_predictions": True}, "predictions"),
        ({"only_predictions": True, "probabilities": True}, "predictions,probabilities"),
    ],
)
def test_a_prediction_with_options_that_the_form_does_not_have_is_uploaded_through_s3(
    options: dict[str, bool], output: str, table: Path
) -> None:
    invitation = {**INVITATION, "url": f"{BASE}/s3"}
    platform = Platform(uploads=invitation, s3=httpx2.Response(204), **{"jobs/j1": JOB})

    with _client(platform) as client:
        client.predict(table, options=PredictOptions(version="champion", **options))

    assert json.loads(platform.requests[0][2]) == {
        "kind": "predict",
        "model_name": "default",
        "version": "champion",
        "options": {"output": output},
        "filename": "iris.csv",
    }


def test_a_result_is_downloaded_from_the_presigned_url_behind_its_link(table: Path) -> None:
    predicted = {**PREDICTIONS, "predictions": None, "links": {"result": "jobs/j1/result"}}
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
    platform = Platform(**{"models/a%2Fb%20c": {**MODEL, "model_name": "a/b c"}})

    with _client(platform) as client:
        assert client.model("a/b c").model_name == "a/b c"


def test_rows_are_scored_online_with_a_version() -> None:
    scored = {"predictions": ["Setosa"], "probabilities": None, "model_name": "iris", "version": 7}
    platform = Platform(**{"models/iris/versions/champion/invocations": scored})

    with _client(platform) as client:
        answer = client.invoke("iris", [{"a": 1.5, "b": None}], version="champion")

    assert (answer.predictions, answer.version) == (("Setosa",), 7)
    assert json.loads(platform.requests[0][2]) == {"dataframe_records": [{"a": 1.5, "b": None}]}


def test_the_drift_of_batches_is_read_page_by_page() -> None:
    older = {**DRIFT, "batches": [], "links": {}}
    path = "models/iris/versions/champion/drift"
    platform = Platform(**{f"{path}?limit=2": DRIFT, f"{path}?limit=10&cursor=x": older, path: older})

    with _client(platform) as client:
        page = client.drift("iris", "champion", limit=2)
        following = client.follow(page.links["next"], DriftPage)
        bare = client.drift("iris", "champion")

    assert [batch.drift.rows for batch in page.batches] == [12_000, 3]
    assert page.batches[0].links["job"] == f"{BASE}/jobs/{page.batches[0].job_id}"
    assert (following.batches, bare.batches) == ((), ())


def test_filters_without_a_value_are_not_sent() -> None:
    platform = Platform(**{"jobs?state=failed": {"jobs": [], "links": {}}})

    with _client(platform) as client:
        client.jobs(state="failed", kind=None)

    assert platform.requests[0][1] == f"{BASE}/jobs?state=failed"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_platform_on_loopback_is_reached_without_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = HTTPServer(("127.0.0.1", 0), _EmptyPage)
    threading.Thread(target=server.handle_request, daemon=True).start()

    with server, Client(f"http://{host}:{server.server_port}") as client:
        assert client.models() == ModelPage(models=(), links={})


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


def test_a_server_with_other_json_is_reported_with_the_field() -> None:
    other_server = Platform(models={"data": []})

    with _client(other_server) as client, pytest.raises(ClientFailure, match="unexpected JSON: models: Field required"):
        client.models()


def test_unknown_fields_of_a_newer_server_are_ignored_wherever_they_are(table: Path) -> None:
    metrics = {"r2": 0.5, "mae": 1.0, "rmse": 1.0, "holdout_rows": 3, "notes": {}, "new": 1}
    options = {"version": "3", "columns_to_drop": [], "only_predictions": False, "probabilities": False, "new": [1]}
    failed = {**PROBLEM, "new": 1, "errors": [{"reason": "r", "new": 1}]}
    job = {**JOB, "new": {"a": 1}, "options": options, "metrics": metrics, "error": failed, "result": None}
    platform = Platform(jobs={"jobs": [job], "links": {}, "new": 1}, train=httpx2.Response(422, json=failed))

    with _client(platform) as client:
        (found,) = client.jobs().jobs
        with pytest.raises(RequestRejected) as rejection:
            client.train(table)

    assert found.options == PredictOptions(version="3")
    assert found.metrics == RegressionMetrics(r2=0.5, mae=1.0, rmse=1.0, holdout_rows=3)
    assert found.error == rejection.value.problem
    assert rejection.value.problem.errors[0].reason == "r"


def test_the_last_answer_is_the_text_that_the_server_sent() -> None:
    sent = '{"models": [], "links": {"self": "models"}, "new": 1}'

    with _client(Platform(models=httpx2.Response(200, text=sent))) as client:
        page = client.models()

    assert page.links == {"self": f"{BASE}/models"}
    assert client.last_answer == sent


def test_links_of_nested_responses_are_absolute_and_can_be_followed() -> None:
    job = {**JOB, "links": {"self": "jobs/j1", "model_version": "models/iris/versions/7"}}
    older = {"jobs": [], "links": {"self": "jobs?cursor=x"}}
    page = {"jobs": [job], "links": {"next": "jobs?cursor=x"}}
    platform = Platform(jobs=page, **{"jobs?cursor=x": older, "jobs/j1": JOB})

    with _client(platform) as client:
        newest = client.jobs()
        following = client.follow(newest.links["next"], JobPage)
        again = client.follow(newest.jobs[0].links["self"], JobView)

    assert newest.jobs[0].links["model_version"] == f"{BASE}/models/iris/versions/7"
    assert following.jobs == ()
    assert again.job_id == "j1"


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
    platform = CredentialRecorder({**INVITATION, **JOB, "url": elsewhere, "links": {"result": "jobs/j1/result"}})

    with _client(platform, credential="a-key", inline_bytes=1) as client:
        job = client.train(table)
        client.follow(elsewhere, JobView)
        client.download_result(job, io.BytesIO())

    assert job.state == "succeeded"
    assert {credential for host, credential in platform.sent if host == "platform.example"} == {"Bearer a-key"}
    assert [credential for host, credential in platform.sent if host == "s3.example"] == [None, None, None]


def test_the_credential_is_not_sent_to_another_port_of_the_same_host() -> None:
    platform = CredentialRecorder(JOB)

    with _client(platform, credential="a-key") as client:
        client.follow("http://platform.example:4566/y", JobView)

    assert platform.sent == [("platform.example", None)]
