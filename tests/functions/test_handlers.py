"""The real Lambda handlers, built by their own modules, receive events as AWS sends them; moto replaces AWS."""

import base64
import gzip
import hashlib
import importlib
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from mini_ml import keys
from mini_ml.adapters import logs
from mini_ml.adapters.aws.clients import build_cloud, s3_client, sqs_client
from mini_ml.adapters.settings import CloudSettings
from mini_ml.contracts import Artifact, Upload
from mini_ml.errors import UnknownEvent
from mini_ml.jobs import store
from mini_ml.jobs.job import Job
from mini_ml.ports import Cloud
from mini_ml.registry import versions
from mini_ml.topology import LOCAL_NAMES
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
