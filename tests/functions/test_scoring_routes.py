"""Online scoring, in the predict service and through the api: five formats, one response."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from functions.api.factory import create_app
from functions.api.remote_service import RemoteService
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.topology import STAGES
from tests.fixtures.coroutines import run
from tests.functions.services import IRIS_ROW, Services, faulty, predict, problem, sample, services_over, train

NAMES, VALUES = list(IRIS_ROW), list(IRIS_ROW.values())
ADDRESS = "/models/default/invocations"
FORMS: dict[str, Any] = {
    "dataframe_split": {"dataframe_split": {"columns": NAMES, "data": [VALUES]}},
    "dataframe_records": {"dataframe_records": [IRIS_ROW]},
    "instances": {"instances": [IRIS_ROW]},
    "instances by position": {"instances": [VALUES]},
    "inputs": {"inputs": {name: [value] for name, value in IRIS_ROW.items()}},
}
CSV = f"{','.join(NAMES)}\n{','.join(map(str, VALUES))}\n".encode()


def as_csv(client: TestClient, body: bytes, address: str = ADDRESS) -> httpx2.Response:
    """Post CSV."""
    return client.post(address, content=body, headers={"Content-Type": "text/csv; charset=utf-8"})


@pytest.mark.parametrize("service", ["api", "predict"])
@pytest.mark.parametrize("form", FORMS)
def test_every_json_format_gives_the_same_prediction(trained: Services, service: str, form: str) -> None:
    answer = trained.client(service).post(ADDRESS, json=FORMS[form])

    assert (answer.status_code, answer.json()) == (
        200,
        {"predictions": ["Setosa"], "model_name": "default", "version": 1},
    )


@pytest.mark.parametrize("service", ["api", "predict"])
def test_csv_gives_the_same_prediction(trained: Services, service: str) -> None:
    assert as_csv(trained.client(service), CSV).json()["predictions"] == ["Setosa"]


@pytest.mark.parametrize("service", ["api", "predict"])
def test_parameters_of_the_content_type_do_not_matter(trained: Services, service: str) -> None:
    headers = {b"Content-Type": "application/json; name=café".encode("latin-1")}

    answer = trained.client(service).post(ADDRESS, content=json.dumps(FORMS["instances"]), headers=headers)

    assert answer.json()["predictions"] == ["Setosa"]


def test_online_and_batch_agree_row_by_row(trained: Services) -> None:
    online = as_csv(trained.predict, sample("iris_predict.csv")).json()["predictions"]

    assert online == predict(trained.api).json()["predictions"]


@pytest.mark.parametrize("version", ["1", "latest"])
def test_a_version_is_selected_by_number_or_alias(trained: Services, version: str) -> None:
    address = f"/models/default/versions/{version}/invocations"

    assert trained.api.post(address, json=FORMS["instances"]).json()["version"] == 1


@pytest.mark.parametrize("service", ["api", "predict"])
def test_requested_probabilities_are_returned_by_label(trained: Services, service: str) -> None:
    client = trained.client(service)

    from_json = client.post(f"{ADDRESS}?probabilities=true", json=FORMS["instances"]).json()["probabilities"]
    from_csv = as_csv(client, CSV, f"{ADDRESS}?probabilities=true").json()["probabilities"]

    assert from_json == from_csv
    assert set(from_json[0]) == {"Setosa", "Versicolor", "Virginica"}
    assert sum(from_json[0].values()) == pytest.approx(1)


def test_a_model_type_without_probabilities_is_rejected(idle: Services) -> None:
    train(idle.trainer, model_type="LinearSVC")

    answer = idle.api.post(f"{ADDRESS}?probabilities=true", json=FORMS["instances"])

    assert problem(answer)["code"] == "probabilities_unavailable"


def test_all_missing_columns_are_named(trained: Services) -> None:
    answer = trained.api.post(ADDRESS, json={"instances": [{"sepal.length": 1, "petal.width": 1}]})

    assert problem(answer)["code"] == "schema_mismatch"
    assert set(faulty(answer)) == {"sepal.width", "petal.length"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"instances": [], "inputs": []}',
        b'{"instances": 3}',
        b'{"instances": [[1, 2]]}',
        b'{"instances": [[1, 2, 3, [4]]]}',
        b'{"instances": [[1, 2, 3, 4], [1]]}',
        b'{"instances": [[NaN, 1, 1, 1]]}',
        b'{"instances": [[Infinity, 1, 1, 1]]}',
        b'{"instances": [[1e999, 1, 1, 1]]}',
        b'{"instances": [{"a": 1, "a": 2}]}',
        b'{"dataframe_split": {"columns": ["a"]}}',
        b'{"dataframe_split": []}',
        b'{"inputs": {"a": [1, 2], "b": [1]}}',
        b'{"instances": []}',
        b'{"dataframe_records": []}',
        b'{"inputs": {"a": []}}',
    ],
)
def test_an_invalid_body_is_malformed(trained: Services, body: bytes) -> None:
    answer = trained.predict.post(ADDRESS, content=body, headers={"Content-Type": "application/json"})

    assert problem(answer)["status"] == 400


@pytest.mark.parametrize("value", [None, "", "soon", True, 10**400, -1e300, "7", " 5.1 "])
def test_any_value_is_scored_or_rejected_without_a_server_error(trained: Services, value: object) -> None:
    row = {**IRIS_ROW, "sepal.length": value}

    answer = trained.predict.post(ADDRESS, json={"instances": [row]})

    assert answer.status_code in (200, 400, 422)


@pytest.mark.parametrize(
    "body", [b"", b"a,b\n", CSV.splitlines()[0], CSV + b"1,2,3,4,5\n", b"\x1f\x8b\x08", b"PK\x03\x04"]
)
def test_invalid_csv_is_rejected(trained: Services, body: bytes) -> None:
    assert problem(as_csv(trained.predict, body))["status"] == 422


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xml", "multipart/form-data"])
@pytest.mark.parametrize("service", ["api", "predict"])
def test_another_content_type_is_rejected(trained: Services, service: str, content_type: str) -> None:
    answer = trained.client(service).post(ADDRESS, content=CSV, headers={"Content-Type": content_type})

    assert problem(answer)["status"] == 415


@pytest.mark.parametrize("service", ["api", "predict"])
def test_a_body_above_the_limit_is_rejected(trained: Services, service: str) -> None:
    answer = as_csv(trained.client(service), CSV + b"1,2,3,4\n" * 700_000)

    assert problem(answer)["code"] == "upload_too_large"


def test_rows_above_the_limit_are_rejected(tmp_path: Path) -> None:
    narrow = replace(STAGES["test"], limits=replace(STAGES["test"].limits, online_rows=2))

    with services_over(memory_cloud(stage=narrow), tmp_path) as services:
        train(services.trainer)
        from_json = services.predict.post(ADDRESS, json={"instances": [VALUES] * 3})
        from_csv = as_csv(services.predict, CSV + CSV.splitlines(keepends=True)[1] * 2)

    assert problem(from_json)["code"] == problem(from_csv)["code"] == "limit_exceeded"


@pytest.mark.parametrize("service", ["api", "predict"])
@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/models/nobody/invocations", "model_not_found"),
        ("/models/default/versions/9/invocations", "version_not_found"),
        ("/models/default/versions/champion/invocations", "alias_not_found"),
        ("/models/Default/invocations", "invalid_name"),
        ("/models/default/versions/0/invocations", "invalid_name"),
        (f"{ADDRESS}?probabilities=perhaps", "invalid_option"),
        (f"{ADDRESS}?probability=true", "invalid_request"),
    ],
)
def test_both_services_reject_an_invalid_path_alike(trained: Services, service: str, address: str, code: str) -> None:
    answer = trained.client(service).post(address, json=FORMS["instances"])

    assert problem(answer)["code"] == code


def test_numbers_are_predicted_as_numbers(idle: Services) -> None:
    rows = b"x,y\n" + b"".join(f"{n},{2 * n}\n".encode() for n in range(40))
    file = {"dataset_file": ("line.csv", rows, "text/csv")}
    idle.trainer.post("/train", files=file, data={"model_type": "LinearRegression", "model_name": "line"})

    answer = idle.api.post("/models/line/invocations", json={"instances": [{"x": 5}, {"x": None}]})

    assert answer.json()["predictions"][0] == pytest.approx(10)
    assert json.loads(answer.text, parse_constant=lambda token: pytest.fail(token))


def test_an_unavailable_predict_service_is_a_503() -> None:
    def refuse_connection(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    app = create_app(
        memory_cloud(),
        authenticator=None,
        predict_url="http://predict.test",
        transport=httpx2.MockTransport(refuse_connection),
    )

    with TestClient(app) as client:
        answer = client.post(ADDRESS, json=FORMS["instances"])

    assert problem(answer)["code"] == "service_unavailable"
    assert "retry-after" in answer.headers


def test_a_response_of_another_server_is_not_forwarded() -> None:
    def proxy_page(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(502, html="<h1>Bad gateway at 10.0.0.7</h1>")

    app = create_app(
        memory_cloud(),
        authenticator=None,
        predict_url="http://predict.test",
        transport=httpx2.MockTransport(proxy_page),
    )

    with TestClient(app) as client:
        answer = client.post(ADDRESS, json=FORMS["instances"])

    assert problem(answer)["code"] == "service_unavailable"
    assert "10.0.0.7" not in answer.text


@given(value=st.binary(max_size=40).filter(lambda value: not set(value) & {0, 10, 13}))
def test_a_credential_is_forwarded_byte_for_byte(value: bytes) -> None:
    passed: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        passed.append(dict(request.headers.raw)[b"Authorization"])
        return httpx2.Response(200, json={})

    service = RemoteService("http://predict.test", timeout_seconds=1, transport=httpx2.MockTransport(answer))

    run(service.forward(ADDRESS, body=b"", headers={"Authorization": value.decode("latin-1")}))

    assert passed == [value]


def test_without_an_address_of_the_predict_service_scoring_is_a_503() -> None:
    with TestClient(create_app(memory_cloud(), authenticator=None)) as client:
        assert problem(client.post(ADDRESS, json=FORMS["instances"]))["code"] == "service_unavailable"
