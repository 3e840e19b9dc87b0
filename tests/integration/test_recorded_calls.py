"""Services and pollers record what they call, so that it can be held to their policies when the tests end."""

from pathlib import Path

import pytest

from tests.fixtures.calls import recorded
from tests.fixtures.platform import Platform
from tests.fixtures.waiting import eventually

SAMPLES = Path(__file__).parents[2] / "samples"
ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}


@pytest.fixture(scope="module")
def used(platform: Platform) -> None:
    """A cloud that has trained, scored a file, scored a row, and swept."""
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
        ("api", "PutObject", "mini-ml-artifacts", "sweep/"),
        ("trainer", "PutObject", "mini-ml-artifacts", "models/recorded/versions/"),
        ("predict-door", "GetObject", "mini-ml-artifacts", "models/recorded/versions/"),
        ("predict-batch", "PutObject", "mini-ml-artifacts", "predictions/recorded/"),
    ],
)
def test_a_function_is_recorded_whichever_process_it_is(
    recorded_calls: Path, function: str, operation: str, bucket: str, prefix: str
) -> None:
    calls = [call for call in recorded(recorded_calls, function) if call.get("Bucket") == bucket]

    assert [call for call in calls if call["operation"] == operation and call["Key"].startswith(prefix)] != []
