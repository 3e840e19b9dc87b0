"""`/jobs`: list, filter, paginate, retry and cancel."""

from urllib.parse import urljoin

import pytest

from mini_ml import keys
from mini_ml.jobs import listing
from tests.functions.services import Services, add_rejects, faulty, predict, problem, train

UNKNOWN_JOB = "01890a5d-ac96-774b-bcce-b302099a8057"


def test_a_finished_job_has_the_documented_fields(trained: Services) -> None:
    [job] = trained.api.get("/jobs?kind=train").json()["jobs"]

    read = trained.api.get(f"/jobs/{job['job_id']}").json()

    assert set(read) == {
        "job_id",
        "correlation_id",
        "kind",
        "state",
        "model_name",
        "version",
        "created_at",
        "started_at",
        "finished_at",
        "attempt",
        "options",
        "progress",
        "metrics",
        "result",
        "file",
        "warnings",
        "columns",
        "candidates",
        "error",
        "links",
    }
    assert set(read["progress"]) == {"rows_done", "bytes_done", "bytes_total", "training"}
    assert {"accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc", "confusion_matrix"} <= set(
        read["metrics"]
    )
    assert read["progress"]["rows_done"] == 150
    assert set(read["links"]) == {"self", "result", "model_version"}


def test_the_summary_of_a_prediction_is_linked_from_its_answer_and_its_job(trained: Services) -> None:
    answer = predict(trained.api).json()

    job = trained.api.get(f"/jobs/{answer['job_id']}").json()
    followed = trained.api.get(f"/{answer['links']['summary']}")
    named = trained.api.get(f"/{answer['links']['summary']}?redirect=false").json()

    assert urljoin(f"/jobs/{answer['job_id']}", job["links"]["summary"]) == f"/{answer['links']['summary']}"
    assert followed.status_code == 303
    assert followed.headers["location"] == named["url"]
    assert named["url"].partition("?")[0].endswith(f"/{answer['job_id']}/summary.json")


def test_a_training_has_no_summary(trained: Services) -> None:
    [job] = trained.api.get("/jobs?kind=train").json()["jobs"]

    answer = trained.api.get(f"/jobs/{job['job_id']}/summary")

    assert problem(answer)["status"] == 404
    assert "summary" not in job["links"]


def test_an_open_prediction_has_no_summary_yet(idle: Services) -> None:
    train(idle.trainer)
    job = predict(idle.api, prefer="respond-async").json()

    assert problem(idle.api.get(f"/jobs/{job['job_id']}/summary"))["code"] == "job_not_finished"
    assert "summary" not in job["links"]


@pytest.mark.parametrize("kind", ["train", "predict"])
def test_the_bad_rows_of_a_job_are_linked_and_downloaded_from_s3(idle: Services, kind: str) -> None:
    train(idle.trainer)
    predict(idle.predict)
    [found] = idle.api.get(f"/jobs?kind={kind}").json()["jobs"]
    key = add_rejects(idle.cloud, found["job_id"])

    job = idle.api.get(f"/jobs/{found['job_id']}").json()
    followed = idle.api.get(urljoin(f"/jobs/{job['job_id']}", job["links"]["rejects"]))
    named = idle.api.get(f"/jobs/{job['job_id']}/rejects?redirect=false").json()

    assert (job["result"]["rejects_key"], job["file"]["bad_rows"]) == (key, 1)
    assert (followed.status_code, followed.headers["location"]) == (303, named["url"])
    assert named["url"].startswith(f"memory://mini-ml-artifacts/{key}")


def test_a_job_that_read_every_row_has_no_bad_rows(trained: Services) -> None:
    jobs = trained.api.get("/jobs").json()["jobs"]

    answers = [trained.api.get(f"/jobs/{job['job_id']}/rejects") for job in jobs]

    assert len(jobs) >= 2
    assert [problem(answer)["code"] for answer in answers] == ["route_not_found"] * len(jobs)
    assert [job for job in jobs if "rejects" in job["links"]] == []


def test_the_bad_rows_of_an_unfinished_job_are_not_known_yet(idle: Services) -> None:
    job_id = train(idle.api, prefer="respond-async").json()["job_id"]

    answer = idle.api.get(f"/jobs/{job_id}/rejects")

    assert problem(answer)["code"] == "job_not_finished"
    assert "retry-after" in answer.headers


def test_a_failed_job_answers_with_its_problem_where_its_bad_rows_would_be(idle: Services) -> None:
    job_id = train(idle.api, target_column="nope", prefer="respond-async").json()["job_id"]
    idle.deliver()

    assert problem(idle.api.get(f"/jobs/{job_id}/rejects"))["code"] == "unknown_column"


def test_a_list_of_jobs_leaves_out_the_confusion_matrices(trained: Services) -> None:
    [listed] = trained.api.get("/jobs?kind=train").json()["jobs"]

    read = trained.api.get(f"/jobs/{listed['job_id']}").json()

    assert sum(map(sum, read["metrics"]["confusion_matrix"])) == read["metrics"]["holdout_rows"]
    assert listed == {**read, "links": listed["links"], "metrics": {**read["metrics"], "confusion_matrix": None}}


def test_jobs_are_listed_newest_first_page_by_page(idle: Services) -> None:
    made = [train(idle.api, prefer="respond-async").json()["job_id"] for _ in range(5)]

    pages, address = [], "/jobs?limit=2"
    while address:
        page = idle.api.get(address).json()
        pages.append([job["job_id"] for job in page["jobs"]])
        address = page["links"].get("next", "")

    assert pages == [[made[4], made[3]], [made[2], made[1]], [made[0]]]


def test_a_page_of_large_jobs_ends_early_and_has_a_next_page(idle: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_MOST_BYTES", 1)
    made = [train(idle.api, prefer="respond-async").json()["job_id"] for _ in range(3)]

    pages, address = [], "/jobs"
    while address:
        page = idle.api.get(address).json()
        pages.append([job["job_id"] for job in page["jobs"]])
        address = page["links"].get("next", "")

    assert pages == [[made[2]], [made[1]], [made[0]]]


def test_jobs_are_filtered(idle: Services) -> None:
    train(idle.api, model_name="iris", prefer="respond-async")
    train(idle.trainer, model_name="other")
    predict(idle.api, model_name="other", prefer="respond-async")
    key = idle.cloud.queues["predict"].messages[0].key

    def list_jobs(query: str) -> list[tuple[str, str, str]]:
        jobs = idle.api.get(f"/jobs?{query}").json()["jobs"]
        return [(job["kind"], job["model_name"], job["state"]) for job in jobs]

    assert list_jobs("kind=predict") == [("predict", "other", "queued")]
    assert list_jobs("model_name=iris") == [("train", "iris", "queued")]
    assert list_jobs("state=succeeded") == [("train", "other", "succeeded")]
    assert list_jobs(f"upload_key={key}") == [("predict", "other", "queued")]
    assert list_jobs("model_name=other&kind=train") == [("train", "other", "succeeded")]


def test_the_next_page_keeps_the_filters(idle: Services) -> None:
    for name in ("a", "b", "a", "b", "a"):
        train(idle.api, model_name=name, prefer="respond-async")

    following = idle.api.get("/jobs?model_name=a&limit=2").json()["links"]["next"]

    assert [job["model_name"] for job in idle.api.get("/" + following).json()["jobs"]] == ["a"]


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("stat=queued", 400, "stat"),
        ("limit=5&limit=6", 400, "limit"),
        ("limit=0", 422, "limit"),
        ("limit=201", 422, "limit"),
        ("limit=many", 422, "limit"),
        ("state=lost", 422, "state"),
        ("kind=guess", 422, "kind"),
        ("cursor=x", 422, "cursor"),
        ("model_name=BAD", 422, "model_name"),
        ("model_name=", 422, "model_name"),
    ],
)
def test_an_invalid_query_parameter_is_rejected_by_name(
    idle: Services, query: str, status: int, parameter: str
) -> None:
    answer = idle.api.get(f"/jobs?{query}")

    assert problem(answer)["status"] == status
    assert set(faulty(answer)) == {parameter}


def test_a_misspelled_filter_is_rejected_with_the_nearest_name(idle: Services) -> None:
    assert problem(idle.api.get("/jobs?modelname=x"))["errors"][0]["hint"] == "did you mean `model_name`?"


@pytest.mark.parametrize(
    ("method", "tail"),
    [("GET", ""), ("GET", "/result"), ("GET", "/rejects"), ("POST", "/retry"), ("POST", "/cancel")],
)
def test_an_unknown_job_is_not_found_and_an_invalid_id_is_rejected(idle: Services, method: str, tail: str) -> None:
    assert problem(idle.api.request(method, f"/jobs/{UNKNOWN_JOB}{tail}"))["code"] == "job_not_found"
    assert problem(idle.api.request(method, f"/jobs/nonsense{tail}"))["code"] == "invalid_name"


def test_the_result_of_a_training_is_its_version(trained: Services) -> None:
    [job] = trained.api.get("/jobs?kind=train").json()["jobs"]

    answer = trained.api.get(f"/jobs/{job['job_id']}/result")
    direct = trained.api.get(f"/jobs/{job['job_id']}/result?redirect=false")

    assert (answer.status_code, answer.headers["location"]) == (303, "../../models/default/versions/1")
    assert (direct.status_code, direct.json()) == (200, {"url": "../../models/default/versions/1"})


def test_the_result_of_a_prediction_is_downloaded_from_s3(trained: Services) -> None:
    job = trained.api.get("/jobs?kind=predict").json()["jobs"][-1]

    answer = trained.api.get(f"/jobs/{job['job_id']}/result")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("memory://mini-ml-artifacts/predictions/default/000001/")


def test_an_unfinished_job_has_no_result_yet(idle: Services) -> None:
    job_id = train(idle.api, prefer="respond-async").json()["job_id"]

    answer = idle.api.get(f"/jobs/{job_id}/result")

    assert problem(answer)["code"] == "job_not_finished"
    assert "retry-after" in answer.headers


def test_the_result_of_a_failed_job_is_its_problem(idle: Services) -> None:
    job_id = train(idle.api, target_column="nope", prefer="respond-async").json()["job_id"]
    idle.deliver()

    answer = idle.api.get(f"/jobs/{job_id}/result")

    assert (answer.status_code, problem(answer)["code"]) == (422, "unknown_column")
    assert problem(answer)["instance"] == f"../{job_id}"


def test_the_error_of_a_job_is_the_problem_of_its_result(idle: Services) -> None:
    job_id = train(idle.api, target_column="nope", prefer="respond-async").json()["job_id"]
    idle.deliver()

    error = idle.api.get(f"/jobs/{job_id}").json()["error"]

    assert error == {**problem(idle.api.get(f"/jobs/{job_id}/result")), "instance": job_id}
    assert None not in error["errors"][0].values()


def test_a_failed_job_contains_its_problem_and_can_be_retried(idle: Services) -> None:
    job_id = train(idle.api, target_column="nope", prefer="respond-async").json()["job_id"]
    idle.deliver()
    failed = idle.api.get(f"/jobs/{job_id}")

    retried = idle.api.post(f"/jobs/{failed.json()['links']['retry']}")

    assert (failed.status_code, failed.json()["error"]["status"]) == (200, 422)
    assert (retried.status_code, retried.json()["state"]) == (202, "queued")
    assert idle.cloud.queues["train"].messages[-1].key.startswith("train/default/")


def test_only_a_failed_job_can_be_retried(idle: Services) -> None:
    job_id = train(idle.api, prefer="respond-async").json()["job_id"]

    assert problem(idle.api.post(f"/jobs/{job_id}/retry"))["code"] == "job_not_retryable"


def test_an_open_job_can_be_cancelled_once(idle: Services) -> None:
    job_id = train(idle.api, prefer="respond-async").json()["job_id"]

    cancelled = idle.api.post(f"/jobs/{job_id}/cancel")
    again = idle.api.post(f"/jobs/{job_id}/cancel")
    idle.deliver()

    assert (cancelled.status_code, cancelled.json()["error"]["code"]) == (202, "cancelled")
    assert cancelled.headers["location"] == f"../{job_id}"
    assert problem(again)["code"] == "job_not_cancellable"
    assert list(idle.cloud.artifacts.list_keys(keys.MODELS)) == []
