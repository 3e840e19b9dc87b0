"""An ensemble that `auto` publishes is shown and served like any other version."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.services import Services, problem, sample, services_in

CUSTOMERS = "customers.csv"
"""A table whose candidates make different errors."""


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services whose model `default` is an ensemble; shared, so tests must not change them."""
    with services_in(tmp_path_factory.mktemp("ensemble")) as services, services.polling():
        files = {"dataset_file": (CUSTOMERS, sample(CUSTOMERS), "text/csv")}
        assert services.api.post("/train", files=files, data={"target_column": "churned"}).status_code == 201
        yield services


def manifest_of(services: Services, service: str = "api") -> dict[str, Any]:
    found: dict[str, Any] = services.client(service).get("/models/default/versions/latest").json()
    return found


@pytest.mark.parametrize("service", ["api", "trainer", "predict"])
def test_a_version_shows_its_members(ensemble: Services, service: str) -> None:
    manifest = manifest_of(ensemble, service)

    assert (manifest["model_type"], manifest["model_params"]) == ("ensemble", {})
    assert len(manifest["members"]) > 1
    assert sum(member["weight"] for member in manifest["members"]) == pytest.approx(1)


def test_the_leaderboard_begins_with_the_ensemble_and_is_in_the_job_too(ensemble: Services) -> None:
    candidates = manifest_of(ensemble)["candidates"]
    [job] = ensemble.api.get("/jobs?kind=train").json()["jobs"]

    assert candidates[0]["model_type"] == "ensemble"
    assert all(candidates[0]["score"] < other["score"] for other in candidates[1:])
    assert job["candidates"] == candidates


def test_rows_are_scored_online_and_in_batch_alike(ensemble: Services) -> None:
    rows = list(csv.DictReader(io.StringIO(sample("customers_predict.csv").decode())))
    files = {"input_file": ("rows.csv", sample("customers_predict.csv"), "text/csv")}

    online = ensemble.api.post("/models/default/invocations?probabilities=true", json={"dataframe_records": rows})
    batch = ensemble.api.post("/predict", files=files)

    assert batch.json()["predictions"] == online.json()["predictions"]
    for label, found in zip(online.json()["predictions"], online.json()["probabilities"], strict=True):
        assert sum(found.values()) == pytest.approx(1)
        assert label == max(found, key=found.__getitem__)


@pytest.mark.parametrize("path", ["schema", "artifact?redirect=false"])
def test_the_schema_and_the_artifact_are_answered(ensemble: Services, path: str) -> None:
    assert ensemble.api.get(f"/models/default/versions/1/{path}").status_code == 200


def test_a_training_cannot_name_an_ensemble(ensemble: Services) -> None:
    file = {"dataset_file": (CUSTOMERS, sample(CUSTOMERS), "text/csv")}

    answer = ensemble.api.post("/train", files=file, data={"model_type": "ensemble"})

    assert problem(answer)["code"] == "unknown_model_type"
    assert problem(answer)["errors"][0]["hint"] == "use model_type `auto`"
