"""S3 uploads with the AWS CLI."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from mini_ml import keys
from mini_ml.contracts import PredictResult, TrainResult
from mini_ml.jobs.job import Job
from mini_ml.topology import LOCAL_NAMES
from tests.fixtures.platform import Platform
from tests.fixtures.waiting import eventually

SAMPLES = Path(__file__).parents[2] / "samples"
UPLOADS = f"s3://{LOCAL_NAMES.uploads_bucket}"
ARTIFACTS = f"s3://{LOCAL_NAMES.artifacts_bucket}"
MODEL = "by-copy-scored"
FLOWERS = {"Setosa", "Versicolor", "Virginica"}


def train(platform: Platform, model_name: str, metadata: dict[str, str]) -> Job:
    """Copy the iris sample to the folder of a model, and return the finished job."""
    source = str(SAMPLES / "iris.csv")
    platform.aws.s3("cp", source, f"{UPLOADS}/train/{model_name}/", "--metadata", json.dumps(metadata))
    return platform.wait_for_upload_job(f"train/{model_name}/iris.csv")


@pytest.fixture(scope="module")
def two_versions(platform: Platform) -> Platform:
    """The platform with two versions of a model; the alias `champion` points to the first."""
    for _ in range(2):
        assert train(platform, MODEL, {"target-column": "variety"}).state == "succeeded"
    with platform.http() as http:
        assert http.put(f"/models/{MODEL}/aliases/champion", json={"version": 1}).is_success
    return platform


def score(platform: Platform, source: Path, key: str) -> tuple[Job, list[str]]:
    """Copy a file to the predict folder, and return the finished job and the lines of its output."""
    platform.aws.s3("cp", str(source), f"{UPLOADS}/{key}")
    job = platform.wait_for_upload_job(key)
    assert job.failure is None
    assert isinstance(job.result, PredictResult)
    return job, platform.text(job.result.output_uri).splitlines()


@pytest.mark.parametrize(
    ("name", "options", "hint"),
    [
        ("archived", ("--storage-class", "GLACIER"), "restore-object"),
        ("locked", ("--sse-c", "AES256", "--sse-c-key", "k" * 32), "without `--sse-kms-key-id` and `--sse-c`"),
    ],
)
def test_a_file_that_s3_does_not_return_fails_its_job_and_says_what_to_do(
    platform: Platform, name: str, options: tuple[str, ...], hint: str
) -> None:
    platform.aws.s3("cp", str(SAMPLES / "iris.csv"), f"{UPLOADS}/train/{name}/", *options)

    with platform.http() as http:
        [job] = eventually(lambda: http.get(f"/jobs?state=failed&model_name={name}").json()["jobs"] or None)

    assert job["error"]["code"] == "upload_unreadable"
    assert hint in job["error"]["errors"][0]["hint"]


def test_a_copied_file_trains_a_model_stored_under_the_documented_keys(platform: Platform) -> None:
    platform.aws.s3("cp", str(SAMPLES / "iris.csv"), f"{UPLOADS}/train/by-copy/", "--metadata", "target-column=variety")

    job = platform.wait_for_upload_job("train/by-copy/iris.csv")

    manifest = platform.manifest("by-copy")
    artifact = f"models/by-copy/artifacts/{job.job_id}/1/model.joblib"
    assert job.state == "succeeded"
    assert job.result == TrainResult(
        version=1,
        manifest_uri=f"{ARTIFACTS}/models/by-copy/versions/000001.json",
        model_uri=f"{ARTIFACTS}/{artifact}",
    )
    assert (manifest.target, manifest.job_id, manifest.artifact.key) == ("variety", job.job_id, artifact)
    assert manifest.dataset.version_id == platform.cloud.uploads.head("train/by-copy/iris.csv").version_id
    assert keys.job(job.job_id) in platform.aws.s3("ls", "--recursive", f"{ARTIFACTS}/jobs/{job.job_id}")


def test_the_metadata_of_an_upload_are_its_options(platform: Platform) -> None:
    metadata = {
        "target-column": "petal.width",
        "model-type": "Ridge",
        "model-params": json.dumps({"alpha": 0.5}),
        "columns-to-drop": quote(json.dumps(["variety", "sepal.width"])),
    }

    train(platform, "with-options", metadata)

    manifest = platform.manifest("with-options")
    assert (manifest.target, manifest.task, manifest.model_type) == ("petal.width", "regression", "Ridge")
    assert manifest.model_params["alpha"] == 0.5
    assert [column.name for column in manifest.model_schema.columns] == ["sepal.length", "petal.length"]


def test_a_copied_file_is_scored_and_its_output_stored_under_the_documented_keys(two_versions: Platform) -> None:
    source = SAMPLES / "iris_predict.csv"

    job, output = score(two_versions, source, f"predict/{MODEL}/iris_predict.csv")

    folder = f"predictions/{MODEL}/000002/{job.job_id}"
    assert isinstance(job.result, PredictResult)
    assert job.version == 2
    assert job.result.output_key == f"{folder}/iris_predict.csv"
    assert job.result.summary_uri == f"{ARTIFACTS}/{folder}/summary.json"
    assert [line.rpartition(",")[0] for line in output] == source.read_text().splitlines()
    assert output[0].endswith(",prediction")
    assert {line.rpartition(",")[2] for line in output[1:]} <= FLOWERS
    summary = json.loads(two_versions.text(job.result.summary_uri))
    assert (summary["rows"], summary["job_id"], summary["version"]) == (15, job.job_id, 2)


@pytest.mark.parametrize(("at", "version"), [("@1", 1), ("@2", 2), ("@champion", 1), ("", 2)])
def test_the_folder_selects_the_version(two_versions: Platform, at: str, version: int) -> None:
    job, _ = score(two_versions, SAMPLES / "iris_predict.csv", f"predict/{MODEL}{at}/by-version.csv")

    assert job.version == version


@pytest.mark.parametrize("name", ["with space.csv", "a+b.csv", "março.csv", "100%.csv", "100%25.csv", "a b+ç%2B.csv"])
def test_a_file_may_have_any_name(two_versions: Platform, tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_bytes((SAMPLES / "iris_predict.csv").read_bytes())

    job, output = score(two_versions, source, f"predict/{MODEL}/{name}")

    assert job.upload.key == f"predict/{MODEL}/{name}"
    assert isinstance(job.result, PredictResult)
    assert job.result.output_key.rsplit("/", 1)[-1] == name
    assert len(output) == 16


def test_a_file_of_20_mb_is_uploaded_in_parts_and_scored_completely(two_versions: Platform, tmp_path: Path) -> None:
    header, *rows = (SAMPLES / "iris_predict.csv").read_text().splitlines(keepends=True)
    block = "".join(rows)
    source = tmp_path / "large.csv"
    source.write_text(header + block * (20 * 1024 * 1024 // len(block) + 1))

    job, output = score(two_versions, source, f"predict/{MODEL}/large.csv")

    assert "-" in two_versions.cloud.uploads.head(f"predict/{MODEL}/large.csv").etag
    assert isinstance(job.result, PredictResult)
    assert job.result.rows == len(output) - 1 == source.read_text().count("\n") - 1
    assert {line.rpartition(",")[2] for line in output[1:]} <= FLOWERS


def test_a_folder_can_be_copied(two_versions: Platform, tmp_path: Path) -> None:
    names = ["one.csv", "two.csv", "deeper/three.csv"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((SAMPLES / "iris_predict.csv").read_bytes())

    two_versions.aws.s3("cp", "--recursive", str(tmp_path), f"{UPLOADS}/predict/{MODEL}/folder/")

    ended = [two_versions.wait_for_upload_job(f"predict/{MODEL}/folder/{name}") for name in names]
    assert [job.state for job in ended] == ["succeeded"] * 3
    assert len({job.job_id for job in ended}) == 3


def test_a_file_that_is_not_a_csv_fails_its_job_with_the_reason(platform: Platform, tmp_path: Path) -> None:
    source = tmp_path / "picture.png"
    source.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))

    platform.aws.s3("cp", str(source), f"{UPLOADS}/train/no-csv/")

    job = platform.wait_for_upload_job("train/no-csv/picture.png")
    assert job.state == "failed"
    assert job.failure is not None
    assert job.failure.code == "invalid_dataset"
    assert "PNG" in job.failure.detail.upper()


def test_a_folder_with_an_invalid_model_name_fails_the_job_with_the_reason(platform: Platform) -> None:
    platform.aws.s3("cp", str(SAMPLES / "iris.csv"), f"{UPLOADS}/train/No Model!/")

    job = platform.wait_for_upload_job("train/No Model!/iris.csv")

    assert (job.state, job.model_name) == ("failed", None)
    assert job.failure is not None
    assert job.failure.code == "invalid_name"


def test_a_model_that_does_not_exist_fails_the_job(platform: Platform) -> None:
    platform.aws.s3("cp", str(SAMPLES / "iris_predict.csv"), f"{UPLOADS}/predict/nobodys-model/")

    job = platform.wait_for_upload_job("predict/nobodys-model/iris_predict.csv")

    assert job.failure is not None
    assert job.failure.code == "model_not_found"


def test_a_file_without_a_folder_uses_the_default_model(platform: Platform) -> None:
    platform.aws.s3("cp", str(SAMPLES / "iris.csv"), f"{UPLOADS}/train/")

    assert platform.wait_for_upload_job("train/iris.csv").model_name == keys.DEFAULT_MODEL


def test_a_folder_marker_creates_no_job(platform: Platform) -> None:
    marker = platform.cloud.uploads.put("train/marked/", b"")
    assert train(platform, "marked", {"target-column": "variety"}).state == "succeeded"

    job_id = keys.job_id_of_upload(LOCAL_NAMES.uploads_bucket, "train/marked/", marker.version_id)
    assert list(platform.cloud.artifacts.list_keys(keys.job(job_id))) == []


def test_a_file_copied_twice_creates_two_jobs_and_two_versions(platform: Platform) -> None:
    first = train(platform, "twice", {"target-column": "variety"})
    second = train(platform, "twice", {"target-column": "variety"})

    assert (first.version, second.version) == (1, 2)
