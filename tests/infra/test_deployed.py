"""The synthesised template does the whole job: upload, job, model, predictions, by its own mappings and REST API."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from mini_ml.adapters.aws.events import object_created_body
from mini_ml.contracts import Upload
from tests.docs.pages import ROOT
from tests.fixtures.deployed import STACK, Deployed, deployed_stack
from tests.fixtures.emulated import point_at
from tests.fixtures.platform import eventually
from tests.fixtures.rights import Right, rights_needed
from tests.fixtures.synthesis import Statement, Template
from tests.smoke.run import tell
from tests.smoke.site import Site
from tests.smoke.story import STORY

IRIS = (ROOT / "samples" / "iris.csv").read_bytes()
FLOWERS = (ROOT / "samples" / "iris_predict.csv").read_bytes()
ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}

_HERE = "000000000000-us-east-1"
BY_LAMBDA_ITSELF = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueUrl",
    "sqs:GetQueueAttributes",
}
"""What Lambda does with a function's role, for its log and its event source."""
RARE: dict[str, set[Right]] = {
    "api": {
        # What the sweep does about a lost message, and the dead letter of a file to score.
        ("s3:GetObject", f"uploads-{_HERE}/predict/*"),
        ("s3:GetObject", f"uploads-{_HERE}/train/*"),
        ("s3:GetObjectVersion", f"uploads-{_HERE}/predict/*"),
        ("sqs:SendMessage", "mini-ml-dev-predict"),
    },
    # What takes a broken upload of many parts back.
    "trainer": {("s3:AbortMultipartUpload", f"artifacts-{_HERE}/models/*/artifacts/*")},
    "predict": set(),
    "predict-batch": {("s3:AbortMultipartUpload", f"artifacts-{_HERE}/predictions/*")},
}
"""Rights for what does not happen here."""


@pytest.fixture(scope="module")
def deployed(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed_stack(template, tmp_path_factory.mktemp("deployed")) as running:
        yield running


@pytest.fixture
def http(deployed: Deployed) -> Iterator[httpx2.Client]:
    with deployed.http() as client:
        yield client


@pytest.fixture(scope="module")
def trained(deployed: Deployed) -> dict[str, Any]:
    """The job of a plain upload to the bucket, once it has ended."""
    return _uploaded(deployed, "train/iris/iris.csv", IRIS, {"target-column": "variety"})


def _uploaded(deployed: Deployed, key: str, body: bytes, metadata: dict[str, str]) -> dict[str, Any]:
    deployed.client("s3").put_object(Bucket=deployed.outputs["UploadsBucket"], Key=key, Body=body, Metadata=metadata)
    with deployed.http() as client:
        return eventually(_ended(client, {"upload_key": key}))


def _ended(client: httpx2.Client, wanted: dict[str, str]) -> Callable[[], dict[str, Any] | None]:
    def look() -> dict[str, Any] | None:
        jobs = client.get("/jobs", params=wanted).raise_for_status().json()["jobs"]
        return next((job for job in jobs if job["finished_at"]), None)

    return look


def _followed(client: httpx2.Client, path: str) -> httpx2.Response:
    """Return what lies behind a redirect, asked for as anybody would, without credentials."""
    found = client.get(path)
    assert found.status_code == 303, found.text
    return httpx2.get(found.headers["location"], trust_env=False).raise_for_status()


def test_an_upload_becomes_a_model_that_is_served(trained: dict[str, Any], http: httpx2.Client) -> None:
    assert (trained["state"], trained["version"]) == ("succeeded", 1)
    answer = http.post("/models/iris/invocations", json={"instances": [ROW]})

    assert answer.json() == {"predictions": ["Setosa"], "model_name": "iris", "version": 1}


def test_an_upload_is_scored_and_its_result_downloads(
    trained: dict[str, Any], deployed: Deployed, http: httpx2.Client
) -> None:
    job = _uploaded(deployed, "predict/iris/flowers.csv", FLOWERS, {})
    result = _followed(http, f"/jobs/{job['job_id']}/result").text.splitlines()

    assert (job["state"], job["version"]) == ("succeeded", 1)
    assert result[0].endswith("prediction")
    assert len(result) == len(FLOWERS.splitlines())


def test_both_forms_are_answered_through_the_rest_api(http: httpx2.Client) -> None:
    train = http.post("/train", files={"dataset_file": ("iris.csv", IRIS, "text/csv")})
    predict = http.post("/predict", files={"input_file": ("flowers.csv", FLOWERS, "text/csv")})

    assert (train.status_code, train.json()["state"]) == (201, "succeeded")
    assert set(predict.json()["predictions"]) == {"Setosa", "Versicolor", "Virginica"}


def test_a_form_that_is_posted_to_the_bucket_trains(deployed: Deployed, http: httpx2.Client) -> None:
    asked = {"kind": "train", "filename": "iris.csv", "model_name": "posted", "options": {"target_column": "variety"}}
    invitation = http.post("/uploads", json=asked).raise_for_status().json()
    httpx2.post(
        invitation["url"], data=invitation["fields"], files={"file": ("iris.csv", IRIS)}, trust_env=False
    ).raise_for_status()

    assert eventually(_ended(http, {"upload_key": invitation["key"]}))["state"] == "succeeded"


def test_an_alias_moves_and_is_scored_by(trained: dict[str, Any], deployed: Deployed, http: httpx2.Client) -> None:
    moved = http.put("/models/iris/aliases/champion", json={"version": 1})
    answer = http.post("/models/iris/versions/champion/invocations", json={"instances": [ROW]})
    scored = _uploaded(deployed, "predict/iris@champion/flowers.csv", FLOWERS, {})
    removed = http.delete("/models/iris/aliases/champion")

    assert (moved.status_code, answer.json()["version"], scored["version"], removed.status_code) == (204, 1, 1, 204)


def test_a_model_downloads_by_the_rights_of_the_room_that_may_read_it(
    trained: dict[str, Any], deployed: Deployed, http: httpx2.Client
) -> None:
    manifest = http.get("/models/iris/versions/1").json()
    model = _followed(http, "/models/iris/versions/1/artifact").content

    assert hashlib.sha256(model).hexdigest() == manifest["artifact"]["sha256"]
    assert [call for call in deployed.calls("api") if call.get("Key", "").endswith(".joblib")] == []


def test_a_wrong_file_fails_its_job_with_the_reason_again_when_it_is_tried_again(
    deployed: Deployed, http: httpx2.Client
) -> None:
    job = _uploaded(deployed, "train/wrong/empty.csv", b"a,b\n", {})
    retried = http.post(f"/jobs/{job['job_id']}/retry")
    again = eventually(_ended(http, {"upload_key": "train/wrong/empty.csv"}))

    assert (job["state"], job["error"]["code"]) == ("failed", "invalid_dataset")
    assert (retried.status_code, again["state"]) == (202, "failed")


def test_an_upload_that_was_never_made_can_be_cancelled(http: httpx2.Client) -> None:
    asked = {"kind": "predict", "filename": "never.csv", "model_name": "iris", "options": {}}
    job_id = http.post("/uploads", json=asked).raise_for_status().json()["job_id"]

    assert http.post(f"/jobs/{job_id}/cancel").status_code == 202


def test_a_dead_letter_fails_its_job(deployed: Deployed, http: httpx2.Client) -> None:
    asked = {"kind": "train", "filename": "never.csv", "model_name": "buried", "options": {}}
    key = http.post("/uploads", json=asked).json()["key"]
    bucket = deployed.outputs["UploadsBucket"]
    # An upload whose own message nobody gets: what S3 announces goes nowhere while the object is written.
    store = deployed.client("s3")
    told = store.get_bucket_notification_configuration(Bucket=bucket)
    store.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    job_id = key.split("/")[2]
    version = store.put_object(Bucket=bucket, Key=key, Body=IRIS, Metadata={"job-id": job_id})["VersionId"]
    store.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": told["QueueConfigurations"]}
    )
    upload = Upload(bucket=bucket, key=key, version_id=version, uploaded_at=datetime.now(UTC))
    queues = deployed.client("sqs")
    dead_letters = queues.get_queue_url(QueueName=f"{STACK}-dead-letters")["QueueUrl"]
    queues.send_message(QueueUrl=dead_letters, MessageBody=object_created_body(upload))

    job = eventually(_ended(http, {"upload_key": key}))

    assert (job["state"], job["error"]["code"]) == ("failed", "worker_lost")


def test_the_schedule_sweeps(deployed: Deployed) -> None:
    event = json.dumps({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})
    answer = deployed.client("lambda").invoke(FunctionName=f"{STACK}-api", Payload=event)

    assert "FunctionError" not in answer
    assert "sweep/uploads.txt" in {call.get("Key") for call in deployed.calls("api")}


def test_the_welcome_tells_that_the_rooms_behind_the_queues_are_well(http: httpx2.Client) -> None:
    told = http.get("/").json()

    assert (told["trainer_status"], told["predict_status"]) == ("healthy", "healthy")


def test_what_the_gateway_refuses_is_a_problem_document(http: httpx2.Client) -> None:
    answer = http.get("/no/such/route")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "route_not_found"


def test_the_smoke_tests_story_is_told_on_it(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    point_at(deployed.endpoint_url, monkeypatch)
    site = Site(
        stage="dev",
        api_url=deployed.api_url,
        uploads_bucket=deployed.outputs["UploadsBucket"],
        artifacts_bucket=deployed.outputs["ArtifactsBucket"],
        endpoint_url=deployed.endpoint_url,
    )

    assert (tell(site, STORY), capsys.readouterr().out.count(" s\n")) == (0, 5)


@pytest.mark.parametrize("function", ["api", "trainer", "predict", "predict-batch"])
def test_a_function_calls_nothing_that_its_policy_forbids(
    function: str, trained: dict[str, Any], deployed: Deployed, template: Template
) -> None:
    """Runs last, over the calls that everything above has made."""
    policy = template.policy(f"{STACK}-{function}")
    needed = _needed(deployed, template, function)

    forbidden = [right for right in sorted(needed) if not any(statement.allows(*right) for statement in policy)]

    assert needed
    assert forbidden == []


@pytest.mark.parametrize("function", ["api", "trainer", "predict", "predict-batch"])
def test_a_function_may_do_nothing_that_it_never_does(
    function: str, trained: dict[str, Any], deployed: Deployed, template: Template
) -> None:
    """Runs last, over the calls that everything above has made."""
    needed = _needed(deployed, template, function)
    idle = {
        (action, resource.removeprefix("arn:aws:s3:::mini-ml-dev-").removeprefix("arn:aws:sqs:us-east-1:000000000000:"))
        for statement in template.policy(f"{STACK}-{function}")
        for action in set(statement.actions) - BY_LAMBDA_ITSELF
        for resource in statement.resources
        if not any(Statement((action,), (resource,)).allows(*right) for right in needed)
    }

    assert idle == RARE[function]


def _needed(deployed: Deployed, template: Template, function: str) -> set[Right]:
    """Return the rights that all recorded calls need; the key is called as in the template."""
    [key] = template.of_type("AWS::KMS::Key")
    called = {deployed.outputs["SealKeyArn"]: template.arn(key)}
    rights = (right for call in deployed.calls(function) for right in rights_needed(call))
    return {(action, called.get(resource, resource)) for action, resource in rights}
