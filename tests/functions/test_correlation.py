"""A correlation id goes from the request to the upload, the job, its worker, its result, and back to the client."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mangum.types import LambdaContext

from mini_ml import keys
from mini_ml.adapters.auth.api_keys import new_key
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.aws.events import object_created_body
from mini_ml.adapters.http.lambda_entry import LambdaEntryPoint
from mini_ml.adapters.logs import JsonFormatter
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.contracts import JobView, Upload
from mini_ml.correlation import CORRELATION_ID_PATTERN
from mini_ml.jobs import store, sweep
from mini_ml.jobs.job import Job
from mini_ml.keys import is_model_name
from mini_ml.ports import NO_METRICS
from tests.functions.services import IRIS_ROW, Services, predict, problem, sample, services_over, train

MINE = "order-17:retry=2"
SERVICES = ["api", "trainer", "predict"]
FORM = {"target_column": "variety", "model_type": "GaussianNB"}
FILE = {"dataset_file": ("iris.csv", sample("iris.csv"), "text/csv")}
WITH_ID = {"X-Correlation-Id": MINE}
NO_JOB = "01a208cc-7752-725d-9978-61bbae29cc81"
KEY, READER = new_key("reader", ["read"])


def id_of(answer: httpx2.Response) -> str:
    """Return the one correlation id of a response."""
    [found] = answer.headers.get_list("x-correlation-id")
    return found


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """Fields of every line that is logged, as they were at that moment."""
    found: list[dict[str, Any]] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(JsonFormatter("test").format(record)))

    handler, logger = Collector(), logging.getLogger("mini_ml")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield found
    logger.removeHandler(handler)
    logger.setLevel(level)


# ---------------------------------------------------------------- responses


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json", "/jobs", "/models/none", "/nowhere", "/train"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_response_has_the_id_of_its_request(idle: Services, service: str, path: str, method: str) -> None:
    assert id_of(idle.client(service).request(method, path, headers=WITH_ID)) == MINE


@pytest.mark.parametrize("service", SERVICES)
def test_requests_without_an_id_get_different_ones(idle: Services, service: str) -> None:
    first, second = (id_of(idle.client(service).get("/health")) for _ in range(2))

    assert first != second


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "$(id)", "-rf", '{"a":1}', "caf\u00e9"])
def test_a_malformed_id_is_replaced_and_not_refused(idle: Services, sent: str) -> None:
    answer = idle.api.get("/health", headers=[(b"X-Correlation-Id", sent.encode())])

    assert answer.status_code == 200
    assert sent not in (id_of(answer), *answer.headers.values()) or sent == ""
    assert len(id_of(answer)) == 36


@given(sent=st.binary(max_size=200) | st.from_regex(CORRELATION_ID_PATTERN, fullmatch=True).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_response_has_one_well_formed_id(trained: Services, sent: bytes) -> None:
    answer = trained.api.get("/health", headers=[(b"X-Correlation-Id", sent)])

    assert answer.status_code == 200
    assert re.fullmatch(CORRELATION_ID_PATTERN, id_of(answer))


def test_two_ids_of_one_request_are_replaced(idle: Services) -> None:
    answer = idle.api.get("/health", headers=[("X-Correlation-Id", "one"), ("X-Correlation-Id", "two")])

    assert id_of(answer) not in ("one", "two")


def test_an_unexpected_error_has_the_id_and_logs_it(idle: Services, lines: list[dict[str, Any]]) -> None:
    def fail_unexpectedly(method: str, key: str) -> None:
        raise RuntimeError

    idle.cloud.artifacts.before = fail_unexpectedly

    answer = idle.api.get("/jobs", headers=WITH_ID)

    assert (answer.status_code, id_of(answer)) == (500, MINE)
    [failed] = [line for line in lines if line["message"] == "request_failed"]
    [request] = [line for line in lines if line["message"] == "request"]
    assert failed["correlation_id"] == request["correlation_id"] == MINE
    assert failed["request_id"] == request["request_id"]


@pytest.mark.parametrize("path", ["/models/none/invocations", "/inspect"])
def test_a_forwarded_request_keeps_its_id_in_the_other_service(
    idle: Services, lines: list[dict[str, Any]], path: str
) -> None:
    body: Mapping[str, Any] = {"json": {"instances": [IRIS_ROW]}} if "models" in path else {"files": FILE}

    answer = idle.api.post(path, headers=WITH_ID, **body)

    assert id_of(answer) == MINE
    requests = [line for line in lines if line["message"] == "request"]
    assert [line["correlation_id"] for line in requests] == [MINE, MINE]  # of predict, then of the api
    assert len({line["request_id"] for line in requests}) == 2


# ---------------------------------------------------------------- uploads, jobs and results


def test_the_id_goes_through_upload_job_worker_and_result(services: Services, lines: list[dict[str, Any]]) -> None:
    trained = services.api.post("/train", files=FILE, data=FORM, headers={"X-Correlation-Id": "the-training"})
    file = {"input_file": ("rows.csv", sample("iris_predict.csv"), "text/csv")}

    predicted = services.api.post("/predict", files=file, headers=WITH_ID)

    assert (id_of(trained), trained.json()["correlation_id"]) == ("the-training", "the-training")
    job = store.load(services.cloud, predicted.json()["job_id"]).job
    assert services.cloud.uploads.head(job.upload.key).metadata == {"job-id": job.job_id, "correlation-id": MINE}
    assert services.api.get(f"/jobs/{job.job_id}").json()["correlation_id"] == MINE
    assert summary_of(services, job)["correlation_id"] == MINE
    of_worker = [line for line in lines if line["message"] in ("job_started", "job_succeeded")]
    assert [line["correlation_id"] for line in of_worker] == ["the-training", "the-training", MINE, MINE]


def summary_of(services: Services, job: Job) -> dict[str, Any]:
    key = keys.prediction(str(job.model_name), int(job.version or 0), job.job_id, "summary.json")
    summary: dict[str, Any] = json.loads(services.cloud.artifacts.get(key).body)
    return summary


def test_a_form_for_s3_carries_the_id_of_the_request(idle: Services) -> None:
    asked = {"kind": "train", "filename": "iris.csv", "options": {}}

    invitation = idle.api.post("/uploads", json=asked, headers=WITH_ID).json()

    assert invitation["fields"]["x-amz-meta-correlation-id"] == MINE
    assert store.load(idle.cloud, invitation["job_id"]).job.correlation_id == MINE


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [({"correlation-id": MINE}, MINE), ({}, None), ({"correlation-id": "a b"}, None), ({"correlation-id": ""}, None)],
)
def test_a_file_copied_to_s3_may_name_the_id_and_else_has_its_job_id(
    idle: Services, metadata: dict[str, str], expected: str | None
) -> None:
    idle.cloud.uploads.put("train/iris/a.csv", sample("iris.csv"), metadata={"model-type": "GaussianNB", **metadata})
    idle.deliver()

    [job] = idle.api.get("/jobs").json()["jobs"]
    assert (job["state"], job["correlation_id"]) == ("succeeded", expected or job["job_id"])


def test_a_job_that_is_retried_keeps_its_id(idle: Services, lines: list[dict[str, Any]]) -> None:
    job_id = train(idle.api, prefer="respond-async").json()["job_id"]
    created = store.load(idle.cloud, job_id).job.correlation_id
    idle.api.post(f"/jobs/{job_id}/cancel")

    answer = idle.api.post(f"/jobs/{job_id}/retry", headers=WITH_ID)

    assert (id_of(answer), answer.json()["correlation_id"]) == (MINE, created)
    states = [line for line in lines if line.get("job_id") == job_id and line["message"] != "request"]
    assert [(line["message"], line["correlation_id"]) for line in states] == [
        ("job_created", created),
        ("job_failed", created),
        ("job_queued", created),
    ]


def test_a_job_of_an_earlier_release_has_no_id_and_still_runs(idle: Services) -> None:
    job_id = train(idle.api, prefer="respond-async").json()["job_id"]
    stored = json.loads(idle.cloud.artifacts.get(keys.job(job_id)).body)
    del stored["correlation_id"]
    idle.cloud.artifacts.put(keys.job(job_id), json.dumps(stored).encode())
    idle.deliver()

    job = JobView.model_validate(idle.api.get(f"/jobs/{job_id}").json())
    assert (job.state, job.correlation_id) == ("succeeded", None)


# ---------------------------------------------------------------- Lambda


def entry_of(services: Services, name: str) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    """Return a function that invokes the handler of a service."""
    entry = LambdaEntryPoint(
        services.apps[name],
        bucket=services.cloud.uploads.bucket,
        upload=services.handlers["train"],
        tick=partial(sweep.sweep, services.cloud),
        metrics=NO_METRICS,
        limits=services.cloud.stage.limits,
    )
    context = cast(
        LambdaContext, SimpleNamespace(aws_request_id="of-lambda", get_remaining_time_in_millis=lambda: 60_000)
    )
    return lambda event: entry(event, context)


def rest_event(headers: Mapping[str, str], request_id: str = "of-the-gateway") -> dict[str, Any]:
    many = {name: [value] for name, value in headers.items()}
    return {
        "httpMethod": "GET",
        "path": "/health",
        "resource": "/health",
        "headers": dict(headers),
        "multiValueHeaders": many,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"requestId": request_id, "path": "/dev/health", "stage": "dev"},
    }


@pytest.mark.filterwarnings("ignore:There is no current event loop:DeprecationWarning")
@pytest.mark.parametrize(
    ("sent", "of_gateway", "expected"),
    [({"x-correlation-id": MINE}, "g-1", MINE), ({}, "g-1", "g-1"), ({"x-correlation-id": "a b"}, "g-1", "g-1")],
)
def test_a_request_through_the_gateway_has_its_ids_in_one_line(
    idle: Services, lines: list[dict[str, Any]], sent: dict[str, str], of_gateway: str, expected: str
) -> None:
    answer = entry_of(idle, "api")(rest_event(sent, of_gateway))

    assert answer["headers"]["x-correlation-id"] == expected
    [request] = [line for line in lines if line["message"] == "request"]
    names = ("correlation_id", "gateway_request_id", "request_id")
    assert [request[name] for name in names] == [expected, of_gateway, "of-lambda"]


def test_a_message_is_worked_on_with_the_ids_of_its_job_and_its_invocation(
    idle: Services, lines: list[dict[str, Any]]
) -> None:
    idle.api.post("/train", files=FILE, data=FORM, headers={**WITH_ID, "Prefer": "respond-async"})
    [upload] = idle.cloud.queues["train"].messages
    lines.clear()

    entry_of(idle, "trainer")(sqs_event(upload))

    assert [line["message"] for line in lines] == ["job_started", "job_succeeded"]
    assert {(line["request_id"], line["message_id"], line["correlation_id"]) for line in lines} == {
        ("of-lambda", "m-1", MINE)
    }
    assert all(is_model_name(line["model_name"]) for line in lines)


def sqs_event(upload: Upload) -> dict[str, Any]:
    return {
        "Records": [{"eventSource": "aws:sqs", "messageId": "m-1", "body": object_created_body(upload)}],
    }


def test_a_failed_message_is_logged_with_its_job(idle: Services, lines: list[dict[str, Any]]) -> None:
    idle.api.post("/train", files=FILE, data=FORM, headers={**WITH_ID, "Prefer": "respond-async"})
    [upload] = idle.cloud.queues["train"].messages

    def fail_downloads(method: str, key: str) -> None:
        if method == "download":
            raise RuntimeError(MINE)

    idle.cloud.uploads.before = fail_downloads
    entry_of(idle, "trainer")(sqs_event(upload))

    [failed] = [line for line in lines if line["message"] == "message_failed"]
    assert (failed["correlation_id"], failed["code"], failed["message_id"]) == (MINE, "internal", "m-1")
    assert is_model_name(failed["model_name"])
    assert MINE not in failed["exception"]


def test_the_sweep_logs_each_job_with_its_own_id(idle: Services, lines: list[dict[str, Any]]) -> None:
    stage = replace(idle.cloud.stage, requeue_after_seconds=0)
    cloud = replace(idle.cloud, stage=stage)
    jobs = [train(idle.api, prefer="respond-async").json() for _ in range(2)]
    lines.clear()

    sweep.sweep(cloud)

    queued = {(line["job_id"], line["correlation_id"]) for line in lines if line["message"] == "job_queued"}
    assert queued == {(job["job_id"], job["correlation_id"]) for job in jobs}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services that accept one key, with the scope `read`."""
    authenticator = Authenticator(keys=(READER,), tokens=None)
    with services_over(memory_cloud(), tmp_path_factory.mktemp("locked"), authenticator=authenticator) as services:
        yield services


@pytest.mark.parametrize(
    ("credential", "status", "code"),
    [(KEY, 403, "forbidden"), (f"{KEY}x", 401, "unauthorized")],
    ids=["missing scope", "wrong key"],
)
def test_a_refused_credential_is_answered_and_logged_with_the_id(
    locked: Services, lines: list[dict[str, Any]], credential: str, status: int, code: str
) -> None:
    answer = locked.api.post(f"/jobs/{NO_JOB}/retry", headers={**WITH_ID, "X-API-Key": credential})

    assert (answer.status_code, id_of(answer), problem(answer)["code"]) == (status, MINE, code)
    assert [(line["correlation_id"], line["status"], line["code"]) for line in lines] == [(MINE, status, code)]


def test_a_rejected_request_is_answered_and_logged_with_the_id(idle: Services, lines: list[dict[str, Any]]) -> None:
    answer = idle.api.get("/jobs/none", headers=WITH_ID)

    assert (id_of(answer), problem(answer)["code"]) == (MINE, "invalid_name")
    assert [(line["correlation_id"], line["code"]) for line in lines] == [(MINE, "invalid_name")]


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("GET", "/result"),
        ("GET", "/summary"),
        ("GET", "/rejects"),
        ("POST", "/retry"),
        ("POST", "/cancel"),
    ],
)
def test_the_lines_of_a_request_about_a_job_name_the_job_and_keep_the_id_of_the_request(
    idle: Services, lines: list[dict[str, Any]], method: str, rest: str
) -> None:
    with_its_own = {"X-Correlation-Id": "of-the-job", "Prefer": "respond-async"}
    job = idle.api.post("/train", files=FILE, data=FORM, headers=with_its_own).json()
    lines.clear()

    idle.api.request(method, f"/jobs/{job['job_id']}{rest}", headers=WITH_ID, follow_redirects=False)

    [line] = [line for line in lines if line["message"] == "request"]
    assert (line["job_id"], line["correlation_id"], line["kind"]) == (job["job_id"], MINE, "train")


def test_a_prediction_without_a_header_gets_an_id_for_itself(services: Services) -> None:
    train(services.api)
    answer = predict(services.api)

    assert store.load(services.cloud, answer.json()["job_id"]).job.correlation_id == id_of(answer)
