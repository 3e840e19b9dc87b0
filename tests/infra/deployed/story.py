"""What users, and failures, do with a deployed stack: the steps that its chapters are made of."""

from typing import Any, Literal

import httpx2

from mini_ml.adapters.aws.events import object_created_body
from tests.docs.pages import ROOT
from tests.fixtures.deployed import Deployed
from tests.fixtures.silent_upload import put_without_event
from tests.fixtures.synthesis import STACK
from tests.fixtures.waiting import eventually

Kind = Literal["train", "predict"]
KINDS: tuple[Kind, ...] = ("train", "predict")
IRIS = (ROOT / "samples" / "iris.csv").read_bytes()
FLOWERS = (ROOT / "samples" / "iris_predict.csv").read_bytes()
FILES: dict[Kind, bytes] = {"train": IRIS, "predict": FLOWERS}
ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}


def uploaded(deployed: Deployed, key: str, body: bytes, metadata: dict[str, str]) -> dict[str, Any]:
    """Put an object into the bucket, and return the job that it becomes, once it has ended."""
    deployed.client("s3").put_object(Bucket=deployed.outputs["UploadsBucket"], Key=key, Body=body, Metadata=metadata)
    with deployed.http() as client:
        return ended(client, key)


def ended(client: httpx2.Client, key: str) -> dict[str, Any]:
    """Return the job of an upload once it has ended."""

    def look() -> dict[str, Any] | None:
        jobs = client.get("/jobs", params={"upload_key": key}).raise_for_status().json()["jobs"]
        return next((job for job in jobs if job["finished_at"]), None)

    return eventually(look)


def invited(client: httpx2.Client, kind: Kind, model_name: str) -> dict[str, Any]:
    """Return a form for an upload, with the job that waits for it."""
    asked: dict[str, Any] = {"kind": kind, "filename": "flowers.csv", "model_name": model_name, "options": {}}
    invitation: dict[str, Any] = client.post("/uploads", json=asked).raise_for_status().json()
    return invitation


def posted(invitation: dict[str, Any], body: bytes) -> None:
    """Post a file by a form, as anybody could who was given it."""
    form, file = invitation["fields"], {"file": ("flowers.csv", body)}
    httpx2.post(invitation["url"], data=form, files=file, trust_env=False).raise_for_status()


def buried(deployed: Deployed, client: httpx2.Client, kind: Kind) -> dict[str, Any]:
    """Have the message of an upload end among the dead letters, and return the job."""
    invitation = invited(client, kind, "iris")
    key, bucket = invitation["key"], deployed.outputs["UploadsBucket"]
    upload = put_without_event(deployed.client("s3"), bucket, key, FILES[kind], {"job-id": invitation["job_id"]})
    queues = deployed.client("sqs")
    dead_letters = queues.get_queue_url(QueueName=f"{STACK}-dead-letters")["QueueUrl"]
    queues.send_message(QueueUrl=dead_letters, MessageBody=object_created_body(upload))
    return ended(client, key)


def retried_after_all(client: httpx2.Client, kind: Kind) -> dict[str, Any]:
    """Cancel a job before its file arrives, let the file arrive, try the job again, and return it."""
    invitation = invited(client, kind, "late" if kind == "train" else "iris")
    client.post(f"/jobs/{invitation['job_id']}/cancel").raise_for_status()
    posted(invitation, FILES[kind])
    client.post(f"/jobs/{invitation['job_id']}/retry").raise_for_status()
    return ended(client, invitation["key"])


def followed(client: httpx2.Client, path: str) -> httpx2.Response:
    """Return what lies behind a redirect, asked for as anybody would, without credentials."""
    found = client.get(path)
    assert found.status_code == 303, found.text
    return httpx2.get(found.headers["location"], trust_env=False).raise_for_status()
