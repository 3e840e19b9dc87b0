"""Models, jobs and uploads survive a restart and a kill of all processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mini_ml import keys
from mini_ml.contracts import PredictResult
from mini_ml.jobs import store
from mini_ml.jobs.job import Job
from tests.fixtures.manual_platform import ManualPlatform, open_manual_platform
from tests.fixtures.platform import Platform, local_settings
from tests.fixtures.waiting import eventually

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ManualPlatform]:
    """A platform without running processes."""
    with open_manual_platform(local_settings(tmp_path, stage="test")) as platform:
        yield platform


def train(platform: Platform, *, trees: int = 10) -> str:
    """Submit the iris sample for training, and return the id of the job."""
    with platform.http() as http:
        answer = http.post(
            "/train",
            files={"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")},
            data={
                "target_column": "variety",
                "model_name": "iris",
                "model_type": "RandomForestClassifier",
                "model_params": f'{{"n_estimators": {trees}}}',
            },
            headers={"Prefer": "respond-async"},
        )
    assert answer.is_success, answer.text
    return str(answer.json()["job_id"])


def predict(platform: Platform) -> str:
    """Score the iris sample, and return the id of the job."""
    with platform.http() as http:
        files = {"input_file": ("new.csv", (SAMPLES / "iris_predict.csv").read_bytes(), "text/csv")}
        answer = http.post("/predict", files=files, data={"model_name": "iris"})
    assert answer.is_success, answer.text
    return str(answer.json()["job_id"])


def output_of(job: Job) -> str:
    """Return the URI of the output of a batch prediction."""
    assert isinstance(job.result, PredictResult)
    return job.result.output_uri


def get_all(platform: Platform, *addresses: str) -> list[object]:
    """Return the responses of the api to GET requests."""
    with platform.http() as http:
        answers = [http.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    return [answer.json() for answer in answers]


def test_models_jobs_and_predictions_survive_a_restart(cloud: ManualPlatform) -> None:
    platform = cloud.platform
    cloud.start_services()
    cloud.start_pollers()
    trained = platform.wait_for_job(train(platform))
    scored = platform.wait_for_job(predict(platform))
    addresses = [
        "/models/iris",
        "/models/iris/versions/1",
        "/jobs",
        f"/jobs/{trained.job_id}",
        f"/jobs/{scored.job_id}",
    ]
    before = get_all(platform, *addresses)
    output = platform.text(output_of(scored))

    cloud.stop()
    cloud.start_services()
    cloud.start_pollers()

    assert get_all(platform, *addresses) == before
    assert platform.text(output_of(scored)) == output
    assert platform.wait_for_job(predict(platform)).version == 1
    assert platform.wait_for_job(train(platform)).version == 2


def test_no_accepted_upload_is_lost_when_everything_is_killed(cloud: ManualPlatform) -> None:
    platform = cloud.platform
    cloud.start_services()
    submitted = train(platform)
    platform.aws.s3("cp", str(SAMPLES / "iris.csv"), "s3://mini-ml-uploads/train/bare/")

    cloud.kill()
    cloud.start_services()
    cloud.start_pollers()

    assert platform.wait_for_job(submitted).state == "succeeded"
    assert platform.wait_for_upload_job("train/bare/iris.csv").state == "succeeded"


def test_a_training_whose_worker_was_killed_is_resumed(cloud: ManualPlatform) -> None:
    platform = cloud.platform
    cloud.start_services()
    cloud.start_pollers()
    submitted = train(platform, trees=1000)
    eventually(lambda: store.read(platform.cloud, submitted).state == "running" or None)

    cloud.kill()
    cloud.start_services()
    cloud.start_pollers()

    job = platform.wait_for_job(submitted)
    assert (job.state, job.attempt, job.version) == ("succeeded", 2, 1)
    assert list(platform.cloud.artifacts.list_keys(keys.versions("iris"))) == [keys.manifest("iris", 1)]
