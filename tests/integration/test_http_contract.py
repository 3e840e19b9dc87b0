"""The HTTP contract on a running platform, through the port of the api and through the gateway."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import httpx2
import pytest

from tests.fixtures.platform import Platform
from tests.fixtures.waiting import eventually

ROOT = Path(__file__).parents[2]
SEED_TRAIN = (
    "curl -X POST http://localhost:8000/train -H 'accept: application/json' -H 'Content-Type: multipart/form-data' "
    "-F 'dataset_file=@samples/iris.csv;type=text/csv' -F 'model_type=RandomForestClassifier' -F 'model_params={}' "
    "-F 'target_column=variety' -F 'columns_to_drop='"
)
SEED_PREDICT = (
    "curl -X POST http://localhost:8000/predict -H 'accept: application/json' -H 'Content-Type: multipart/form-data' "
    "-F 'input_file=@samples/iris_predict.csv;type=text/csv' -F 'columns_to_drop=[\"variety\"]'"
)
ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}


@pytest.fixture(params=["api", "gateway"])
def base_url(request: pytest.FixtureRequest, platform: Platform) -> str:
    """A base URL of the API, without a trailing slash."""
    url: str = getattr(platform, f"{request.param}_url")
    return url.rstrip("/")


@pytest.fixture
def http(platform: Platform, base_url: str) -> Iterator[httpx2.Client]:
    """A client of that base URL; it does not follow redirects."""
    with platform.http(f"{base_url}/") as client:
        yield client


@pytest.fixture
def redirected(http: httpx2.Client, base_url: str, pytestconfig: pytest.Config) -> httpx2.Client:
    """The same client; skips the test on LocalStack's REST API, which follows redirects itself."""
    if pytestconfig.getoption("localstack") and "/_aws/execute-api/" in base_url:
        pytest.skip("LocalStack's REST API follows redirects itself")
    return http


@pytest.fixture(scope="module")
def iris(platform: Platform) -> str:
    """Name of a model with one version."""
    with platform.http() as client:
        answer = client.post("/train", files=file("dataset_file", "iris.csv"), data=fields("contract"))
    assert answer.status_code == 201, answer.text
    return "contract"


def fields(model_name: str, **others: str) -> dict[str, str]:
    """Return the form fields of a fast training."""
    return {"model_name": model_name, "target_column": "variety", "model_type": "LogisticRegression", **others}


def file(field: str, name: str) -> dict[str, tuple[str, bytes, str]]:
    """Return a sample as a form file."""
    return {field: (name, (ROOT / "samples" / name).read_bytes(), "text/csv")}


def run(line: str, base_url: str) -> str:
    """Run a command of the seed against another base URL, and return its output."""
    command = line.replace("http://localhost:8000", base_url)
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def test_the_commands_of_the_seed_return_metrics_and_predictions(base_url: str) -> None:
    trained = run(SEED_TRAIN, base_url)
    predicted = run(SEED_PREDICT, base_url)

    assert re.search(r'"accuracy":0\.[89]', trained), trained
    assert predicted.count("Setosa") >= 3, predicted


def test_the_links_of_a_training_lead_to_version_job_result_and_artifact(http: httpx2.Client) -> None:
    answer = http.post("train", files=file("dataset_file", "iris.csv"), data=fields("led"))
    where = str(answer.request.url)

    version = http.get(urljoin(where, answer.headers["location"]))
    job = http.get(urljoin(where, answer.json()["links"]["self"]))
    result = http.get(urljoin(where, answer.json()["links"]["result"]), follow_redirects=True)
    download = http.get(urljoin(str(version.url), version.json()["links"]["artifact"]), follow_redirects=True)

    assert (answer.status_code, version.status_code, job.status_code) == (201, 200, 200)
    assert result.json() == version.json()
    assert len(download.content) == version.json()["artifact"]["size"]


def test_the_links_of_a_prediction_lead_to_the_complete_output(http: httpx2.Client, iris: str) -> None:
    answer = http.post("predict", files=file("input_file", "iris_predict.csv"), data={"model_name": iris})
    address = urljoin(str(answer.request.url), answer.json()["links"]["result"])
    output = http.get(address, follow_redirects=True)
    elsewhere = http.get(address, params={"redirect": "false"}).json()["url"]

    rows = output.text.splitlines()
    assert (answer.status_code, output.status_code) == (200, 200)
    assert httpx2.get(elsewhere, trust_env=False).text == output.text
    assert rows[0].split(",")[-1].strip('"') == "prediction"
    assert [row.split(",")[-1] for row in rows[1:]] == answer.json()["predictions"]


def test_results_and_models_redirect_to_their_locations(redirected: httpx2.Client, iris: str) -> None:
    scored = redirected.post("predict", files=file("input_file", "iris_predict.csv"), data={"model_name": iris}).json()
    trained = redirected.get("jobs", params={"model_name": iris, "kind": "train"}).json()["jobs"][0]["job_id"]

    version = redirected.get(f"jobs/{trained}/result")
    output = redirected.get(f"jobs/{scored['job_id']}/result")
    model = redirected.get(f"models/{iris}/versions/1/artifact")

    assert [answer.status_code for answer in (version, output, model)] == [303, 303, 303]
    assert version.headers["location"] == f"../../models/{iris}/versions/1"
    assert "X-Amz-Signature=" in output.headers["location"]
    assert "X-Amz-Signature=" in model.headers["location"]
    # Checked in the URL: ministack drops the file name from responses for an object version.
    assert f'filename="{iris}-1.joblib"' in unquote(model.headers["location"])


def test_a_presigned_upload_is_processed_like_any_other(http: httpx2.Client, platform: Platform) -> None:
    asked = {
        "kind": "train",
        "filename": "ïris +1.csv",
        "model_name": "posted",
        "options": {"target_column": "variety"},
    }
    answer = http.post("uploads", json=asked)
    invitation = answer.json()

    posted = httpx2.post(invitation["url"], data=invitation["fields"], files=file("file", "iris.csv"), trust_env=False)
    job = eventually(lambda: find_ended_job(http, urljoin(str(answer.request.url), answer.headers["location"])))

    assert (answer.status_code, posted.status_code) == (201, 204)
    assert (job["state"], job["options"]["target_column"]) == ("succeeded", "variety")


def find_ended_job(http: httpx2.Client, address: str) -> dict[str, Any] | None:
    """Return a job if it has ended, else None."""
    job: dict[str, Any] = http.get(address).json()
    return job if job["state"] in ("succeeded", "failed") else None


def test_rows_are_scored_online(http: httpx2.Client, iris: str) -> None:
    newest = http.post(f"models/{iris}/invocations", json={"instances": [ROW]})
    first = http.post(f"models/{iris}/versions/1/invocations?probabilities=true", json={"dataframe_records": [ROW]})

    assert newest.json()["predictions"] == first.json()["predictions"] == ["Setosa"]
    assert first.json()["probabilities"][0]["Setosa"] > 0.5


def test_an_alias_is_set_and_deleted(http: httpx2.Client, iris: str) -> None:
    address = f"models/{iris}/aliases/champion"

    made = http.put(address, json={"version": 1})
    found = http.get(f"models/{iris}/versions/champion")
    gone = http.delete(address)

    assert (made.status_code, found.json()["version"], gone.status_code) == (204, 1, 204)
    assert http.get(f"models/{iris}/versions/champion").json()["code"] == "alias_not_found"


def test_jobs_are_paginated_by_links(http: httpx2.Client, iris: str) -> None:
    for _ in range(3):
        http.post("train", files=file("dataset_file", "iris.csv"), data=fields("paged"), headers={"Prefer": "wait=0"})

    first = http.get("jobs", params={"model_name": "paged", "limit": 2})
    second = http.get(urljoin(str(first.url), first.json()["links"]["next"]))

    assert len(first.json()["jobs"]) == 2
    assert second.json()["jobs"][0]["model_name"] == "paged"


def test_a_failed_training_returns_its_problem(http: httpx2.Client) -> None:
    answer = http.post("train", files=file("dataset_file", "iris.csv"), data=fields("led", target_column="varieti"))

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "variety" in answer.json()["errors"][0]["hint"]
    assert http.get(urljoin(str(answer.request.url), answer.json()["instance"])).json()["state"] == "failed"


def test_a_prefer_header_is_applied(http: httpx2.Client) -> None:
    answer = http.post(
        "train", files=file("dataset_file", "iris.csv"), data=fields("later"), headers={"Prefer": "respond-async"}
    )

    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    assert http.get(urljoin(str(answer.request.url), answer.headers["location"])).status_code == 200


def test_all_resources_of_the_docs_page_load(http: httpx2.Client) -> None:
    page = http.get("docs")

    references = re.findall(r"(?:src|href)=\"([^\"]+)\"|url: '([^']+)'", page.text)
    answers = [http.get(urljoin(str(page.url), first or second)) for first, second in references]

    assert len(answers) >= 4
    assert {answer.status_code for answer in answers} == {200}


def test_a_file_that_is_too_large_is_rejected(http: httpx2.Client) -> None:
    big = {"dataset_file": ("big.csv", b"a,b\n" + b"1,2\n" * 2_000_000, "text/csv")}

    answer = http.post("train", files=big)

    assert answer.status_code == 413


@pytest.mark.parametrize("service", ["trainer", "predict"])
def test_every_service_has_its_own_docs_page(platform: Platform, service: str) -> None:
    url: str = getattr(platform, f"{service}_url")

    with platform.http(url) as client:
        assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 200
        assert client.get("/health").json() == {"status": "healthy"}


def test_the_trainer_and_the_predict_service_work_directly(platform: Platform) -> None:
    trained = run(SEED_TRAIN.replace("http://localhost:8000", platform.trainer_url.rstrip("/")), "")
    predicted = run(SEED_PREDICT.replace("http://localhost:8000", platform.predict_url.rstrip("/")), "")

    assert '"state":"succeeded"' in trained
    assert predicted.count("Setosa") >= 3


@pytest.mark.parametrize("path", ["/no/such/route", "/models/iris/no-such-route"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer a-key"}], ids=["without", "with a credential"])
def test_an_unknown_path_is_not_found(http: httpx2.Client, path: str, headers: dict[str, str]) -> None:
    answer = http.get(path, headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "route_not_found"
