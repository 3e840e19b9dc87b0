"""`POST /train` and `POST /predict` return the result within the wait, otherwise the location of the job."""

import gzip
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest

from mini_ml import errors, keys
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.topology import STAGES
from tests.functions.services import Services, predict, problem, sample, services_over, train

FLOWERS = {"Setosa", "Versicolor", "Virginica"}


def test_training_returns_the_finished_job_and_the_location_of_the_version(services: Services) -> None:
    answer = train(services.api, model_name="iris")

    assert (answer.status_code, answer.headers["location"]) == (201, "models/iris/versions/1")
    assert answer.json()["state"] == "succeeded"
    assert answer.json()["metrics"]["accuracy"] > 0.8
    assert "preference-applied" not in answer.headers


def test_predict_returns_one_label_per_row_in_order(trained: Services) -> None:
    answer = predict(trained.api, columns_to_drop='["variety"]')

    body = answer.json()
    truth = [line.split(",")[-1].strip('"') for line in sample("iris_predict.csv").decode().splitlines()[1:]]
    assert (answer.status_code, body["model_name"], body["version"], body["truncated"]) == (200, "default", 1, False)
    assert set(body["predictions"]) == FLOWERS
    assert sum(a == b for a, b in zip(body["predictions"], truth, strict=True)) >= len(truth) - 2


def test_packed_files_train_and_predict_as_the_files_do_and_the_output_is_not_packed(services: Services) -> None:
    dataset = ("iris.csv.gz", gzip.compress(sample("iris.csv")), "application/gzip")
    rows = ("new.csv.gz", gzip.compress(sample("iris_predict.csv")), "application/gzip")
    options = {"target_column": "variety", "model_type": "GaussianNB"}

    training = services.api.post("/train", files={"dataset_file": dataset}, data=options)
    answer = services.api.post("/predict", files={"input_file": rows}).json()

    job = services.api.get(f"/jobs/{answer['job_id']}").json()
    assert (training.status_code, len(answer["predictions"])) == (201, 15)
    assert job["result"]["output_key"].endswith("/new.csv")
    assert services.cloud.artifacts.get(job["result"]["output_key"]).body.startswith(sample("iris_predict.csv")[:20])


def test_predictions_above_the_response_limit_are_only_linked(tmp_path: Path) -> None:
    small = replace(STAGES["test"], limits=replace(STAGES["test"].limits, answer_bytes=50))

    with services_over(memory_cloud(stage=small), tmp_path) as services:
        train(services.trainer)
        body = predict(services.predict).json()
        result = services.api.get(f"/jobs/{body['job_id']}/result")

    assert (body["predictions"], body["truncated"]) == (None, True)
    assert body["links"]["result"] == f"jobs/{body['job_id']}/result"
    assert result.headers["location"].startswith("memory://mini-ml-artifacts/predictions/default/000001/")


def test_without_waiting_the_job_is_accepted_and_stays_queued_until_its_event(idle: Services) -> None:
    answer = train(idle.api, prefer="respond-async")

    body = answer.json()
    assert (answer.status_code, body["state"]) == (202, "queued")
    assert answer.headers["location"] == f"jobs/{body['job_id']}"
    assert answer.headers["preference-applied"] == "respond-async"
    assert int(answer.headers["retry-after"]) > 0
    assert len(idle.cloud.queues["train"].messages) == 1
    assert list(idle.cloud.artifacts.list_keys(keys.MODELS)) == []


def test_an_accepted_job_succeeds_once_its_event_is_handled(idle: Services) -> None:
    accepted = train(idle.api, prefer="respond-async")

    idle.deliver()

    assert idle.api.get("/" + accepted.headers["location"]).json()["state"] == "succeeded"


@pytest.mark.parametrize("service", ["trainer", "predict"])
def test_without_waiting_even_a_finished_job_is_a_202(idle: Services, service: str) -> None:
    train(idle.trainer)
    submit = train if service == "trainer" else predict

    answers = [submit(idle.client(service), prefer="respond-async") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {202}


def test_a_wait_that_times_out_is_a_202(idle: Services) -> None:
    answer = train(idle.api, prefer="wait=0")

    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=0")


def test_a_job_that_fails_within_the_wait_returns_its_problem(services: Services) -> None:
    answer = train(services.api, target_column="varieti")

    document = problem(answer)
    assert (answer.status_code, document["code"]) == (422, "unknown_column")
    assert "variety" in document["errors"][0]["hint"]
    assert services.api.get(urljoin("/train", document["instance"])).json()["state"] == "failed"


def test_a_failed_training_does_not_change_the_served_model(services: Services) -> None:
    train(services.api)

    train(services.api, target_column="nope")

    assert services.api.get("/models/default").json()["latest"] == 1


def test_an_unknown_model_is_rejected_before_a_job_exists(idle: Services) -> None:
    answer = predict(idle.api, model_name="nobody")

    assert problem(answer)["code"] == "model_not_found"
    assert idle.api.get("/jobs").json()["jobs"] == []


def test_a_store_that_rejects_the_file_is_a_503_and_fails_the_job(idle: Services) -> None:
    def full(method: str, key: str) -> None:
        if method == "put_new":
            raise errors.StorageUnavailable("S3 does not answer.")

    idle.cloud.uploads.before = full

    answer = train(idle.api)

    [job] = idle.api.get("/jobs").json()["jobs"]
    assert problem(answer)["code"] == "storage_unavailable"
    assert job["error"]["code"] == "upload_not_received"


@pytest.mark.parametrize("fields", [{}, {"columns_to_drop": "petal.width", "model_params": '{"C": 0.5}'}])
def test_the_trainer_trains_directly_without_any_event(idle: Services, fields: dict[str, str]) -> None:
    answer = train(idle.trainer, **fields)

    assert (answer.status_code, answer.headers["location"]) == (201, "models/default/versions/1")
    assert idle.trainer.get(answer.headers["location"]).status_code == 200


def test_the_event_that_also_arrives_at_the_trainer_changes_nothing(idle: Services) -> None:
    train(idle.trainer)

    idle.deliver()

    assert idle.api.get("/models/default").json()["versions"] == 1


def test_the_predict_service_predicts_directly_without_any_event(idle: Services) -> None:
    train(idle.trainer)

    answer = predict(idle.predict)

    assert answer.status_code == 200
    assert set(answer.json()["predictions"]) == FLOWERS
    assert idle.predict.get(answer.json()["links"]["job"]).json()["state"] == "succeeded"


def test_services_leave_no_files_behind(idle: Services, tmp_path: Path) -> None:
    train(idle.trainer)
    predict(idle.predict)

    idle.deliver()

    assert list(tmp_path.iterdir()) == []
