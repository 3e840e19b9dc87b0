"""Checks that emulators do not cover: base64 and timeout of the gateway, IAM, CORS, object metadata, metrics."""

import json
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx2
from botocore.exceptions import ClientError

from mini_ml.topology import PROJECT
from mini_ml.topology.metrics import NAMESPACE, SWEEPS
from tests.fixtures.waiting import eventually
from tests.smoke.site import Site, require

_OTHER_ORIGIN: Final = "https://other.example"
_SLOW_ROWS: Final = 20_000
_METRIC_SECONDS: Final = 600.0
"""Age that a metric may have, and time to wait for one. CloudWatch shows new metrics after some minutes."""


def check_encoding(site: Site) -> None:
    """Check that JSON and problem documents are not base64-encoded, and that images arrive unchanged."""
    for path, status in (("/model-types", 200), ("/models/no-such-model", 404), ("/no/such/route", 404)):
        answer = httpx2.get(site.api_url + path, headers=site.headers if path.startswith("/model") else {}, timeout=40)
        require(answer.status_code == status, f"{path} returned {answer.status_code}; expected {status}.")
        require(isinstance(json.loads(answer.text), dict), f"{path} did not return a JSON object.")
    page = httpx2.get(f"{site.api_url}/docs", timeout=40)
    require(page.text.lstrip().lower().startswith("<!doctype html"), "/docs did not return an HTML page.")
    image = httpx2.get(f"{site.api_url}/docs/favicon-32x32.png", timeout=40)
    require(image.content.startswith(b"\x89PNG\r\n"), "/docs/favicon-32x32.png did not return a PNG image.")


def check_unknown_paths(site: Site) -> None:
    """Check that an unknown path is a 404 problem, and no matter of its credential."""
    for credential in (None, site.credential, "AWS4-HMAC-SHA256 Credential=a"):
        for path in ("/no/such/route", "/models/no-such-model/no-such-route"):
            headers = {"Authorization": f"Bearer {credential}"} if credential else {}
            answer = httpx2.get(site.api_url + path, headers=headers, timeout=40)
            found = (answer.status_code, answer.json().get("code"))
            require(found == (404, "route_not_found"), f"{path} returned {found}; expected 404 route_not_found.")


def check_slow_training(site: Site) -> None:
    """Check that a training longer than the gateway's 29 s timeout returns 202 with its job."""
    pick = random.Random(0)  # the same file every time
    rows = (",".join(f"{pick.random():.6f}" for _ in range(20)) + f",{pick.randrange(9)}" for _ in range(_SLOW_ROWS))
    table = "\n".join([",".join(f"x{n}" for n in range(20)) + ",target", *rows]).encode()
    answer = httpx2.post(
        f"{site.api_url}/train",
        files={"dataset_file": ("slow.csv", table, "text/csv")},
        data={"model_name": "smoke-slow", "model_type": "GradientBoostingClassifier"},
        headers=site.headers,
        timeout=60,
    )
    require(
        answer.status_code == 202, f"A slow training returned {answer.status_code}; expected 202: {answer.text[:200]}."
    )
    httpx2.post(f"{site.api_url}/jobs/{answer.json()['job_id']}/cancel", headers=site.headers, timeout=40)


def check_iam(site: Site) -> None:
    """Check with IAM's policy simulator that each role has the intended rights and no others."""
    job = "00000000-0000-7000-8000-000000000000"
    model = f"models/m/artifacts/{job}/1/model.joblib"
    manifest = "models/m/versions/000001.json"
    for function, action, key, wanted in (
        ("trainer", "s3:PutObject", manifest, True),
        ("api", "s3:GetObject", model, False),
        ("api", "s3:PutObject", manifest, False),
        ("predict", "s3:GetObject", model, True),
        ("predict", "s3:PutObject", model, False),
        ("predict-batch", "s3:PutObject", model, False),
        ("trainer", "s3:DeleteObjectVersion", manifest, False),
        ("sweeper", "s3:PutObject", "sweep/state.json", True),
        ("sweeper", "s3:PutObject", manifest, False),
        ("api", "s3:PutObject", "sweep/state.json", False),
    ):
        given = _is_allowed(site, function, action, f"arn:aws:s3:::{site.artifacts_bucket}/{key}")
        require(given == wanted, f"{function} {'is not allowed' if wanted else 'is allowed'} to {action} {key}.")


def _is_allowed(site: Site, function: str, action: str, resource: str) -> bool:
    name = f"{PROJECT}-{site.stage}-{function}"
    role = site.aws("lambda").get_function_configuration(FunctionName=name)["Role"]
    answer = site.aws("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource]
    )
    return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


def check_cors(site: Site) -> None:
    """Check that the uploads bucket accepts preflight requests of the API's own origin only."""
    address = site.aws("s3").generate_presigned_url("put_object", Params={"Bucket": site.uploads_bucket, "Key": "x"})
    bucket = address.partition("?")[0].removesuffix("/x")
    ours = site.api_url.rpartition("/")[0]
    statuses = {
        origin: httpx2.options(
            bucket, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}, timeout=40
        ).status_code
        for origin in (ours, _OTHER_ORIGIN)
    }
    require(
        statuses == {ours: 200, _OTHER_ORIGIN: 403},
        f"Preflight requests returned {statuses}; expected 200 for the own origin and 403 for others.",
    )


def check_buckets_private(site: Site) -> None:
    """Check that the buckets cannot be read without credentials."""
    for name in (site.uploads_bucket, site.artifacts_bucket):
        region = site.aws("s3").meta.region_name
        status = httpx2.get(f"https://{name}.s3.{region}.amazonaws.com/", timeout=40).status_code
        require(status == 403, f"{name} returned {status} without credentials; expected 403.")


def check_metadata_limit(site: Site) -> None:
    """Check that S3 rejects an upload with more than 2 KB of metadata."""
    try:
        site.aws("s3").put_object(
            Bucket=site.uploads_bucket, Key="elsewhere/x", Body=b"", Metadata={"model-params": "x" * 2100}
        )
    except ClientError as error:
        code: Any = error.response["Error"]["Code"]
        require(code == "MetadataTooLarge", f"Too much metadata was rejected with {code}; expected MetadataTooLarge.")
        return
    require(False, "S3 accepted more than 2 KB of metadata.")


def check_metrics(site: Site) -> None:
    """Check that CloudWatch has the metric that the heartbeat alarm watches: a sweep writes it every minute."""
    watching = site.aws("cloudwatch")

    def find_sweeps() -> list[Any]:
        now = datetime.now(UTC)
        found: list[Any] = watching.get_metric_statistics(
            Namespace=NAMESPACE,
            MetricName=SWEEPS.name,
            Dimensions=[{"Name": "stage", "Value": site.stage}],
            StartTime=now - timedelta(seconds=_METRIC_SECONDS),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return found

    message = (
        f"CloudWatch has no metric {SWEEPS.name} of the last {_METRIC_SECONDS / 60:.0f} minutes in {NAMESPACE}. "
        "See the log of the sweeper."
    )
    eventually(lambda: find_sweeps() or None, message, timeout_seconds=_METRIC_SECONDS, pause_seconds=5)


ONLY_AWS: Final[Mapping[str, Callable[[Site], None]]] = {
    "JSON, problems and pages arrive as text, not base64": check_encoding,
    "unknown paths return 404 with and without a credential": check_unknown_paths,
    "a training longer than 29 s returns 202": check_slow_training,
    "IAM allows each role what it needs, and nothing else": check_iam,
    "CORS allows uploads from the own origin only": check_cors,
    "the buckets are private": check_buckets_private,
    "more than 2 KB of metadata are rejected": check_metadata_limit,
    "CloudWatch has the metric of the sweep": check_metrics,
}
