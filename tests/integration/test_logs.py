"""The log lines of a running platform: JSON in the files, with one id from the request to the worker."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mini_ml.cli import main
from tests.fixtures.platform import Platform, local_settings, running_platform

IRIS = (Path(__file__).parents[2] / "samples" / "iris.csv").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logged")


@pytest.fixture(scope="module")
def platform(folder: Path) -> Iterator[Platform]:
    with running_platform(local_settings(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def trained(platform: Platform) -> dict[str, Any]:
    """A job of a request through the gateway that has an id."""
    with httpx2.Client(base_url=platform.gateway_url, trust_env=False, timeout=60) as client:
        answer = client.post(
            "/train",
            files={"dataset_file": ("iris.csv", IRIS, "text/csv")},
            data={"model_name": "iris", "model_type": "GaussianNB"},
            headers={"X-Correlation-Id": "order-17"},
        )
    assert (answer.status_code, answer.headers["x-correlation-id"]) == (201, "order-17")
    job: dict[str, Any] = answer.json()
    return job


def lines_of(folder: Path) -> list[dict[str, Any]]:
    """Return the fields of every line of every process of the platform."""
    files = [path for path in (folder / "logs").glob("*.log") if path.stem != "emulator"]
    return [{**json.loads(line), "process": path.stem} for path in files for line in path.read_text().splitlines()]


def test_one_id_leads_from_the_request_to_the_worker(folder: Path, trained: dict[str, Any]) -> None:
    of_request = [line for line in lines_of(folder) if line.get("correlation_id") == "order-17"]

    assert {(line["process"], line["message"]) for line in of_request} == {
        ("api", "job_created"),
        ("api", "request"),
        ("trainer-poller-1", "job_started"),
        ("trainer-poller-1", "job_succeeded"),
        ("trainer-poller-1", "job.succeeded"),
    }
    assert {line["job_id"] for line in of_request} == {trained["job_id"]}


@pytest.mark.parametrize(
    ("metadata", "has_own_id"),
    [({"correlation-id": "nightly-3"}, True), ({"correlation-id": "not allowed"}, False), ({}, False)],
)
def test_a_copied_file_can_name_the_id(
    platform: Platform, folder: Path, trained: dict[str, Any], metadata: dict[str, str], has_own_id: bool
) -> None:
    key = "predict/iris/rows.csv"
    platform.cloud.uploads.put(key, IRIS, metadata=metadata)

    job = platform.wait_for_upload_job(key)

    expected = "nightly-3" if has_own_id else job.job_id
    assert job.correlation_id == expected
    of_job = [line for line in lines_of(folder) if line.get("job_id") == job.job_id]
    assert {line["correlation_id"] for line in of_job} == {expected}
    summary = json.loads(platform.cloud.artifacts.get(f"predictions/iris/000001/{job.job_id}/summary.json").body)
    assert summary["correlation_id"] == expected


def test_no_line_has_the_address_of_a_request(platform: Platform, folder: Path) -> None:
    with platform.http() as client:
        client.get("/models/private", params={"private": "private"})
        client.get("/private")

    assert "private" not in json.dumps(lines_of(folder))


def test_every_request_for_an_unknown_path_reaches_the_api_with_an_id_of_its_own(
    platform: Platform, folder: Path
) -> None:
    with httpx2.Client(base_url=platform.gateway_url, trust_env=False, timeout=60) as client:
        found = {client.get("/nowhere").headers["x-correlation-id"] for _ in range(2)}

    assert len(found) == 2
    of_the_api = [line for line in lines_of(folder) if line["process"] == "api" and line["message"] == "request"]
    assert found <= {line["correlation_id"] for line in of_the_api}


def test_the_command_line_prints_the_lines_of_a_job(
    folder: Path, trained: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINI_ML_STATE_DIR", str(folder))

    assert main(["logs", "--job", trained["job_id"]]) == 0

    printed = [line.split()[2:4] for line in capsys.readouterr().out.splitlines()]
    assert printed[:3] == [
        ["api", "job_created"],
        ["trainer-poller-1", "job_started"],
        ["trainer-poller-1", "job_succeeded"],
    ]
    # The api answers while the worker sends the event.
    assert sorted(printed[3:]) == [["api", "request"], ["trainer-poller-1", "job.succeeded"]]
