"""What no emulator shows: the gateway's base64, its 29 seconds, IAM, CORS and the limit of object metadata."""

import json
import random
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx2
from botocore.exceptions import ClientError

from mini_ml.topology import PROJECT
from tests.smoke.site import Site, require

_STRANGER: Final = "https://stranger.example"
_SLOW_ROWS: Final = 20_000


def text_is_text(site: Site) -> None:
    """JSON and problem documents arrive as they are, not in base64, and an image byte for byte."""
    for path, status in (("/model-types", 200), ("/models/no-such-model", 404), ("/no/such/route", 404)):
        answer = httpx2.get(site.api_url + path, headers=site.headers if path.startswith("/model") else {}, timeout=40)
        require(answer.status_code == status, f"{path} answers {answer.status_code}.")
        require(isinstance(json.loads(answer.text), dict), f"{path} is no JSON.")
    page = httpx2.get(f"{site.api_url}/docs", timeout=40)
    require(page.text.lstrip().lower().startswith("<!doctype html"), "/docs is no page.")
    image = httpx2.get(f"{site.api_url}/docs/favicon-32x32.png", timeout=40)
    require(image.content.startswith(b"\x89PNG\r\n"), "An image does not arrive byte for byte.")


def slow_work_is_a_202(site: Site) -> None:
    """A training that outlasts the gateway's 29 seconds is answered with its job before they are over."""
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
    require(answer.status_code == 202, f"A slow training is answered with {answer.status_code}: {answer.text[:200]}.")
    httpx2.post(f"{site.api_url}/jobs/{answer.json()['job_id']}/cancel", headers=site.headers, timeout=40)


def iam_refuses(site: Site) -> None:
    """IAM itself, asked about each role, gives and refuses what the template meant."""
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
    ):
        given = _decided(site, function, action, f"arn:aws:s3:::{site.artifacts_bucket}/{key}")
        require(given == wanted, f"{function} {'may not' if wanted else 'may'} {action} {key}.")


def _decided(site: Site, function: str, action: str, resource: str) -> bool:
    name = f"{PROJECT}-{site.stage}-{function}"
    role = site.aws("lambda").get_function_configuration(FunctionName=name)["Role"]
    answer = site.aws("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource]
    )
    return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


def browsers_are_held_to_our_pages(site: Site) -> None:
    """The uploads answer a preflight of our own pages, and of no others."""
    address = site.aws("s3").generate_presigned_url("put_object", Params={"Bucket": site.uploads_bucket, "Key": "x"})
    bucket = address.partition("?")[0].removesuffix("/x")
    ours = site.api_url.rpartition("/")[0]
    statuses = {
        origin: httpx2.options(
            bucket, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}, timeout=40
        ).status_code
        for origin in (ours, _STRANGER)
    }
    require(statuses == {ours: 200, _STRANGER: 403}, f"Preflights are answered {statuses}.")


def the_buckets_are_private(site: Site) -> None:
    """Nobody reads without credentials or a signature."""
    for name in (site.uploads_bucket, site.artifacts_bucket):
        region = site.aws("s3").meta.region_name
        status = httpx2.get(f"https://{name}.s3.{region}.amazonaws.com/", timeout=40).status_code
        require(status == 403, f"{name} answers a stranger with {status}.")


def metadata_is_limited(site: Site) -> None:
    """S3 takes 2 KB of options beside an upload, and refuses more before anything arrives."""
    try:
        site.aws("s3").put_object(
            Bucket=site.uploads_bucket, Key="elsewhere/x", Body=b"", Metadata={"model-params": "x" * 2100}
        )
    except ClientError as error:
        code: Any = error.response["Error"]["Code"]
        require(code == "MetadataTooLarge", f"Too much metadata is refused as {code}.")
        return
    require(False, "S3 took more than 2 KB of metadata.")


ONLY_AWS: Final[Mapping[str, Callable[[Site], None]]] = {
    "JSON, problems and pages arrive as text, not base64": text_is_text,
    "a training that takes longer than 29 s is a 202": slow_work_is_a_202,
    "IAM gives each role what it needs, and refuses the rest": iam_refuses,
    "CORS: our own pages may upload, others may not": browsers_are_held_to_our_pages,
    "the buckets are private": the_buckets_are_private,
    "more than 2 KB of metadata are refused": metadata_is_limited,
}
