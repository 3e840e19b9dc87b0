"""Memory and /tmp do not grow: each handler is invoked another hundred times in one warm process."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mini_ml.adapters.aws.clients import build_cloud, s3_client, sqs_client
from mini_ml.adapters.aws.events import object_created_body
from mini_ml.adapters.settings import CloudSettings
from mini_ml.contracts import Upload
from mini_ml.local.invocation import build_sqs_event
from mini_ml.ports import Cloud
from mini_ml.workflows.train import train_upload
from tests.fixtures.emulated import aws_environment, cloud_environment

ROOT = Path(__file__).parents[2]
IRIS = (ROOT / "samples" / "iris.csv").read_bytes()
NEW = (ROOT / "samples" / "iris_predict.csv").read_bytes()
WARM = 10
MEASURED = 100
MAX_GROWTH_BYTES = 4 * 1024 * 1024
"""About 40 KB per invocation, the size of one small table; caches of the libraries grow by less."""


@dataclass(frozen=True)
class Workspace:
    """Buckets and queues without notifications and pollers, used by the function under test only."""

    cloud: Cloud
    environment: dict[str, str]
    folder: Path

    def upload_events(self, kind: str, body: bytes) -> Iterator[dict[str, Any]]:
        """Upload a file once per invocation, each time as a new object, and yield the events."""
        for number in range(WARM + MEASURED):
            key = f"{kind}/iris/{number}.csv"
            head = self.cloud.uploads.put(key, body, metadata={"model-type": "GaussianNB"})
            yield build_upload_event(Upload(bucket=self.cloud.uploads.bucket, key=key, version_id=head.version_id))

    def invoke_all(self, handler: str, events: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Invoke a handler with all events in one process, and return its memory use and its failures."""
        path = self.folder / "events.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
        command = [sys.executable, "-m", "tests.fixtures.warm_invocations", handler, str(path), str(WARM)]
        run = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=True)
        measured = json.loads(run.stdout.splitlines()[-1])
        assert isinstance(measured, dict)
        return measured


def build_upload_event(upload: Upload) -> dict[str, Any]:
    """Build the SQS event of an upload."""
    message = {"MessageId": str(uuid4()), "ReceiptHandle": "r", "Body": object_created_body(upload), "MD5OfBody": "0"}
    return build_sqs_event([message], queue_arn="arn:aws:sqs:us-east-1:000000000000:mini-ml-train")  # type: ignore[list-item]  # no attributes


def build_request(method: str, path: str, body: bytes | None = None, media_type: str = "text/csv") -> dict[str, Any]:
    """Build the event of a request from a recorded one of AWS."""
    event = json.loads((ROOT / "tests" / "events" / "rest_get.json").read_text("utf-8"))
    headers = event["headers"] | {"Content-Type": media_type}
    many = {name: [value] for name, value in headers.items()}
    encoded = base64.b64encode(body).decode() if body else None
    changed = {"body": encoded, "isBase64Encoded": True, "headers": headers, "multiValueHeaders": many}
    return {**event, "httpMethod": method, "path": path, "resource": "/{proxy+}", **changed}


def build_form(number: int) -> bytes:
    """Build the form of an asynchronous training on the iris sample."""
    parts = {"model_name": f"iris-{number % 5}", "target_column": "variety"}
    fields = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in parts.items())
    file = '--b\r\nContent-Disposition: form-data; name="dataset_file"; filename="a.csv"\r\n\r\n'
    return fields.encode() + file.encode() + IRIS + b"\r\n--b--\r\n"


@pytest.fixture
def workspace(endpoint_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """New buckets and queues, and a temporary folder for the function."""
    name = uuid4().hex[:12]
    variables = {
        **cloud_environment(endpoint_url, stage="local"),
        "MINI_ML_AUTH": "off",
        "MINI_ML_UPLOADS_BUCKET": f"uploads-{name}",
        "MINI_ML_ARTIFACTS_BUCKET": f"artifacts-{name}",
        "TMPDIR": str(tmp_path / "tmp"),
        "AWS_LAMBDA_FUNCTION_NAME": "measured",
        **aws_environment(endpoint_url),
    }
    (tmp_path / "tmp").mkdir()
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    settings = CloudSettings()
    s3, sqs = s3_client(settings), sqs_client(settings)
    for bucket in (settings.uploads_bucket, settings.artifacts_bucket):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for kind in ("train", "predict"):
        url = sqs.create_queue(QueueName=f"{kind}-{name}")["QueueUrl"]
        monkeypatch.setenv(f"MINI_ML_{kind.upper()}_QUEUE_URL", url)
    cloud = build_cloud(CloudSettings())
    (tmp_path / "base").mkdir()
    head = cloud.uploads.put("train/iris/base.csv", IRIS, metadata={"model-type": "LogisticRegression"})
    upload = Upload(bucket=cloud.uploads.bucket, key="train/iris/base.csv", version_id=head.version_id)
    train_upload(cloud, upload, workdir=tmp_path / "base")
    return Workspace(cloud, dict(os.environ), tmp_path)


def build_events(workspace: Workspace, function: str) -> Iterator[dict[str, Any]]:
    """Yield the events of all invocations of a function."""
    if function == "trainer":
        yield from workspace.upload_events("train", IRIS)
    elif function == "predict-batch":
        yield from workspace.upload_events("predict", NEW)
    for number in range(WARM + MEASURED):
        if function == "predict":
            yield build_request("POST", "/models/iris/invocations", NEW)
        elif function == "api" and number % 4:
            yield build_request("GET", "/jobs")
        elif function == "api":
            train = build_request("POST", "/train", build_form(number), "multipart/form-data; boundary=b")
            train["headers"]["Prefer"], train["multiValueHeaders"]["Prefer"] = "respond-async", ["respond-async"]
            yield train


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc, which only Linux has")
@pytest.mark.parametrize("function", ["api", "trainer", "predict", "predict-batch"])
def test_memory_and_tmp_stay_flat_over_a_hundred_warm_invocations(workspace: Workspace, function: str) -> None:
    service = function.removesuffix("-batch")

    measured = workspace.invoke_all(f"functions.{service}.handler:lambda_handler", build_events(workspace, function))

    warm, end = measured["memory"]
    print(f"{function}: {warm / 2**20:.1f} MiB warm, {(end - warm) / 2**20:+.2f} MiB after {MEASURED} more")
    assert measured["failed"] == 0
    assert end - warm < MAX_GROWTH_BYTES
    assert list((workspace.folder / "tmp").rglob("*")) == []
