"""The images under AWS's own emulator of Lambda's runtime, called as AWS calls them."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mini_ml import keys
from mini_ml.adapters.aws.events import object_created_body
from mini_ml.contracts import Job, Upload
from mini_ml.jobs import store
from mini_ml.local.processes import local_account
from mini_ml.topology import LOCAL_NAMES
from tests.e2e.stack import SAMPLES, SEAL_KEY, Stack
from tests.e2e.tools import docker, runtime_emulator
from tests.fixtures.platform import cloud_at
from tests.fixtures.silent_upload import put_without_event

EVENTS = Path(__file__).parents[1] / "events"
TIMEOUT_SECONDS = 60
MODEL = "rie"
UPLOADS = {
    "api": ("train/rie-buried/iris.csv", "iris.csv"),
    "trainer": ("train/rie-trained/iris.csv", "iris.csv"),
    "predict": (f"predict/{MODEL}/new.csv", "iris_predict.csv"),
}
"""What each service's queue announces to it: a key, and the sample behind it. For the api it is a dead letter."""
ENDS: dict[str, tuple[str, str | None]] = {
    "api": ("failed", "worker_lost"),
    "trainer": ("succeeded", None),
    "predict": ("succeeded", None),
}
"""The state that each service leaves the upload's job in, and the code of the failure."""
Invoke = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module", params=["api", "trainer", "predict"])
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def invoke(service: str, stack: Stack) -> Iterator[Invoke]:
    """Call the service's image; one call at a time, as the emulator wants it."""
    environment = {
        "AWS_ENDPOINT_URL": "http://localstack:4566",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": f"mini-ml-{service}",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
        "MINI_ML_AUTH": "off",
        "MINI_ML_SEAL_KEY": SEAL_KEY,
        "MINI_ML_TRAIN_QUEUE_URL": "http://localstack:4566/000000000000/mini-ml-train",
        "MINI_ML_PREDICT_QUEUE_URL": "http://localstack:4566/000000000000/mini-ml-predict",
    }
    told = [argument for name, value in environment.items() for argument in ("--env", f"{name}={value}")]
    image = f"mini-ml-{service}:local"
    entrypoint, command = (
        json.loads(docker("inspect", "--format", f"{{{{json .Config.{part}}}}}", image))
        for part in ("Entrypoint", "Cmd")
    )
    container = docker(
        *("run", "--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", stack.network),
        *("--publish", "127.0.0.1::8080", "--volume", f"{runtime_emulator()}:/rie:ro", "--entrypoint", "/rie"),
        *(*told, image, *entrypoint, *command),
    ).strip()
    try:
        address = docker("port", container, "8080/tcp").splitlines()[0]
        with httpx2.Client(trust_env=False, timeout=90) as client:
            yield lambda event: _invoked(client, address, event)
    finally:
        docker("rm", "--force", "--volumes", container)


def _invoked(client: httpx2.Client, address: str, event: dict[str, Any]) -> Any:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            return client.post(f"http://{address}/2015-03-31/functions/function/invocations", json=event).json()
        except (httpx2.ConnectError, httpx2.ReadError, httpx2.RemoteProtocolError):
            assert time.monotonic() < deadline, "the runtime's emulator did not start"
            time.sleep(0.1)


def event(name: str) -> dict[str, Any]:
    """Return an event as AWS sends it."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def job_of(stack: Stack, upload: Upload) -> Job:
    """Return the job that an upload became, as it lies in S3."""
    cloud = cloud_at(stack.endpoint_url, stage="local", seal_key=SEAL_KEY)
    return store.read(cloud, keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or ""))


@pytest.fixture(scope="module")
def model(stack: Stack) -> str:
    """A model to score by, trained in the stack."""
    with stack.http(stack.api_url) as http:
        dataset = {"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")}
        trained = http.post("train", files=dataset, data={"model_name": MODEL}).json()
    assert trained["state"] == "succeeded", trained
    return MODEL


def test_a_request_of_the_gateway_is_answered_in_plain_text(invoke: Invoke) -> None:
    answer = invoke({**event("rest_get"), "path": "/health", "resource": "/health"})

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"]) == {"status": "healthy"}


def test_a_problem_is_a_document_in_plain_text(invoke: Invoke) -> None:
    answer = invoke({**event("rest_get"), "path": "/models/nobodys", "resource": "/models/{model_name}"})

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (404, False)
    assert json.loads(answer["body"])["status"] == 404


@pytest.mark.usefixtures("model")
def test_of_a_batch_the_good_is_worked_on_and_the_poison_comes_back_until_the_api_keeps_it(
    invoke: Invoke, service: str, stack: Stack
) -> None:
    [poison] = event("sqs_malformed_body")["Records"]
    [good] = event("sqs_upload")["Records"]
    key, sample = UPLOADS[service]
    # Nobody else hears of it, so whatever has become of it is this image's work.
    s3, body = local_account(stack.endpoint_url).s3, (SAMPLES / sample).read_bytes()
    upload = put_without_event(s3, LOCAL_NAMES.uploads_bucket, key, body)

    answer = invoke({"Records": [{**good, "body": object_created_body(upload)}, poison]})

    job = job_of(stack, upload)
    returned = [] if service == "api" else [{"itemIdentifier": poison["messageId"]}]
    assert answer == {"batchItemFailures": returned}
    assert (job.state, job.failure and job.failure.code) == ENDS[service]


def test_the_schedule_sweeps_and_calls_nobody_but_the_api(invoke: Invoke, service: str) -> None:
    answer = invoke(event("scheduled"))

    assert (answer == {}) if service == "api" else (answer["errorType"] == "UnknownEvent")
