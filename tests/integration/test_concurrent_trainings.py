"""Many trainings of one model in parallel."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mini_ml import keys
from tests.fixtures.platform import Platform

IRIS = Path(__file__).parents[2] / "samples" / "iris.csv"
TRAININGS = 6


def test_parallel_trainings_publish_one_version_each(platform: Platform) -> None:
    def submit(number: int) -> str:
        with platform.http() as http:
            answer = http.post(
                "/train",
                files={"dataset_file": (f"{number}.csv", IRIS.read_bytes(), "text/csv")},
                data={"target_column": "variety", "model_name": "crowd", "model_type": "GaussianNB"},
                headers={"Prefer": "respond-async"},
            )
        return str(answer.json()["job_id"])

    with ThreadPoolExecutor(TRAININGS) as threads:
        submitted = list(threads.map(submit, range(TRAININGS)))
    ended = [platform.wait_for_job(job_id) for job_id in submitted]

    numbers = range(1, TRAININGS + 1)
    assert sorted(job.version or 0 for job in ended) == list(numbers)
    assert list(platform.cloud.artifacts.list_keys(keys.versions("crowd"))) == [
        keys.manifest("crowd", number) for number in numbers
    ]
    assert {platform.manifest("crowd", str(job.version)).job_id for job in ended} == set(submitted)
