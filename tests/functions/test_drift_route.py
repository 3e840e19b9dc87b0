"""`…/drift`: how the rows of the batches of a version differ from its training rows."""

from collections.abc import Iterator
from urllib.parse import urljoin

import pytest

from tests.functions.services import Services, predict, problem, services_in, train

PATH = "/models/default/versions/1/drift"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services of these tests alone, with a model `default` and one batch."""
    with services_in(tmp_path_factory.mktemp("scored")) as services, services.polling():
        assert train(services.api).status_code == 201
        assert predict(services.api).status_code == 200
        yield services


def test_a_batch_is_listed_with_its_columns(scored: Services) -> None:
    page = scored.api.get(PATH).json()

    [batch] = page["batches"]
    assert (page["model_name"], page["version"], batch["drift"]["rows"]) == ("default", 1, 15)
    assert [column["name"] for column in batch["drift"]["columns"]] == [
        "sepal.length",
        "sepal.width",
        "petal.length",
        "petal.width",
    ]


def test_the_links_lead_to_the_job_and_to_the_version(scored: Services) -> None:
    page = scored.api.get(PATH).json()

    job = scored.api.get(urljoin(PATH, page["batches"][0]["links"]["job"]))
    version = scored.api.get(urljoin(PATH, page["links"]["model_version"]))

    assert (job.json()["kind"], version.json()["version"]) == ("predict", 1)
    assert "next" not in page["links"]


@pytest.mark.parametrize("service", ["api", "trainer", "predict"])
@pytest.mark.parametrize("version", ["1", "latest"])
def test_every_service_lists_drift_by_number_and_latest(scored: Services, service: str, version: str) -> None:
    page = scored.client(service).get(f"/models/default/versions/{version}/drift").json()

    assert (page["version"], len(page["batches"])) == (1, 1)


def test_the_version_links_to_its_drift(scored: Services) -> None:
    link = scored.api.get("/models/default/versions/1").json()["links"]["drift"]

    assert scored.api.get(urljoin("/models/default/versions/1", link)).status_code == 200


def test_batches_are_listed_newest_first_page_by_page(services: Services) -> None:
    train(services.api)
    services.api.put("/models/default/aliases/champion", json={"version": 1})
    jobs = [predict(services.api).json()["job_id"] for _ in range(3)]

    path = "/models/default/versions/champion/drift?limit=2"
    first = services.api.get(path).json()
    second = services.api.get(urljoin(path, first["links"]["next"])).json()

    assert [batch["job_id"] for batch in first["batches"] + second["batches"]] == jobs[::-1]
    assert "next" not in second["links"]


def test_a_version_without_batches_has_an_empty_list(idle: Services) -> None:
    train(idle.trainer)

    assert idle.api.get(PATH).json()["batches"] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/models/nobody/versions/1/drift", 404, "model_not_found"),
        ("/models/default/versions/2/drift", 404, "version_not_found"),
        ("/models/default/versions/champion/drift", 404, "alias_not_found"),
        ("/models/Default/versions/1/drift", 422, "invalid_name"),
        (f"{PATH}?cursor=..", 422, "invalid_name"),
        (f"{PATH}?limit=0", 422, "invalid_option"),
        (f"{PATH}?limit=101", 422, "invalid_option"),
    ],
)
def test_what_does_not_exist_is_rejected(scored: Services, path: str, status: int, code: str) -> None:
    answer = scored.api.get(path)

    assert (answer.status_code, problem(answer)["code"]) == (status, code)


def test_the_answer_of_a_prediction_warns_of_rows_unlike_the_training_rows(services: Services) -> None:
    train(services.api)
    rows = "sepal.length,sepal.width,petal.length,petal.width\n" + "5.1,3.5,14,0.2\n" * 120

    answer = services.api.post("/predict", files={"input_file": ("new.csv", rows.encode(), "text/csv")}).json()

    found = {(warning["code"], warning["column"]) for warning in answer["warnings"]}
    assert {("drifted_predictions", None), ("drifted_column", "petal.length")} <= found
    [batch] = services.api.get(PATH).json()["batches"]
    assert [column["out_of_range_share"] for column in batch["drift"]["columns"]] == [0.0, 0.0, 1.0, 0.0]
