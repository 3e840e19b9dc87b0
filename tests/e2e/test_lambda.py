"""Invoke the images with AWS's Runtime Interface Emulator."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mini_ml import keys
from mini_ml.adapters.aws.events import object_created_body
from mini_ml.contracts import Upload
from mini_ml.jobs import store
from mini_ml.jobs.job import Job
from mini_ml.local.processes import local_account
from mini_ml.topology import LOCAL_NAMES
from tests.e2e.stack import SAMPLES, SEAL_KEY, Stack
from tests.e2e.tools import docker, runtime_emulator
from tests.fixtures.emulated import cloud_environment
from tests.fixtures.platform import cloud_at
from tests.fixtures.silent_upload import put_without_event

EVENTS = Path(__file__).parents[1] / "events"
TIMEOUT_SECONDS = 60
MODEL = "rie"
UPLOADS = {
    "api": ("train/rie-dead-letter/iris.csv", "iris.csv"),
    "trainer": ("train/rie-trained/iris.csv", "iris.csv"),
    "predict": (f"predict/{MODEL}/new.csv", "iris_predict.csv"),
}
"""Upload in the event of each service's queue: its key and its sample. For the api it is a dead letter."""
ENDS: dict[str, tuple[str, str | None]] = {
    "api": ("failed", "worker_lost"),
    "trainer": ("succeeded", None),
    "predict": ("succeeded", None),
}
"""State of the job after the invocation of each service, and the code of its failure."""
Invoke = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module", params=["api", "trainer", "predict"])
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def invoke(service: str, stack: Stack) -> Iterator[Invoke]:
    """Invoke the image of the service, one event at a time."""
    environment = {
        **cloud_environment("http://localstack:4566", stage="local"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": f"mini-ml-{service}",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
        "MINI_ML_AUTH": "off",
        "MINI_ML_SEAL_KEY": SEAL_KEY,
    }
    variables = [argument for name, value in environment.items() for argument in ("--env", f"{name}={value}")]
    image = f"mini-ml-{service}:local"
    entrypoint, command = (
        json.loads(docker("inspect", "--format", f"{{{{json .Config.{part}}}}}", image))
        for part in ("Entrypoint", "Cmd")
    )
    container = docker(
        *("run", "--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", stack.network),
        *("--publish", "127.0.0.1::8080", "--volume", f"{runtime_emulator()}:/rie:ro", "--entrypoint", "/rie"),
        *(*variables, image, *entrypoint, *command),
    ).strip()
    try:
        address = docker("port", container, "8080/tcp").splitlines()[0]
        with httpx2.Client(trust_env=False, timeout=90) as client:
            yield lambda event: _post_event(client, address, event)
    finally:
        docker("rm", "--force", "--volumes", container)


def _post_event(client: httpx2.Client, address: str, event: dict[str, Any]) -> Any:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            return client.post(f"http://{address}/2015-03-31/functions/function/invocations", json=event).json()
        except (httpx2.ConnectError, httpx2.ReadError, httpx2.RemoteProtocolError):
            assert time.monotonic() < deadline, (
                f"the Runtime Interface Emulator did not start within {TIMEOUT_SECONDS} s"
            )
            time.sleep(0.1)


def load_event(name: str) -> dict[str, Any]:
    """Load a recorded event of AWS."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def read_job(stack: Stack, upload: Upload) -> Job:
    """Read the job of an upload from S3."""
    cloud = cloud_at(stack.endpoint_url, stage="local", seal_key=SEAL_KEY)
    return store.read(cloud, keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or ""))


@pytest.fixture(scope="module")
def model(stack: Stack) -> str:
    """A model trained on the stack."""
    with stack.http(stack.api_url) as http:
        dataset = {"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")}
        trained = http.post("train", files=dataset, data={"model_name": MODEL}).json()
    assert trained["state"] == "succeeded", trained
    return MODEL


def test_a_gateway_request_returns_plain_text(invoke: Invoke) -> None:
    answer = invoke({**load_event("rest_get"), "path": "/health", "resource": "/health"})

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"]) == {"status": "healthy"}


def test_a_problem_document_is_returned_as_plain_text(invoke: Invoke) -> None:
    answer = invoke({**load_event("rest_get"), "path": "/models/unknown", "resource": "/models/{model_name}"})

    assert (answer["statusCode"], answer["isBase64Encoded"]) == (404, False)
    assert json.loads(answer["body"])["status"] == 404


@pytest.mark.usefixtures("model")
def test_a_batch_reports_only_its_unreadable_message_and_the_api_stores_it(
    invoke: Invoke, service: str, stack: Stack
) -> None:
    [poison] = load_event("sqs_malformed_body")["Records"]
    [good] = load_event("sqs_upload")["Records"]
    key, sample = UPLOADS[service]
    # The upload sends no event, so only this image can have processed it.
    s3, body = local_account(stack.endpoint_url).s3, (SAMPLES / sample).read_bytes()
    upload = put_without_event(s3, LOCAL_NAMES.uploads_bucket, key, body)

    answer = invoke({"Records": [{**good, "body": object_created_body(upload)}, poison]})

    job = read_job(stack, upload)
    returned = [] if service == "api" else [{"itemIdentifier": poison["messageId"]}]
    assert answer == {"batchItemFailures": returned}
    assert (job.state, job.failure and job.failure.code) == ENDS[service]


def test_only_the_api_handles_the_schedule(invoke: Invoke, service: str) -> None:
    answer = invoke(load_event("scheduled"))

    assert (answer == {}) if service == "api" else (answer["errorType"] == "UnknownEvent")
