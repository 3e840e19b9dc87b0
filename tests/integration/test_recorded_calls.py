"""Services and pollers record their AWS calls, which are checked against the policies when the tests end."""

from pathlib import Path

import pytest

from tests.fixtures.calls import read_calls
from tests.fixtures.platform import Platform
from tests.fixtures.waiting import eventually

SAMPLES = Path(__file__).parents[2] / "samples"
ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}


@pytest.fixture(scope="module")
def used(platform: Platform) -> None:
    """The platform after a training, a batch prediction, an online prediction and a sweep."""
    with platform.http() as http:
        train = {"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")}
        http.post("/train", files=train, data={"model_name": "recorded"}).raise_for_status()
        rows = {"input_file": ("new.csv", (SAMPLES / "iris_predict.csv").read_bytes(), "text/csv")}
        http.post("/predict", files=rows, data={"model_name": "recorded"}).raise_for_status()
        http.post("/models/recorded/invocations", json={"instances": [ROW]}).raise_for_status()
    eventually(lambda: next(platform.cloud.artifacts.list_keys("sweep/"), None))


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize(
    ("function", "operation", "bucket", "prefix"),
    [
        ("api", "PutObject", "mini-ml-uploads", "train/recorded/"),
        ("sweeper", "PutObject", "mini-ml-artifacts", "sweep/"),
        ("trainer", "PutObject", "mini-ml-artifacts", "models/recorded/versions/"),
        ("predict-http", "GetObject", "mini-ml-artifacts", "models/recorded/versions/"),
        ("predict-batch", "PutObject", "mini-ml-artifacts", "predictions/recorded/"),
    ],
)
def test_the_calls_of_every_kind_of_process_are_recorded(
    recorded_calls: Path, function: str, operation: str, bucket: str, prefix: str
) -> None:
    calls = [call for call in read_calls(recorded_calls, function) if call.get("Bucket") == bucket]

    assert [call for call in calls if call["operation"] == operation and call["Key"].startswith(prefix)] != []
