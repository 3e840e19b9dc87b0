"""`POST /uploads`: a form for S3, and a job that waits for the file."""

import json
from typing import Any

import pytest

from mini_ml.errors import UploadTooLarge
from mini_ml.ports import PresignedPost
from tests.functions.services import Services, faulty, problem, sample, train

ASKED: dict[str, Any] = {"kind": "train", "filename": "iris.csv", "options": {"target_column": "variety"}}


def upload(services: Services, invitation: dict[str, Any], body: bytes) -> None:
    """Post a file as the invitation says."""
    post = PresignedPost(url=invitation["url"], fields=invitation["fields"])
    services.cloud.uploads.receive(post, body)


def test_an_upload_is_posted_to_s3_and_trains_as_its_job_says(idle: Services) -> None:
    answer = idle.api.post("/uploads", json=ASKED)
    invitation = answer.json()

    waiting = idle.api.get("/" + answer.headers["location"]).json()
    upload(idle, invitation, sample("iris.csv"))
    idle.deliver()
    done = idle.api.get("/" + invitation["links"]["job"]).json()

    assert (answer.status_code, waiting["state"], done["state"]) == (201, "awaiting_upload", "succeeded")
    assert set(invitation) == {"job_id", "url", "fields", "key", "max_bytes", "expires_at", "links"}
    assert done["options"]["target_column"] == "variety"


def test_a_prediction_by_upload_writes_what_was_asked_for(idle: Services) -> None:
    train(idle.trainer)
    asked = {"kind": "predict", "filename": "new.csv", "version": "1", "options": {"output": "predictions"}}

    invitation = idle.api.post("/uploads", json=asked).json()
    upload(idle, invitation, sample("iris_predict.csv"))
    idle.deliver()

    result = idle.api.get(f"/jobs/{invitation['job_id']}").json()["result"]
    written = idle.cloud.artifacts.get(result["output_key"]).body
    assert written.splitlines()[0] == b"prediction"


def test_a_prediction_by_upload_keeps_bad_rows_if_it_is_told_to(idle: Services) -> None:
    train(idle.trainer)
    asked = {"kind": "predict", "filename": "new.csv", "options": {"bad_rows": "keep"}}

    invitation = idle.api.post("/uploads", json=asked).json()

    assert idle.api.get(f"/jobs/{invitation['job_id']}").json()["options"]["bad_rows"] == "keep"


@pytest.mark.parametrize("given", [{}, {"bad_rows": None}, {"bad_rows": ""}])
def test_a_training_by_upload_skips_bad_rows_if_it_is_told_nothing(idle: Services, given: dict[str, Any]) -> None:
    invitation = idle.api.post("/uploads", json={**ASKED, "options": given}).json()

    assert idle.api.get(f"/jobs/{invitation['job_id']}").json()["options"]["bad_rows"] == "skip"


def test_a_training_by_upload_is_told_how_to_search_and_how_to_measure(idle: Services) -> None:
    given = {"effort": "best", "refit": True, "time_column": "sold on", "group_column": "customer"}
    invitation = idle.api.post("/uploads", json={**ASKED, "options": given}).json()

    options = idle.api.get(f"/jobs/{invitation['job_id']}").json()["options"]

    assert {name: options[name] for name in given} == given


@pytest.mark.parametrize(("kind", "value"), [("train", "keep"), ("predict", "skip")])
def test_a_value_of_bad_rows_of_the_other_kind_is_refused_by_name(idle: Services, kind: str, value: str) -> None:
    asked = {"kind": kind, "filename": "new.csv", "options": {"bad_rows": value}}

    [error] = problem(idle.api.post("/uploads", json=asked))["errors"]

    assert (error["parameter"], error["reason"]) == ("bad_rows", f"`{value}` does not apply to kind `{kind}`")
    assert "`refuse`" in error["hint"]


def test_s3_itself_refuses_more_than_was_announced(idle: Services) -> None:
    invitation = idle.api.post("/uploads", json=ASKED).json()
    invitation["fields"]["max-bytes"] = "3"

    with pytest.raises(UploadTooLarge):
        upload(idle, invitation, sample("iris.csv"))


def test_an_upload_for_an_unknown_model_is_refused_before_a_job_exists(idle: Services) -> None:
    answer = idle.api.post("/uploads", json={"kind": "predict", "filename": "x.csv", "model_name": "nobody"})

    assert problem(answer)["code"] == "model_not_found"
    assert idle.api.get("/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    ("changed", "status", "parameters"),
    [
        ({"kind": "guess"}, 422, {"kind"}),
        ({"kind": None, "file": 1}, 400, {"kind", "file"}),
        ({"filename": ""}, 422, {"filename"}),
        ({"filename": 7, "model_name": []}, 422, {"filename", "model_name"}),
        ({"options": {"target": "x"}}, 400, {"options.target"}),
        ({"options": {"model_params": []}}, 422, {"options.model_params"}),
        ({"options": {"columns_to_drop": "a,b"}}, 422, {"options.columns_to_drop"}),
        ({"version": "2"}, 400, {"version"}),
        ({"options": {"output": "rows"}}, 400, {"options.output"}),
        ({"model_name": "Bad", "options": {"model_type": "auto", "model_params": {"x": 1}}}, 422, None),
        ({"options": {"model_type": "Nothing"}}, 422, {"model_type"}),
        ({"options": {"bad_rows": "drop"}}, 422, {"bad_rows"}),
        ({"options": {"bad_rows": 1}}, 422, {"options.bad_rows"}),
        ({"options": {"effort": "fast"}}, 422, {"effort"}),
        ({"options": {"effort": "best", "model_type": "Ridge"}}, 422, {"effort"}),
        ({"options": {"refit": "true"}}, 422, {"options.refit"}),
        ({"options": {"time_column": 1}}, 422, {"options.time_column"}),
        ({"options": {"time_column": "a", "group_column": "a"}}, 422, {"group_column"}),
        (
            {"kind": "predict", "options": {"effort": "best", "refit": False, "time_column": "a", "group_column": "b"}},
            400,
            {"options.effort", "options.refit", "options.time_column", "options.group_column"},
        ),
        ({"kind": "predict"}, 400, {"options.target_column"}),
        ({"kind": "predict", "options": {"output": "everything"}}, 422, {"output"}),
        ({"kind": "predict", "version": "-1", "options": {}}, 422, {"version"}),
    ],
)
def test_what_is_wrong_is_told_by_name(
    idle: Services, changed: dict[str, Any], status: int, parameters: set[str] | None
) -> None:
    answer = idle.api.post("/uploads", json={**ASKED, **changed})

    assert problem(answer)["status"] == status
    assert parameters is None or set(faulty(answer)) == parameters


@pytest.mark.parametrize("body", ["{}", "[]", "3", "null", '"x"', '{"kind": "train", "kind": "predict"}'])
def test_a_body_of_another_form_is_malformed(idle: Services, body: str) -> None:
    answer = idle.api.post("/uploads", content=body.encode(), headers={"Content-Type": "application/json"})

    assert problem(answer)["status"] == 400


def test_half_a_character_in_a_column_name_is_malformed(idle: Services) -> None:
    body = json.dumps({**ASKED, "options": {"target_column": "\ud800"}})

    answer = idle.api.post("/uploads", content=body.encode(), headers={"Content-Type": "application/json"})

    assert problem(answer)["status"] == 400


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ([], "must be a JSON object"),
        ({**ASKED, "options": {"model_params": "{}"}}, "must be a JSON object"),
        ({**ASKED, "options": {"columns_to_drop": "a,b"}}, "must be a JSON array"),
        ({**ASKED, "options": {"bad_rows": 1}}, "must be a string"),
        ({**ASKED, "file": "x"}, "unknown field"),
        ({"kind": "train"}, "missing field"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_json(idle: Services, changed: object, reason: str) -> None:
    answer = idle.api.post("/uploads", json=changed)

    assert problem(answer)["errors"][0]["reason"] == reason


def test_a_version_may_be_a_number_or_its_text(idle: Services) -> None:
    train(idle.trainer)
    asked = {"kind": "predict", "filename": "new.csv"}

    answers = [idle.api.post("/uploads", json={**asked, "version": version}) for version in (1, "1")]

    assert [answer.status_code for answer in answers] == [201, 201]


def test_a_job_whose_file_never_arrived_offers_no_retry(idle: Services) -> None:
    job = idle.api.post("/uploads", json=ASKED).json()["links"]["job"]

    cancelled = idle.api.post(f"/{job}/cancel").json()

    assert set(cancelled["links"]) == {"self"}
    assert idle.api.post(f"/{job}/retry").status_code == 409
