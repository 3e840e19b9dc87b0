"""The restore drill: models and jobs that were overwritten or deleted come back by the lines of the runbook."""

import os
import subprocess
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from mini_ml import keys
from mini_ml.jobs.job import Job
from mini_ml.topology import LOCAL_NAMES
from tests.docs.pages import page
from tests.fixtures.awscli import aws_at, aws_executable
from tests.fixtures.platform import Platform

SAMPLES = Path(__file__).parents[2] / "samples"
ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}
MISTAKE = b'{"written": "by mistake"}'


@pytest.fixture
def job(platform: Platform) -> Job:
    """The finished training of a model of its own."""
    key = f"train/restored-{uuid4().hex[:8]}/iris.csv"
    metadata = '{"target-column": "variety", "model-type": "LogisticRegression"}'
    platform.aws.s3("cp", str(SAMPLES / "iris.csv"), f"s3://{LOCAL_NAMES.uploads_bucket}/{key}", "--metadata", metadata)
    return platform.wait_for_upload_job(key)


def lines_that(*, restore: str) -> str:
    """Return the shell lines below a bold sentence of the section on restoring."""
    _, _, section = page("docs/runbook.md").text.partition("\n## Restore a model or a job\n")
    _, _, below = section.partition("\n## ")[0].partition(f"**{restore}")
    return below.partition("```sh\n")[2].partition("\n```")[0]


def paste(platform: Platform, lines: str, example: str, actual: str) -> None:
    """Run lines of the runbook in a shell, with the names of this test in place of the example's."""
    assert example in lines
    environment = {
        **aws_at(platform.endpoint_url).environment,
        "PATH": f"{aws_executable().parent}:{os.environ['PATH']}",
        "ARTIFACTS": LOCAL_NAMES.artifacts_bucket,
    }
    done = subprocess.run(
        ["bash", "-ec", "set -o pipefail\n" + lines.replace(example, actual)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def restore_deleted(platform: Platform, key: str) -> None:
    paste(platform, lines_that(restore="A deleted object."), "models/iris/versions/000001.json", key)


def restore_overwritten(platform: Platform, key: str) -> None:
    paste(platform, lines_that(restore="An overwritten object."), "jobs/$JOB.json", key)


def manifest_key(job: Job) -> str:
    return keys.manifest(str(job.model_name), 1)


def score(platform: Platform, job: Job) -> httpx2.Response:
    with platform.http() as http:
        return http.post(f"/models/{job.model_name}/versions/1/invocations", json={"dataframe_records": [ROW]})


def get(platform: Platform, path: str) -> httpx2.Response:
    with platform.http() as http:
        return http.get(path)


def test_a_deleted_version_of_a_model_is_served_again(platform: Platform, job: Job) -> None:
    platform.cloud.artifacts.delete(manifest_key(job))
    missing = score(platform, job)

    restore_deleted(platform, manifest_key(job))

    assert missing.json()["code"] == "model_not_found"
    assert score(platform, job).json()["predictions"] == ["Setosa"]
    assert get(platform, f"/models/{job.model_name}").json()["latest"] == 1


def test_an_overwritten_version_of_a_model_is_served_again(platform: Platform, job: Job) -> None:
    sealed = platform.cloud.artifacts.get(manifest_key(job)).body
    platform.cloud.artifacts.put(manifest_key(job), MISTAKE)
    rejected = score(platform, job)

    restore_overwritten(platform, manifest_key(job))

    assert rejected.json()["code"] == "artifact_rejected"
    assert platform.cloud.artifacts.get(manifest_key(job)).body == sealed
    assert score(platform, job).json()["predictions"] == ["Setosa"]


def test_a_model_whose_files_were_overwritten_and_deleted_is_served_from_their_versions(
    platform: Platform, job: Job
) -> None:
    files = list(platform.cloud.artifacts.list_keys(f"{keys.model_folder(str(job.model_name))}artifacts/"))
    for key in files:
        platform.cloud.artifacts.put(key, MISTAKE)
        platform.cloud.artifacts.delete(key)

    assert {key.rpartition("/")[2] for key in files} >= {"model.joblib", "plan.npz"}
    assert score(platform, job).json()["predictions"] == ["Setosa"]


def test_a_deleted_job_is_read_and_listed_again(platform: Platform, job: Job) -> None:
    before = get(platform, f"/jobs/{job.job_id}").json()
    platform.cloud.artifacts.delete(keys.job(job.job_id))
    platform.cloud.artifacts.delete(keys.job_by_time(job.job_id, job.created_at))
    missing = get(platform, f"/jobs/{job.job_id}")

    restore_deleted(platform, keys.job(job.job_id))
    restore_deleted(platform, keys.job_by_time(job.job_id, job.created_at))

    assert missing.json()["code"] == "job_not_found"
    assert get(platform, f"/jobs/{job.job_id}").json() == before
    [listed] = get(platform, f"/jobs?model_name={job.model_name}").json()["jobs"]
    assert listed["job_id"] == job.job_id


def test_an_overwritten_job_has_its_result_again(platform: Platform, job: Job) -> None:
    before = get(platform, f"/jobs/{job.job_id}").json()
    wrong = job.model_copy(update={"state": "queued", "result": None, "version": None})
    platform.cloud.artifacts.put(keys.job(job.job_id), wrong.model_dump_json().encode())
    overwritten = get(platform, f"/jobs/{job.job_id}").json()

    restore_overwritten(platform, keys.job(job.job_id))

    assert overwritten["state"] == "queued"
    assert get(platform, f"/jobs/{job.job_id}").json() == before


def test_everything_that_was_deleted_below_a_prefix_comes_back(platform: Platform, job: Job) -> None:
    folder = keys.model_folder(str(job.model_name))
    before = list(platform.cloud.artifacts.list_keys(folder))
    for key in before:
        platform.cloud.artifacts.delete(key)

    paste(platform, lines_that(restore="Everything that was deleted below a prefix"), "models/iris/", folder)

    assert list(platform.cloud.artifacts.list_keys(folder)) == before
    assert score(platform, job).json()["predictions"] == ["Setosa"]
