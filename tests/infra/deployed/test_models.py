"""The synthesised template does the whole job: upload, job, model, predictions, by its own mappings and REST API."""

import hashlib
from typing import Any

import httpx2
import pytest

from tests.fixtures.deployed import Deployed
from tests.infra.deployed.story import FLOWERS, followed


def test_an_upload_becomes_a_model_that_is_served(trained: dict[str, Any], online: dict[str, Any]) -> None:
    assert (trained["state"], trained["version"]) == ("succeeded", 1)
    assert online == {"predictions": ["Setosa"], "model_name": "iris", "version": 1}


def test_an_upload_is_scored_and_its_result_downloads(scored: dict[str, Any], http: httpx2.Client) -> None:
    result = followed(http, f"/jobs/{scored['job_id']}/result").text.splitlines()

    assert (scored["state"], scored["version"]) == ("succeeded", 1)
    assert result[0].endswith("prediction")
    assert len(result) == len(FLOWERS.splitlines())


def test_the_drift_of_a_batch_is_listed_by_the_rights_of_the_api(scored: dict[str, Any], drift: list[str]) -> None:
    assert scored["job_id"] in drift


def test_both_forms_are_answered_through_the_rest_api(submitted: tuple[httpx2.Response, httpx2.Response]) -> None:
    train, predict = submitted

    assert (train.status_code, train.json()["state"]) == (201, "succeeded")
    assert set(predict.json()["predictions"]) == {"Setosa", "Versicolor", "Virginica"}


def test_a_form_that_is_posted_to_the_bucket_trains(posted: dict[str, Any]) -> None:
    assert posted["state"] == "succeeded"


def test_an_alias_moves_and_is_scored_by(aliased: dict[str, Any]) -> None:
    assert aliased == {"moved": 204, "online": 1, "batch": 1, "removed": 204}


def test_a_model_downloads_by_the_rights_of_the_service_that_may_read_it(
    downloaded: bytes, deployed: Deployed, http: httpx2.Client
) -> None:
    manifest = http.get("/models/iris/versions/1").json()

    assert hashlib.sha256(downloaded).hexdigest() == manifest["artifact"]["sha256"]
    assert [call for call in deployed.calls("api") if call.get("Key", "").endswith(".joblib")] == []


def test_a_report_is_a_page_of_figures_that_the_trainer_sealed(reported: httpx2.Response) -> None:
    assert reported.headers["content-type"] == "text/html; charset=utf-8"
    assert [text for text in ("iris, version 1", "Confusion matrix", "ROC curve") if text not in reported.text] == []


def test_the_welcome_tells_that_the_services_behind_the_queues_are_well(welcome: dict[str, Any]) -> None:
    assert (welcome["trainer_status"], welcome["predict_status"]) == ("healthy", "healthy")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/no/such/route", "/nothing", "/models/iris/nothing", "/jobs/1/2/3"])
@pytest.mark.parametrize("credential", [None, "Bearer wrong", "AWS4-HMAC-SHA256 Credential=a"])
def test_an_unknown_path_is_a_problem_document_of_the_api_with_and_without_a_credential(
    deployed: Deployed, method: str, path: str, credential: str | None
) -> None:
    headers = {"Authorization": credential} if credential else {}

    answer = httpx2.request(method, deployed.api_url + path, headers=headers, trust_env=False, timeout=60)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "route_not_found"
