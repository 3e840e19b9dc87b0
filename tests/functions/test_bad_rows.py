"""Files with rows that cannot be read, from the request to the list of them, through every entry point."""

import csv
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from mini_ml import keys
from mini_ml.errors import StorageUnavailable
from tests.functions.services import Services, problem, services_in

BAD = "1,2,3,4,5,6"
"""A row with one cell too many."""


def table(*bad_lines: int, rows: int = 300) -> bytes:
    """Return a CSV of five columns that has a bad row on each of these lines, besides its readable rows."""
    lines = ["a,b,c,d,y", *(f"{row % 7},{row % 11}.5,{row % 13},{row * 3 % 17},{row % 5}.25" for row in range(rows))]
    for line in sorted(bad_lines):
        lines.insert(line - 1, BAD)
    return "\n".join([*lines, ""]).encode()


def train_table(client: httpx2.Client, body: bytes, **fields: str) -> httpx2.Response:
    """Train on a table through the form."""
    file = {"dataset_file": ("table.csv", body, "text/csv")}
    return client.post("/train", files=file, data={"model_type": "Ridge", "model_name": "table", **fields})


def predict_table(client: httpx2.Client, body: bytes, **fields: str) -> httpx2.Response:
    """Predict the rows of a table through the form."""
    file = {"input_file": ("new.csv", body, "text/csv")}
    return client.post("/predict", files=file, data={"model_name": "table", **fields})


def rejects_of(services: Services, job: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the list that a job stored, after following its link to it."""
    here = f"/jobs/{job['job_id']}"
    followed = services.api.get(urljoin(here, job["links"]["rejects"]))
    assert followed.status_code == 303
    assert job["result"]["rejects_key"] in followed.headers["location"]
    body = services.cloud.artifacts.get(job["result"]["rejects_key"]).body
    return list(csv.DictReader(body.decode().splitlines()))


def job_of(services: Services, answer: httpx2.Response) -> dict[str, Any]:
    """Return the finished job of an answer of `POST /predict`."""
    job: dict[str, Any] = services.api.get(f"/jobs/{answer.json()['job_id']}").json()
    return job


def job_of_upload(services: Services, key: str) -> dict[str, Any]:
    """Return the job of a file that was copied to S3."""
    [found] = services.api.get(f"/jobs?upload_key={key}").json()["jobs"]
    job: dict[str, Any] = services.api.get(f"/jobs/{found['job_id']}").json()
    return job


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with a model of a clean table; shared, so tests must not train it again."""
    with services_in(tmp_path_factory.mktemp("learned")) as services:
        assert train_table(services.trainer, table()).status_code == 201
        yield services


@pytest.mark.parametrize("fields", [{}, {"bad_rows": "skip"}])
def test_a_training_leaves_a_few_bad_rows_out_and_lists_them(idle: Services, fields: dict[str, str]) -> None:
    answer = train_table(idle.trainer, table(4, 200), **fields)

    assert answer.status_code == 201, answer.text
    job = idle.api.get(f"/jobs/{answer.json()['job_id']}").json()
    rejects = rejects_of(idle, job)
    assert [row["line"] for row in rejects] == ["4", "200"]
    assert all(row["reason"] for row in rejects)
    assert answer.json()["file"]["bad_rows"] == 2
    assert answer.json()["warnings"] != []


def test_the_job_and_the_manifest_of_a_training_count_the_same_bad_rows(idle: Services) -> None:
    answer = train_table(idle.trainer, table(4)).json()

    job = idle.api.get(f"/jobs/{answer['job_id']}").json()
    manifest = idle.api.get("/models/table/versions/1").json()

    assert job["file"] == manifest["file"] == answer["file"]
    assert manifest["file"]["bad_rows"] == 1


def test_a_model_is_the_same_with_and_without_the_bad_rows_that_were_left_out(
    learned: Services, idle: Services
) -> None:
    train_table(idle.trainer, table(4, 200))

    predictions = [
        predict_table(services.predict, table(rows=40)).json()["predictions"] for services in (learned, idle)
    ]

    assert predictions[0] == predictions[1]


@pytest.mark.parametrize(
    ("bad_lines", "fields"),
    [((4, 5, 6, 7), {}), ((4, 5, 6, 7), {"bad_rows": "skip"}), ((4,), {"bad_rows": "refuse"})],
    ids=["too many", "too many to skip", "refused"],
)
def test_a_training_with_more_bad_rows_than_it_may_leave_out_is_refused_with_their_lines(
    idle: Services, bad_lines: tuple[int, ...], fields: dict[str, str]
) -> None:
    answer = train_table(idle.trainer, table(*bad_lines), **fields)

    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid_dataset")
    assert 4 in [error.get("line") for error in problem(answer)["errors"]]
    assert list(idle.cloud.artifacts.list_keys(keys.MODELS)) == []


@pytest.mark.parametrize("fields", [{}, {"bad_rows": "refuse"}])
def test_a_prediction_refuses_a_file_with_a_bad_row(learned: Services, fields: dict[str, str]) -> None:
    answer = predict_table(learned.predict, table(4, rows=5), **fields)

    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid_dataset")
    assert 4 in [error.get("line") for error in problem(answer)["errors"]]


def test_a_prediction_that_keeps_bad_rows_has_none_for_them_and_all_others(learned: Services) -> None:
    whole = predict_table(learned.predict, table(rows=5)).json()

    answer = predict_table(learned.predict, table(4, rows=5), bad_rows="keep")

    assert answer.status_code == 200, answer.text
    predictions = answer.json()["predictions"]
    assert predictions[2] is None
    assert predictions[:2] + predictions[3:] == whole["predictions"]
    assert answer.json()["file"]["bad_rows"] == 1
    assert answer.json()["links"]["rejects"] == f"jobs/{answer.json()['job_id']}/rejects"


def test_a_bad_row_keeps_its_place_in_the_output_and_is_listed_beside_it(learned: Services) -> None:
    job = job_of(learned, predict_table(learned.predict, table(4, rows=5), bad_rows="keep"))

    output = learned.cloud.artifacts.get(job["result"]["output_key"]).body.decode().splitlines()
    folder = job["result"]["output_key"].rpartition("/")[0]
    assert job["result"]["rejects_key"] == f"{folder}/rejects.csv"
    assert [row["line"] for row in rejects_of(learned, job)] == ["4"]
    assert len(output) == 7
    assert output[3] == f"{BAD},"


def test_the_job_and_the_summary_of_a_batch_count_the_same_bad_rows(learned: Services) -> None:
    answer = predict_table(learned.predict, table(4, rows=5), bad_rows="keep")

    job = job_of(learned, answer)
    summary = json.loads(learned.cloud.artifacts.get(keys.prediction("table", 1, job["job_id"], "summary.json")).body)
    assert job["file"] == summary["file"] == answer.json()["file"]
    assert (summary["file"]["bad_rows"], summary["rows"]) == (1, 6)


def test_a_prediction_says_how_it_read_a_clean_file_and_lists_nothing(learned: Services) -> None:
    answer = predict_table(learned.predict, table(rows=5), bad_rows="keep")

    job = job_of(learned, answer)
    assert (answer.json()["file"]["delimiter"], answer.json()["file"]["bad_rows"]) == (",", 0)
    assert "rejects" not in answer.json()["links"].keys() | job["links"].keys()
    assert job["result"]["rejects_key"] is None


def test_metadata_lets_a_copied_file_keep_its_bad_rows_even_if_it_is_called_as_their_list(learned: Services) -> None:
    learned.cloud.uploads.put("predict/table/rejects.csv", table(4, rows=5), metadata={"bad-rows": "keep"})
    learned.deliver()

    job = job_of_upload(learned, "predict/table/rejects.csv")
    assert [row["line"] for row in rejects_of(learned, job)] == ["4"]
    assert job["result"]["output_key"].endswith("/rejects-scored.csv")
    assert b"prediction" in learned.cloud.artifacts.get(job["result"]["output_key"]).body


def test_a_batch_that_is_tried_again_leaves_one_list(idle: Services) -> None:
    train_table(idle.trainer, table())
    refused: list[str] = []

    def refuse_the_first_summary(method: str, key: str) -> None:
        if method == "create" and key.endswith("/summary.json") and not refused:
            refused.append(key)
            raise StorageUnavailable("away")

    idle.cloud.uploads.put("predict/table/again.csv", table(4, rows=5), metadata={"bad-rows": "keep"})
    [upload] = idle.cloud.queues["predict"].messages
    idle.cloud.artifacts.before = refuse_the_first_summary
    with pytest.raises(StorageUnavailable):
        idle.handlers["predict"](upload)
    idle.handlers["predict"](upload)

    job = job_of_upload(idle, upload.key)
    key = job["result"]["rejects_key"]
    assert (job["state"], job["attempt"]) == ("succeeded", 2)
    assert [head.key for head in idle.cloud.artifacts.list_versions(key)] == [key]


@pytest.mark.parametrize("service", ["api", "predict"])
def test_online_scoring_refuses_a_bad_row_by_its_line(learned: Services, service: str) -> None:
    headers = {"Content-Type": "text/csv"}

    answer = learned.client(service).post("/models/table/invocations", content=table(3, rows=3), headers=headers)

    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid_dataset")
    assert 3 in [error.get("line") for error in problem(answer)["errors"]]
