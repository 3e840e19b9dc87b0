"""The real Lambda handlers, built by their own modules, receive events as AWS sends them; moto replaces AWS."""

import base64
import csv
import gzip
import hashlib
import importlib
import io
import json
import logging
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from awslambdaric.lambda_runtime_marshaller import to_json
from fastapi import FastAPI

from infra import costs
from mini_ml import keys
from mini_ml.adapters import logs
from mini_ml.adapters.aws.clients import build_cloud, s3_client, sqs_client
from mini_ml.adapters.http.lambda_entry import LambdaEntryPoint
from mini_ml.adapters.monitoring.emf import EmfMetrics
from mini_ml.adapters.settings import CloudSettings
from mini_ml.contracts import Artifact, Upload
from mini_ml.errors import StorageUnavailable, UnknownEvent
from mini_ml.jobs import store
from mini_ml.jobs.job import Job
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ports import NO_METRICS, Cloud
from mini_ml.registry import versions
from mini_ml.topology import LOCAL_NAMES, Limits
from mini_ml.topology.metrics import SWEEPS
from mini_ml.workflows import online_predict
from tests.fixtures.emulated import aws_environment, cloud_environment, moto_aws
from tests.functions.attacks import Marker
from tests.functions.services import IRIS_ROW, sample
from tests.functions.test_forms import multipart

EVENTS = Path(__file__).parents[1] / "events"
Handler = Callable[[Mapping[str, Any], Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Deployed:
    """Three functions, and the cloud behind them."""

    api: Handler
    trainer: Handler
    predict: Handler
    cloud: Cloud

    def handler_of(self, service: str) -> Handler:
        """Return the handler of a service."""
        handler: Handler = getattr(self, service)
        return handler

    def job_of(self, key: str) -> Job | None:
        """Return the job of the upload with this key."""
        found = [store.load(self.cloud, keys.job_id_in_index(k)).job for k in self._index()]
        return next((job for job in found if job.upload.key == key), None)

    def _index(self) -> list[str]:
        return list(self.cloud.artifacts.list_keys(keys.JOBS_BY_TIME))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The handlers, imported once as Lambda does."""
    with pytest.MonkeyPatch.context() as patch, moto_aws():
        for name, value in aws_environment("").items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL")
        for name, value in cloud_environment(None, stage="dev").items():
            patch.setenv(name, value)
        patch.setenv("MINI_ML_AUTH", "off")
        patch.setenv("MINI_ML_METRICS", "emf")
        patch.setenv("MINI_ML_WORKDIR", str(tmp_path_factory.mktemp("work")))
        patch.setattr(logs, "configure", lambda service: None)
        settings = CloudSettings()
        _provision(settings, patch)
        services = {
            service: importlib.import_module(f"functions.{service}.handler")
            for service in ("api", "trainer", "predict")
        }
        handlers = {service: module.lambda_handler for service, module in services.items()}
        yield Deployed(**handlers, cloud=build_cloud(settings))


def _provision(settings: CloudSettings, patch: pytest.MonkeyPatch) -> None:
    s3, sqs = s3_client(settings), sqs_client(settings)
    for bucket in (settings.uploads_bucket, settings.artifacts_bucket):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for name in ("train", "predict"):
        queue = sqs.create_queue(QueueName=f"{LOCAL_NAMES.queue_prefix}-{name}")
        patch.setenv(f"MINI_ML_{name.upper()}_QUEUE_URL", queue["QueueUrl"])


def event(name: str) -> dict[str, Any]:
    """Return an event of tests/events."""
    content = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def request(method: str, path: str, body: object = None, **changed: Any) -> dict[str, Any]:
    """Return the event of a request, made of the one that AWS sends for GET."""
    made = event("rest_get") | {"httpMethod": method, "path": path, "resource": "/{proxy+}", **changed}
    if body is not None:
        made["body"] = json.dumps(body)
        made["headers"] = made["headers"] | {"Content-Type": "application/json"}
        made["multiValueHeaders"] = made["multiValueHeaders"] | {"Content-Type": ["application/json"]}
    return made


def build_event(upload: Upload) -> dict[str, Any]:
    """Build the SQS event of an upload from the recorded event of AWS."""
    made = event("sqs_upload")
    body = json.loads(made["Records"][0]["body"])
    described = body["Records"][0]["s3"]["object"]
    described.update(key=quote_plus(upload.key, safe="/"), versionId=upload.version_id, size=upload.size)
    made["Records"][0]["body"] = json.dumps(body)
    return made


def put_upload(deployed: Deployed, key: str, body: bytes, metadata: dict[str, str] | None = None) -> Upload:
    """Put an upload without a job, and return its reference."""
    head = deployed.cloud.uploads.put(key, body, metadata=metadata)
    return Upload(bucket=deployed.cloud.uploads.bucket, key=key, version_id=head.version_id, size=head.size)


@pytest.fixture(scope="module")
def published(deployed: Deployed) -> str:
    """The name of a model trained from an upload event."""
    upload = put_upload(deployed, "train/iris/iris.csv", sample("iris.csv"), {"model-type": "LogisticRegression"})
    assert deployed.trainer(build_event(upload), None) == {"batchItemFailures": []}
    return "iris"


def test_the_trainer_trains_on_uploads_from_sqs(deployed: Deployed, published: str) -> None:
    job = deployed.job_of("train/iris/iris.csv")

    assert job is not None
    assert (job.state, job.model_name, job.version) == ("succeeded", published, 1)


@dataclass(frozen=True)
class Remaining:
    """The context of an invocation that is stopped in some milliseconds."""

    milliseconds: int

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.mark.parametrize("context", [Remaining(12_500), None])
@pytest.mark.parametrize("name", ["sqs_upload", "scheduled", "rest_get"])
def test_every_invocation_knows_the_time_that_it_has_left(
    deployed: Deployed, name: str, context: Remaining | None
) -> None:
    found: list[float | None] = []

    def record(*_: object) -> None:
        found.append(deployed.cloud.seconds_left())

    app = FastAPI()
    app.get("/{path:path}")(lambda: record())
    handler: Handler = LambdaEntryPoint(
        app, bucket="mini-ml-uploads", upload=record, tick=record, metrics=NO_METRICS, limits=Limits()
    )

    handler(event(name), context)

    assert found == [context and 12.5]
    assert deployed.cloud.seconds_left() is None


def test_a_planted_model_is_never_loaded(deployed: Deployed, published: str, tmp_path: Path) -> None:
    upload = put_upload(deployed, "train/planted/iris.csv", sample("iris.csv"), {"model-type": "LogisticRegression"})
    deployed.trainer(build_event(upload), None)
    malware = pickle.dumps(Marker(tmp_path / "marker"))
    artifacts = deployed.cloud.artifacts
    true = versions.load_manifest(artifacts, "planted", 1)
    head = artifacts.put(true.artifact.key, malware)
    digest = hashlib.sha256(malware).hexdigest()
    forged = Artifact(key=head.key, version_id=head.version_id, size=head.size, sha256=digest)
    artifacts.put(keys.manifest("planted", 1), true.model_copy(update={"artifact": forged}).model_dump_json().encode())

    rows = put_upload(deployed, "predict/planted/new.csv", sample("iris_predict.csv"))
    batch = deployed.predict(build_event(rows), None)
    online = deployed.predict(request("POST", "/models/planted/invocations", {"instances": [IRIS_ROW]}), None)

    job = deployed.job_of("predict/planted/new.csv")
    assert batch == {"batchItemFailures": []}
    assert job is not None
    assert (job.state, job.failure and job.failure.code) == ("failed", "artifact_rejected")
    assert (online["statusCode"], json.loads(online["body"])["code"]) == (500, "artifact_rejected")
    assert not (tmp_path / "marker").exists()


def test_a_duplicate_message_gives_one_version(deployed: Deployed, published: str) -> None:
    upload = put_upload(deployed, "train/twice/iris.csv", sample("iris.csv"), {"model-type": "LogisticRegression"})

    answers = [deployed.trainer(build_event(upload), None) for _ in range(2)]

    assert answers == [{"batchItemFailures": []}] * 2
    assert list(deployed.cloud.artifacts.list_keys("models/twice/versions/")) == ["models/twice/versions/000001.json"]


def test_the_predict_service_scores_uploads_from_sqs(deployed: Deployed, published: str) -> None:
    upload = put_upload(deployed, f"predict/{published}@1/new flowers+ç.csv", sample("iris_predict.csv"))

    answer = deployed.predict(build_event(upload), None)

    job = deployed.job_of(upload.key)
    assert answer == {"batchItemFailures": []}
    assert job is not None
    assert (job.state, job.version) == ("succeeded", 1)


def test_the_predict_service_scores_online_behind_the_gateway(deployed: Deployed, published: str) -> None:
    answer = deployed.predict(request("POST", f"/models/{published}/invocations", {"instances": [IRIS_ROW]}), None)

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"])["predictions"] == ["Setosa"]


def test_a_form_through_the_gateway_is_accepted(deployed: Deployed) -> None:
    answer = deployed.api(event("rest_post_train"), None)

    job = json.loads(answer["body"])
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (202, False)
    assert answer["headers"]["location"] == f"jobs/{job['job_id']}"
    assert (job["model_name"], job["options"]["target_column"]) == ("tiny", "y")


def test_a_packed_file_through_the_gateway_is_inspected_by_the_predict_service(deployed: Deployed) -> None:
    form = multipart(('name="dataset_file"; filename="iris.csv.gz"', gzip.compress(sample("iris.csv"))))
    content_type = "multipart/form-data; boundary=cut"
    sent = request("POST", "/inspect", isBase64Encoded=True) | {"body": base64.b64encode(form).decode()}
    for headers, value in (("headers", content_type), ("multiValueHeaders", [content_type])):
        sent[headers] = sent[headers] | {"Content-Type": value}

    answer = deployed.predict(sent, None)

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"])["rows"] == 150


def test_a_query_through_the_gateway_is_read(deployed: Deployed, published: str) -> None:
    query = {"model_name": [published], "limit": ["1"]}

    answer = deployed.api(request("GET", "/jobs", multiValueQueryStringParameters=query), None)

    [job] = json.loads(answer["body"])["jobs"]
    assert job["model_name"] == published


def send(
    deployed: Deployed, rows: int, query: dict[str, list[str]] | None = None, as_csv: bool = False
) -> dict[str, Any]:
    """Score rows online with the model of many labels, and return the problem or the answer, with its encoded size."""
    path = "/models/labels/invocations"
    sent = request("POST", path, {"instances": [[row % 250] for row in range(rows)]})
    if as_csv:
        sent = sent | {"body": "x\n" + "".join(f"{row % 250}\n" for row in range(rows))}
        sent["headers"] = sent["headers"] | {"Content-Type": "text/csv"}
        sent["multiValueHeaders"] = sent["multiValueHeaders"] | {"Content-Type": ["text/csv"]}
    answer = deployed.predict(sent | {"multiValueQueryStringParameters": query}, None)
    assert answer["isBase64Encoded"] is False
    return {**json.loads(answer["body"]), "status": answer["statusCode"], "bytes": len(to_json(answer))}


@pytest.fixture(scope="module")
def many_labels(deployed: Deployed) -> None:
    """A model of 250 labels, each with quotes and letters that are escaped when AWS Lambda encodes an answer."""
    labels = ['"São"' * 60 + f" {number}" for number in range(250)]
    text = io.StringIO()
    csv.writer(text).writerows(
        [("x", "y"), *((number + 0.01 * turn, labels[number]) for number in range(250) for turn in range(5))]
    )
    upload = put_upload(deployed, "train/labels/t.csv", text.getvalue().encode(), {"model-type": "GaussianNB"})
    assert deployed.trainer(build_event(upload), None) == {"batchItemFailures": []}


MOST = 6_291_556
"""Bytes of an answer of AWS Lambda."""


@pytest.mark.parametrize("as_csv", [False, True])
def test_probabilities_that_cannot_be_returned_are_not_computed(
    deployed: Deployed, many_labels: None, monkeypatch: pytest.MonkeyPatch, as_csv: bool
) -> None:
    monkeypatch.setattr(FittedModel, "predict", None)

    problem = send(deployed, 1_000, {"probabilities": ["true"]}, as_csv=as_csv)

    [issue] = problem["errors"]
    assert (problem["status"], problem["code"], issue["limit"]) == (413, "answer_too_large", "encoded_answer_bytes")
    assert "250 labels" in problem["detail"]
    assert "send at most 25 rows, leave out `probabilities`, or upload a file" in issue["hint"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_no_block_of_a_csv_is_scored_before_its_rows_are_counted(
    deployed: Deployed, many_labels: None, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(FittedModel, "predict", None)
    note = "ã" * 32_000
    body = "x,note,other\n" + "".join(f"{row},{note},{note}\n" for row in range(26))  # three blocks of a MiB

    sent = request("POST", "/models/labels/invocations", isBase64Encoded=True)
    sent |= {"body": base64.b64encode(pack(body.encode())).decode()}
    sent |= {"multiValueQueryStringParameters": {"probabilities": ["true"]}}
    sent["headers"] = sent["headers"] | {"Content-Type": "text/csv"}
    sent["multiValueHeaders"] = sent["multiValueHeaders"] | {"Content-Type": ["text/csv"]}
    answer = deployed.predict(sent, None)

    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["code"]) == (413, "answer_too_large")
    assert problem["detail"].startswith("More than 25 rows with the probabilities of 250 labels")


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_model_without_a_row_that_can_be_answered_does_not_offer_to_send_none(
    deployed: Deployed, many_labels: None, monkeypatch: pytest.MonkeyPatch, as_csv: bool
) -> None:
    monkeypatch.setattr(online_predict, "_most_rows", lambda schema, limits: 0)

    problem = send(deployed, 1, {"probabilities": ["true"]}, as_csv=as_csv)

    assert problem["detail"].startswith("A single row with the probabilities of 250 labels")
    assert problem["errors"][0]["hint"].startswith("leave out `probabilities`, or upload a file")


@pytest.mark.parametrize("as_csv", [False, True])
def test_as_many_rows_as_the_rejection_names_are_scored_with_probabilities(
    deployed: Deployed, many_labels: None, as_csv: bool
) -> None:
    answer = send(deployed, 25, {"probabilities": ["true"]}, as_csv=as_csv)

    assert answer["status"] == 200
    assert [len(row) for row in answer["probabilities"]] == [250] * 25
    assert 0.9 * MOST < answer["bytes"] <= MOST


def test_predictions_that_cannot_be_returned_are_rejected(deployed: Deployed, many_labels: None) -> None:
    fewer, more = send(deployed, 6_300), send(deployed, 6_600)

    assert fewer["status"] == 200
    assert 0.9 * MOST < fewer["bytes"] <= MOST
    assert (more["status"], more["code"]) == (413, "answer_too_large")


def test_predictions_of_a_file_that_cannot_be_returned_are_linked(deployed: Deployed, many_labels: None) -> None:
    def predict(rows: int) -> tuple[dict[str, Any], int]:
        rows_of_file = "x\n" + "".join(f"{row % 250}\n" for row in range(rows))
        form = multipart(
            ('name="input_file"; filename="p.csv"', rows_of_file.encode()), ('name="model_name"', b"labels")
        )
        sent = request("POST", "/predict", isBase64Encoded=True) | {"body": base64.b64encode(form).decode()}
        content_type = "multipart/form-data; boundary=cut"
        sent["headers"] = sent["headers"] | {"Content-Type": content_type}
        sent["multiValueHeaders"] = sent["multiValueHeaders"] | {"Content-Type": [content_type]}
        sent["requestContext"] = sent["requestContext"] | {"requestTimeEpoch": int(time.time() * 1000)}
        answer = deployed.predict(sent, None)
        assert answer["statusCode"] == 200
        return json.loads(answer["body"]), len(to_json(answer))

    (inline, size), (linked, _) = predict(5_000), predict(5_400)

    assert (inline["truncated"], len(inline["predictions"])) == (False, 5_000)
    assert size < MOST
    assert (linked["truncated"], linked["predictions"]) == (True, None)
    assert linked["links"]["result"] == f"jobs/{linked['job_id']}/result"


def test_any_other_answer_that_cannot_be_returned_is_a_problem_with_the_same_headers(deployed: Deployed) -> None:
    app = importlib.import_module("functions.api.app").app
    whole = deployed.api(request("GET", "/model-types"), None)

    def answer(most: int) -> Mapping[str, Any]:
        limited: Handler = LambdaEntryPoint(
            app, bucket="uploads", upload=lambda _: None, metrics=NO_METRICS, limits=Limits(encoded_answer_bytes=most)
        )
        return limited(request("GET", "/model-types"), None)

    size = len(to_json(whole))
    fits, too_large = answer(size), answer(size - 1)

    problem = json.loads(too_large["body"])
    assert fits == whole
    assert (too_large["statusCode"], problem["code"]) == (413, "answer_too_large")
    assert f"its answer takes {size:,} bytes; at most {size - 1:,} can be returned" in problem["detail"]
    assert problem["errors"][0]["limit"] == "encoded_answer_bytes"
    assert too_large["headers"]["content-type"] == "application/problem+json"
    assert int(too_large["headers"]["content-length"]) == len(too_large["body"].encode())
    unchanged = whole["headers"].keys() - {"content-type", "content-length", "etag"}
    assert {name: too_large["headers"][name] for name in unchanged} == {
        name: whole["headers"][name] for name in unchanged
    }


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("POST", "/models/iris/invocations", "send fewer rows"),
        ("POST", "/models/iris/versions/1/invocations", "send fewer rows"),
        ("POST", "/train", "do not send it again: `instance` is its job"),
        ("POST", "/predict", "do not send it again: `instance` is its job, whose `result` has the predictions"),
        ("GET", "/jobs", "list with a smaller `limit`"),
        ("GET", "/models", "list with a smaller `limit`"),
        ("GET", "/jobs/01a208cc-7752-725d-9978-61bbae29cc81", "read the document in the artifacts bucket"),
        ("GET", "/models/iris/versions/1", "read the document in the artifacts bucket"),
    ],
)
def test_the_hint_for_an_answer_that_cannot_be_returned_is_about_its_route(method: str, path: str, hint: str) -> None:
    app = FastAPI()
    app.api_route("/{path:path}", methods=["GET", "POST"])(lambda: {"text": "x" * 5_000})
    limited: Handler = LambdaEntryPoint(
        app, bucket="b", upload=lambda _: None, metrics=NO_METRICS, limits=Limits(encoded_answer_bytes=5_000)
    )

    problem = json.loads(limited(request(method, path), None)["body"])

    assert problem["errors"][0]["hint"].startswith(hint)
    assert "instance" not in problem


@pytest.mark.parametrize(
    "document",
    [
        {"job_id": "7", "links": {"self": "jobs/7"}},
        {"job_id": "7", "links": {"job": "jobs/7", "result": "jobs/7/result"}},
        {"code": "internal", "instance": "jobs/7"},
    ],
)
def test_an_answer_about_a_job_that_cannot_be_returned_names_the_job(document: dict[str, Any]) -> None:
    app = FastAPI()
    app.post("/train")(lambda: {**document, "text": "x" * 5_000})
    limited: Handler = LambdaEntryPoint(
        app, bucket="b", upload=lambda _: None, metrics=NO_METRICS, limits=Limits(encoded_answer_bytes=5_000)
    )

    problem = json.loads(limited(request("POST", "/train"), None)["body"])

    assert problem["instance"] == "jobs/7"


TEXTS = [
    ("GET", "/", None),
    ("GET", "/health", None),
    ("GET", "/docs", None),
    ("GET", "/docs/swagger-ui.css", None),
    ("GET", "/docs/swagger-ui-bundle.js", None),
    ("GET", "/openapi.json", None),
    ("GET", "/model-types", None),
    ("GET", "/jobs", None),
    ("GET", "/models", None),
    ("GET", "/models/nobody", None),
    ("GET", "/nowhere", None),
    ("PATCH", "/jobs", None),
    ("OPTIONS", "/jobs", None),
    ("POST", "/train", {}),
    ("POST", "/uploads", {}),
    ("POST", "/uploads", {"kind": "train", "filename": "x.csv"}),
    ("PUT", "/models/iris/aliases/champion", {"version": 99}),
]


@pytest.mark.parametrize(("method", "path", "body"), TEXTS)
def test_text_is_not_returned_in_base64(deployed: Deployed, method: str, path: str, body: object) -> None:
    answer = deployed.api(request(method, path, body), None)

    assert answer["isBase64Encoded"] is False
    assert answer["statusCode"] < 500


def test_an_image_is_returned_in_base64(deployed: Deployed) -> None:
    answer = deployed.api(request("GET", "/docs/favicon-32x32.png"), None)

    assert answer["isBase64Encoded"] is True
    assert base64.b64decode(answer["body"]).startswith(b"\x89PNG")


def test_dead_letters_fail_their_job(deployed: Deployed) -> None:
    upload = put_upload(deployed, "train/unlucky/rows.csv", b"a,b\n1,2\n")

    answer = deployed.api(build_event(upload), None)

    job = deployed.job_of(upload.key)
    assert answer == {"batchItemFailures": []}
    assert job is not None
    assert job.failure is not None
    assert (job.state, job.failure.code) == ("failed", "worker_lost")


def test_the_schedule_sweeps(deployed: Deployed) -> None:
    assert deployed.api(event("scheduled"), None) == {}
    assert deployed.cloud.artifacts.head(keys.SWEEP_STATE)


@pytest.mark.parametrize("service", ["trainer", "predict"])
def test_a_service_without_a_schedule_rejects_one_with_a_clear_error(deployed: Deployed, service: str) -> None:
    with pytest.raises(UnknownEvent, match="no schedule"):
        deployed.handler_of(service)(event("scheduled"), None)


@pytest.mark.parametrize("service", ["api", "trainer", "predict"])
@pytest.mark.parametrize("name", ["sqs_test_event", "sqs_folder_marker", "sqs_foreign_bucket", "sqs_object_removed"])
def test_other_messages_are_acknowledged_without_a_job(deployed: Deployed, service: str, name: str) -> None:
    before = list(deployed.cloud.artifacts.list_keys(keys.JOBS_BY_TIME))

    assert deployed.handler_of(service)(event(name), None) == {"batchItemFailures": []}
    assert list(deployed.cloud.artifacts.list_keys(keys.JOBS_BY_TIME)) == before


def test_an_unreadable_dead_letter_is_stored_and_acknowledged(deployed: Deployed) -> None:
    [broken] = event("sqs_malformed_body")["Records"]

    answer = deployed.api({"Records": [broken]}, None)

    kept = deployed.cloud.artifacts.get(keys.unreadable_message(broken["messageId"]))
    assert answer == {"batchItemFailures": []}
    assert kept.body.decode() == broken["body"]


@pytest.mark.parametrize("service", ["trainer", "predict"])
def test_only_the_unreadable_message_is_received_again(deployed: Deployed, service: str) -> None:
    broken = event("sqs_malformed_body")["Records"]
    whole = event("sqs_test_event")["Records"]

    answer = deployed.handler_of(service)({"Records": [*broken, *whole]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": broken[0]["messageId"]}]}


@pytest.mark.parametrize("service", ["api", "trainer", "predict"])
def test_an_event_of_unknown_shape_is_rejected(deployed: Deployed, service: str) -> None:
    with pytest.raises(UnknownEvent):
        deployed.handler_of(service)({"warmer": True}, None)


@pytest.mark.parametrize("service", ["trainer", "predict"])
def test_every_service_also_answers_http_requests(deployed: Deployed, service: str) -> None:
    answer = deployed.handler_of(service)(request("GET", "/health"), None)

    assert json.loads(answer["body"]) == {"status": "healthy"}


@dataclass(frozen=True)
class Invocation:
    """The context of an invocation, with the id that Lambda gives it."""

    aws_request_id: str = "01a208cc-7752-425d-9978-61bbae29cc81"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """The log lines of the platform as a function writes them: with the ids of the invocation that is under way."""
    logger, lines = logging.getLogger("mini_ml"), io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.JsonFormatter("predict"))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.mark.parametrize("service", ["predict", "api"])
def test_the_lines_of_an_invocation_are_as_long_as_the_costs_say(
    deployed: Deployed, published: str, service: str, log_lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    prediction = request("POST", f"/models/{published}/invocations", {"instances": [IRIS_ROW]})
    invoked = {"predict": prediction, "api": event("scheduled")}[service]
    expected = {"predict": costs.PREDICTION_LINES_KB, "api": costs.SWEEP_LINES_KB}[service]
    deployed.handler_of(service)(invoked, Invocation())  # the model is in the cache after it, as it mostly is
    capsys.readouterr()
    log_lines.truncate(0)
    log_lines.seek(0)

    deployed.handler_of(service)(invoked, Invocation())

    assert round(len(capsys.readouterr().out + log_lines.getvalue()) / 1000, 1) == expected


def written_metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the values and dimensions of each metric that was written for CloudWatch, in order."""
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    return [
        {name: value for name, value in document.items() if name not in ("_aws", "stage")}
        for document in documents
        if document["stage"] == "dev"
    ]


def test_an_invocation_writes_its_metrics_once(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.api(request("GET", "/models/hush"), None)
    first = written_metrics(capsys)
    deployed.api(request("GET", "/health"), None)
    second = written_metrics(capsys)

    assert first[0] == {"route": "/models/{model_name}", "status": "404", "requests": [1.0]}
    assert [sorted(one) for one in first] == [["requests", "route", "status"], ["request_duration", "route"]]
    assert [one["route"] for one in second] == ["/health", "/health"]


def test_a_job_writes_its_metrics(deployed: Deployed, published: str, capsys: pytest.CaptureFixture[str]) -> None:
    scored = put_upload(deployed, "predict/iris/counted.csv", sample("iris_predict.csv"))
    rejected = put_upload(deployed, "train/iris/counted.csv", b"a,b\n1,2\n", {"target-column": "absent"})
    capsys.readouterr()

    deployed.predict(build_event(scored), None)
    deployed.trainer(build_event(rejected), None)

    written = written_metrics(capsys)
    assert {"kind": "predict", "outcome": "succeeded", "jobs": [1.0]} in written
    assert {"kind": "batch", "rows_scored": [15.0]} in written
    assert {"code": "unknown_column", "failures": [1.0]} in written
    assert {"kind": "train", "outcome": "rejected", "jobs": [1.0]} in written


def test_an_invocation_that_fails_writes_its_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics(stage="dev")

    def count_and_fail(upload: Upload | None = None) -> None:
        metrics.count(SWEEPS)
        raise StorageUnavailable("away")

    handler: Handler = LambdaEntryPoint(
        FastAPI(), bucket="b", upload=count_and_fail, tick=count_and_fail, metrics=metrics, limits=Limits()
    )
    with pytest.raises(StorageUnavailable):
        handler(event("scheduled"), None)

    assert written_metrics(capsys) == [{"sweeps": [1.0]}]


@pytest.mark.parametrize("service", ["api", "trainer", "predict"])
def test_a_function_does_not_show_its_metrics(deployed: Deployed, service: str) -> None:
    answer = deployed.handler_of(service)(request("GET", "/metrics"), None)

    assert answer["statusCode"] == 404
