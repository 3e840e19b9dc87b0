"""The OpenAPI document is the contract: it is committed and complete, and all its examples work."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from functions.api import openapi
from mini_ml.adapters.memory.cloud import memory_cloud
from tests.fixtures.recorded_metrics import prometheus_metrics
from tests.functions.services import Services, add_rejects, predict, sample, services_over, train

DOCUMENT: dict[str, Any] = json.loads(openapi.PATH.read_text("utf-8"))
OPERATIONS = [(method, path) for path, item in DOCUMENT["paths"].items() for method in item]
FILES = {"dataset_file": "iris.csv", "input_file": "iris_predict.csv"}


@dataclass(frozen=True)
class Example:
    """One way to try an operation from the page."""

    method: str
    path: str
    name: str
    media_type: str
    value: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.name}"


def examples() -> Iterator[Example]:
    """Yield every example of the document, and every operation that needs none."""
    for method, path in OPERATIONS:
        content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
        if not content:
            yield Example(method, path, "", "", None)
        for media_type, body in content.items():
            for name, value in named_examples(body).items():
                yield Example(method, path, name, media_type, value)


def named_examples(body: dict[str, Any]) -> dict[str, Any]:
    """Return the examples of a body by name; a form's are the prefilled fields."""
    if "examples" in body:
        return {name: example["value"] for name, example in body["examples"].items()}
    if "example" in body:
        return {"example": body["example"]}
    return {"prefilled": {k: v.get("example", v.get("default")) for k, v in body["schema"]["properties"].items()}}


def address(services: Services, example: Example) -> str:
    """Return the path with the example of each required parameter; a job is one that fits the operation."""
    path, query = example.path, dict[str, str]()
    for parameter in DOCUMENT["paths"][example.path][example.method].get("parameters", []):
        if parameter["required"] and parameter["name"] != "job_id":
            first = next(iter(parameter["examples"].values()))["value"]
            path = path.replace(f"{{{parameter['name']}}}", first)
            query |= {parameter["name"]: first} if parameter["in"] == "query" else {}
    return path.replace("{job_id}", job_for(services, path)) + (f"?{urlencode(query)}" if query else "")


def job_for(services: Services, path: str) -> str:
    """Return a job on which the operation can be tried."""
    if path.endswith("/cancel"):
        return str(train(services.api, prefer="respond-async").json()["job_id"])
    if path.endswith("/retry"):
        train(services.trainer, target_column="nope")
        return str(services.api.get("/jobs?state=failed").json()["jobs"][0]["job_id"])
    return str(services.api.get("/jobs?state=succeeded").json()["jobs"][0]["job_id"])


def try_example(services: Services, example: Example) -> httpx2.Response:
    """Send an example as the docs page does."""
    where = address(services, example)
    if example.media_type == "multipart/form-data":
        [file_field] = set(example.value) & set(FILES)
        fields = {name: value for name, value in example.value.items() if name != file_field}
        file = {file_field: (FILES[file_field], sample(FILES[file_field]), "text/csv")}
        return services.api.post(where, data=fields, files=file, headers={"Prefer": "respond-async"})
    body = example.value if isinstance(example.value, str) else json.dumps(example.value)
    headers = {"Content-Type": example.media_type} if example.media_type else {}
    return services.api.request(example.method, where, content=body if example.media_type else None, headers=headers)


@pytest.fixture(scope="module")
def tryout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services in which a person has done the first steps of the page."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        cloud = memory_cloud(metrics=prometheus_metrics(tmp_path_factory.mktemp("metrics"), patch))
        services = stack.enter_context(services_over(cloud, tmp_path_factory.mktemp("tryout")))
        train(services.trainer)
        predict(services.predict)
        add_rejects(services.cloud, services.api.get("/jobs?state=succeeded").json()["jobs"][0]["job_id"])
        services.api.put("/models/default/aliases/champion", json={"version": 1})
        yield services


def test_the_committed_document_equals_the_response_of_the_api(idle: Services) -> None:
    assert openapi.PATH.read_text("utf-8") == openapi.rendered(), "run: python -m functions.api.openapi"
    assert idle.api.get("/openapi.json").json() == DOCUMENT


@pytest.mark.parametrize("example", list(examples()), ids=str)
def test_every_example_works(tryout: Services, example: Example) -> None:
    answer = try_example(tryout, example)

    documented = DOCUMENT["paths"][example.path][example.method]["responses"]
    assert answer.status_code < 400, answer.text
    assert str(answer.status_code) in documented


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_documents_its_errors(method: str, path: str) -> None:
    responses = DOCUMENT["paths"][path][method]["responses"]

    responses_with_errors = [
        response for status, response in responses.items() if status == "default" or int(status) >= 400
    ]

    assert responses_with_errors
    assert all(list(response["content"]) == ["application/problem+json"] for response in responses_with_errors)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_parameter_is_described(method: str, path: str) -> None:
    parameters = DOCUMENT["paths"][path][method].get("parameters", [])

    assert [parameter["name"] for parameter in parameters if not parameter.get("description")] == []


def test_every_operation_has_a_unique_name() -> None:
    names = [DOCUMENT["paths"][path][method]["operationId"] for method, path in OPERATIONS]

    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    text = openapi.PATH.read_text("utf-8")
    referred = {line.split('"')[3] for line in text.splitlines() if '"$ref"' in line}

    components = DOCUMENT["components"]
    assert referred <= {f"#/components/{kind}/{name}" for kind, named in components.items() for name in named}


def test_every_response_is_documented_with_the_correlation_id() -> None:
    operations = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]

    responses = [response for operation in operations for response in operation["responses"].values()]
    assert [one for one in responses if "X-Correlation-Id" not in one["headers"]] == []
    assert all("X-Correlation-Id" in {one["name"] for one in operation["parameters"]} for operation in operations)


def test_the_server_is_relative_to_the_document() -> None:
    assert DOCUMENT["servers"] == [{"url": "."}]


def test_the_samples_that_the_document_names_exist() -> None:
    root = Path(openapi.PATH).parents[1]

    assert all((root / "samples" / name).exists() for name in FILES.values())
