"""`/models`: the registry over HTTP, and aliases that move atomically."""

import pytest

from mini_ml.topology import Limits
from tests.functions.services import Services, faulty, predict, problem, train


def test_models_are_listed_with_their_versions(trained: Services) -> None:
    [model] = trained.api.get("/models").json()["models"]

    assert (model["model_name"], model["latest"], model["versions"], model["aliases"]) == ("default", 1, 1, {})
    assert trained.api.get("/" + model["links"]["self"]).json()["model_name"] == "default"


def test_models_are_listed_page_by_page(idle: Services) -> None:
    for name in ("a", "b", "c"):
        train(idle.trainer, model_name=name)

    first = idle.api.get("/models?limit=2").json()
    second = idle.api.get("/" + first["links"]["next"]).json()

    assert [model["model_name"] for model in first["models"] + second["models"]] == ["a", "b", "c"]
    assert "next" not in second["links"]


@pytest.mark.parametrize("version", ["1", "latest"])
def test_a_version_returns_its_manifest(trained: Services, version: str) -> None:
    manifest = trained.api.get(f"/models/default/versions/{version}").json()

    assert (manifest["version"], manifest["task"], manifest["target"]) == (1, "classification", "variety")
    assert manifest["schema"]["labels"] == ["Setosa", "Versicolor", "Virginica"]
    assert manifest["model_params"]["C"] == 1.0
    assert {"sha256", "size", "version_id"} <= set(manifest["artifact"])


def test_a_schema_names_the_columns(trained: Services) -> None:
    schema = trained.api.get("/models/default/versions/latest/schema").json()

    assert [column["name"] for column in schema["columns"]] == [
        "sepal.length",
        "sepal.width",
        "petal.length",
        "petal.width",
    ]


def test_an_artifact_is_downloaded_from_s3(trained: Services) -> None:
    answer = trained.api.get("/models/default/versions/1/artifact")
    location = trained.api.get("/models/default/versions/1/artifact?redirect=false").json()["url"]

    assert (answer.status_code, answer.headers["location"]) == (303, location)
    assert "filename=default-1.joblib" in location


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/models/nobody", "model_not_found"),
        ("/models/nobody/versions/1", "model_not_found"),
        ("/models/nobody/versions/latest/schema", "model_not_found"),
        ("/models/default/versions/7", "version_not_found"),
        ("/models/default/versions/7/artifact", "version_not_found"),
        ("/models/default/versions/champion", "alias_not_found"),
        ("/models/Default", "invalid_name"),
        ("/models/%2e%2e%2fjobs", "route_not_found"),
        ("/models/a b", "invalid_name"),
        ("/models/default/versions/0", "invalid_name"),
        ("/models/default/versions/-1", "invalid_name"),
        ("/models/default/versions/1.0", "invalid_name"),
        ("/models/default/versions/Champion", "invalid_name"),
        ("/models?cursor=Bad", "invalid_name"),
    ],
)
def test_missing_resources_and_invalid_names_have_their_own_errors(trained: Services, path: str, code: str) -> None:
    assert problem(trained.api.get(path))["code"] == code


def test_a_misspelled_model_name_gets_a_suggestion(trained: Services) -> None:
    [issue] = problem(trained.api.get("/models/defualt"))["errors"]

    assert (issue["parameter"], issue["hint"]) == ("model_name", "did you mean `default`?")


def test_an_alias_is_created_moved_and_deleted(idle: Services) -> None:
    train(idle.trainer)
    train(idle.trainer)
    address = "/models/default/aliases/champion"

    made = idle.api.put(address, json={"version": 1})
    first = idle.api.get("/models/default/versions/champion").json()["version"]
    moved = idle.api.put(address, json={"version": 2})
    second = predict(idle.predict, version="champion").json()["version"]
    removed = idle.api.delete(address)

    assert (made.status_code, moved.status_code, removed.status_code) == (204, 204, 204)
    assert (first, second) == (1, 2)
    assert problem(idle.api.delete(address))["code"] == "alias_not_found"


@pytest.mark.parametrize("alias", ["latest", "1", "Champion", "x" * 65])
def test_an_invalid_alias_is_rejected(idle: Services, alias: str) -> None:
    train(idle.trainer)

    assert problem(idle.api.put(f"/models/default/aliases/{alias}", json={"version": 1}))["code"] == "invalid_name"


@pytest.mark.parametrize(
    ("body", "status", "parameter"),
    [
        ({}, 400, "version"),
        ({"version": 1, "note": "x"}, 400, "note"),
        ({"version": "1"}, 422, "version"),
        ({"version": 1.5}, 422, "version"),
        ({"version": True}, 422, "version"),
        ({"version": 0}, 422, "version"),
        ({"version": None}, 422, "version"),
        ([], 400, "None"),
    ],
)
def test_an_alias_requires_a_version_number(idle: Services, body: object, status: int, parameter: str) -> None:
    answer = idle.api.put("/models/default/aliases/champion", json=body)

    assert problem(answer)["status"] == status
    assert set(faulty(answer)) == {parameter}


def test_a_whole_number_may_be_written_with_a_point(idle: Services) -> None:
    train(idle.trainer)

    answer = idle.api.put("/models/default/aliases/champion", json={"version": 1.0})

    assert answer.status_code == 204


def test_an_alias_of_a_missing_version_is_rejected(trained: Services) -> None:
    answer = trained.api.put("/models/default/aliases/champion", json={"version": 9})

    assert problem(answer)["code"] == "version_not_found"


def test_a_body_that_is_not_json_is_rejected(idle: Services) -> None:
    address = "/models/default/aliases/champion"

    assert problem(idle.api.put(address, content=b"version=1"))["status"] == 415
    assert problem(idle.api.put(address, content=b"{", headers={"Content-Type": "application/json"}))["status"] == 400


def test_the_trainer_and_the_predict_service_return_the_same_registry(trained: Services) -> None:
    shown = [trained.client(service).get("/models/default").json() for service in ("api", "predict", "trainer")]
    scoring = [answer["links"].pop("invocations", None) for answer in shown]

    assert shown[0] == shown[1] == shown[2]
    assert scoring == ["default/invocations", "default/invocations", None]


def test_the_model_types_are_those_of_the_catalogue(trained: Services) -> None:
    catalogue = trained.api.get("/model-types").json()

    assert catalogue["model_types"]["RandomForestClassifier"]["parameters"]["n_estimators"]["default"] == 100
    assert Limits().inline_upload_bytes > len(trained.api.get("/model-types").content)
