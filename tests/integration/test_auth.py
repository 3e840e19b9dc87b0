"""A local platform with authentication on: every HTTP entry point, and S3."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from mini_ml.adapters.auth.api_keys import new_key
from mini_ml.cli import main
from mini_ml.client import Client, RequestRejected
from mini_ml.contracts import TrainOptions
from mini_ml.topology import SAFE_HEADERS
from tests.fixtures.platform import Platform, local_settings, running_platform

SAMPLES = Path(__file__).parents[2] / "samples"
ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}
CI, CI_ENTRY = new_key("ci", ["train", "predict", "read"])
READER, READER_ENTRY = new_key("reader", ["read"])
ENTRY_POINTS = ["api_url", "gateway_url"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("locked")


@pytest.fixture(scope="module")
def locked(folder: Path) -> Iterator[Platform]:
    """A platform with authentication on, two API keys and its admin key."""
    settings = local_settings(folder, auth="on", api_keys=f"{CI_ENTRY} {READER_ENTRY}")
    with running_platform(settings) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def _trained(locked: Platform) -> None:
    with Client(locked.api_url, credential=CI) as client:
        client.train(SAMPLES / "iris.csv", model_name="iris", options=TrainOptions(target_column="variety"))


def statuses(url: str, credential: str | None) -> dict[str, int]:
    """Return the status of one request to each kind of route."""
    headers = {"Authorization": f"Bearer {credential}"} if credential else {}
    dataset = {"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")}
    rows = {"input_file": ("rows.csv", (SAMPLES / "iris_predict.csv").read_bytes(), "text/csv")}
    with httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client:
        return {
            "train": client.post("/train", files=dataset, data={"model_name": "again"}).status_code,
            "predict": client.post("/predict", files=rows, data={"model_name": "iris"}).status_code,
            "score": client.post("/models/iris/invocations", json={"instances": [ROW]}).status_code,
            "read": client.get("/models/iris").status_code,
            "move": client.put("/models/iris/aliases/champion", json={"version": 1}).status_code,
            "health": client.get("/health").status_code,
        }


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_every_entry_point_enforces_the_scopes_of_a_key(locked: Platform, folder: Path, entry_point: str) -> None:
    url = getattr(locked, entry_point)
    admin = (folder / "admin.key").read_text()

    assert statuses(url, None) == dict.fromkeys(["train", "predict", "score", "read", "move"], 401) | {"health": 200}
    assert statuses(url, READER) == {
        **dict.fromkeys(["train", "predict", "score", "move"], 403),
        "read": 200,
        "health": 200,
    }
    assert statuses(url, CI) == {
        "train": 201,
        "predict": 200,
        "score": 200,
        "read": 200,
        "move": 403,
        "health": 200,
    }
    assert statuses(url, admin)["move"] == 204


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
@pytest.mark.parametrize("credential", [None, "wrong", CI], ids=["none", "wrong", "of a client"])
def test_an_unknown_path_is_not_found_with_and_without_a_credential(
    locked: Platform, entry_point: str, credential: str | None
) -> None:
    headers = {"Authorization": f"Bearer {credential}"} if credential else {}

    answer = httpx2.get(f"{getattr(locked, entry_point)}/no/such/route", headers=headers, trust_env=False)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "route_not_found"
    assert {name: answer.headers.get(name) for name in SAFE_HEADERS} == SAFE_HEADERS


@pytest.mark.parametrize("service", ["trainer_url", "predict_url"])
def test_the_services_require_a_credential_on_their_own_ports(locked: Platform, service: str) -> None:
    with locked.http(getattr(locked, service)) as client:
        assert client.get("/models/iris").status_code == 401
        assert client.get("/models/iris", headers={"X-API-Key": READER}).status_code == 200


def test_the_command_line_sends_the_key_of_the_environment(
    locked: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rejected = main(["models", "iris", "--url", locked.api_url])
    monkeypatch.setenv("MINI_ML_API_KEY", READER)
    accepted = main(["models", "iris", "--url", locked.api_url])

    assert (rejected, accepted) == (1, 0)
    printed = capsys.readouterr()
    assert "Missing credential" in printed.err
    assert "latest" in printed.out


def test_a_result_downloads_without_the_key_going_to_s3(locked: Platform, tmp_path: Path) -> None:
    with Client(locked.api_url, credential=CI) as client, (tmp_path / "result.csv").open("wb") as target:
        client.download_result(client.predict(SAMPLES / "iris_predict.csv", model_name="iris"), target)

    assert (tmp_path / "result.csv").read_text().splitlines()[0].endswith("prediction")


def test_a_large_file_is_uploaded_through_s3_with_the_key_sent_to_the_platform_only(locked: Platform) -> None:
    with Client(locked.api_url, credential=CI, inline_bytes=10) as client:
        job = client.train(SAMPLES / "iris.csv", model_name="through-s3")

    assert job.state == "succeeded"


def test_an_s3_upload_needs_no_key_of_the_platform(locked: Platform) -> None:
    locked.cloud.uploads.put("train/by-s3/iris.csv", (SAMPLES / "iris.csv").read_bytes())

    assert locked.wait_for_upload_job("train/by-s3/iris.csv").state == "succeeded"


def test_a_key_without_the_scope_is_rejected_with_the_name_of_the_scope(locked: Platform) -> None:
    with Client(locked.api_url, credential=READER) as client, pytest.raises(RequestRejected, match="the scope train"):
        client.train(SAMPLES / "iris.csv")


def test_the_logs_of_the_services_contain_no_key(locked: Platform, folder: Path) -> None:
    """Run last, on the logs of all tests above."""
    written = "".join(path.read_text(errors="replace") for path in (folder / "logs").iterdir())

    assert '"status":401' in written
    assert [key for key in (CI, READER, (folder / "admin.key").read_text()) if key in written] == []


def test_only_the_owner_can_read_the_key_in_the_state_folder(folder: Path) -> None:
    assert (folder / "admin.key").stat().st_mode & 0o777 == 0o600
