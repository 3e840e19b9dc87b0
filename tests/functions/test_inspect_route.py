"""`POST /inspect` answers on predict, and through the api, what a training would read in a file."""

import gzip
import logging
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from functions.api.factory import create_app
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.contracts import InspectAnswer, JobView
from mini_ml.topology import Limits
from tests.functions.services import Services, faulty, problem, sample, services_in, train
from tests.functions.test_forms import multipart
from tests.functions.test_limits import services_with_limits

SERVICES = ["api", "predict"]
SMALL = b"a,b,y\n" + b"".join(b"%d,%d,%s\n" % (row % 7, row % 5, b"uv"[row % 2 : row % 2 + 1]) for row in range(40))


def inspect(client: TestClient, content: bytes, **fields: str) -> httpx2.Response:
    """Inspect a file through the form."""
    return client.post("/inspect", files={"dataset_file": ("rows.csv", content, "text/csv")}, data=fields)


@pytest.mark.parametrize("service", SERVICES)
def test_the_answer_is_what_the_training_of_the_file_says(services: Services, service: str) -> None:
    content = sample("iris.csv")

    answer = InspectAnswer.model_validate_json(inspect(services.client(service), content).content)

    job = JobView.model_validate_json(train(services.api).content)
    assert [column.model_dump(exclude={"samples"}) for column in answer.columns] == [
        column.model_dump() for column in job.columns
    ]
    assert (answer.warnings, answer.rows, answer.complete) == (job.warnings, 150, True)
    assert (answer.target, answer.task, answer.problems) == ("variety", "classification", ())
    assert answer.columns[-1].samples == ("Setosa", "Versicolor", "Virginica")


@pytest.mark.parametrize("service", SERVICES)
def test_the_fields_choose_the_target_and_the_columns(idle: Services, service: str) -> None:
    answer = inspect(
        idle.client(service), sample("iris.csv"), target_column="sepal.length", columns_to_drop='["variety"]'
    ).json()

    assert (answer["target"], answer["task"]) == ("sepal.length", "regression")
    assert {column["name"]: column["left_out"] for column in answer["columns"]}["variety"] == "dropped as asked"


@pytest.mark.parametrize("service", SERVICES)
def test_a_packed_file_arrives_byte_for_byte(idle: Services, service: str) -> None:
    answer = inspect(idle.client(service), gzip.compress(SMALL)).json()

    assert (answer["rows"], answer["file"]["packed"]) == (40, True)


@pytest.mark.parametrize("content", [SMALL[:-2], gzip.compress(SMALL)[:-9]])
def test_the_head_of_a_file_says_that_there_is_more(idle: Services, content: bytes) -> None:
    answer = inspect(idle.api, content, is_head="true").json()

    assert 30 < answer["rows"] <= 40
    assert answer["complete"] is False


@pytest.mark.parametrize("service", SERVICES)
def test_the_columns_that_decide_what_is_held_out_are_looked_up(idle: Services, service: str) -> None:
    answer = inspect(idle.client(service), sample("iris.csv"), time_column="petal.length", group_column="sepal.widht")

    assert [(one["parameter"], one["column"], one["hint"]) for one in answer.json()["problems"]] == [
        ("group_column", "sepal.widht", "did you mean “sepal.width”?")
    ]


def test_an_unusable_target_is_in_the_answer(idle: Services) -> None:
    answer = inspect(idle.api, SMALL, target_column="z", columns_to_drop="q")

    assert answer.status_code == 200
    assert [(one["parameter"], one["column"]) for one in answer.json()["problems"]] == [
        ("target_column", "z"),
        ("columns_to_drop", "q"),
    ]


def test_an_inspection_leaves_no_trace(idle: Services) -> None:
    inspect(idle.api, SMALL)

    assert idle.api.get("/jobs").json()["jobs"] == []
    assert idle.cloud.uploads._versions == {}


def test_the_content_of_a_file_is_not_logged(idle: Services, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    inspect(idle.api, b"private-name,y\nprivate-cell,1\nprivate-other,2\n")
    inspect(idle.api, b"private-name,y\nprivate-cell,1,2,3\n")

    assert "private" not in " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)


# ---------------------------------------------------------------- what is rejected


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("content", [b"", b"a,b\n", b"%PDF-1.7", bytes(range(256)) * 9, b'{"a": 1}'])
def test_a_file_that_cannot_be_read_is_the_problem_of_a_training(
    services: Services, service: str, content: bytes
) -> None:
    answer = inspect(services.client(service), content)

    trained = services.api.post("/train", files={"dataset_file": ("rows.csv", content, "text/csv")})
    assert (answer.status_code, problem(answer)["code"]) == (trained.status_code, problem(trained)["code"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_form_with_errors_is_rejected_with_all_of_them(idle: Services, service: str) -> None:
    answer = inspect(idle.client(service), SMALL, is_head="perhaps", model_name="shop")

    assert answer.status_code == 400
    assert set(faulty(answer)) == {"is_head", "model_name"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_options_are_checked(idle: Services, service: str) -> None:
    answer = inspect(idle.client(service), SMALL, is_head="perhaps")

    assert (answer.status_code, set(faulty(answer))) == (422, {"is_head"})


@pytest.mark.parametrize("service", SERVICES)
def test_another_content_type_is_rejected(idle: Services, service: str) -> None:
    answer = idle.client(service).post("/inspect", content=SMALL, headers={"Content-Type": "text/csv"})

    assert (answer.status_code, problem(answer)["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("size", [Limits().inline_upload_bytes + 1, Limits().inline_upload_bytes + 100_000])
def test_a_file_that_is_too_large_is_rejected_with_what_to_send_instead(
    idle: Services, service: str, size: int
) -> None:
    answer = inspect(idle.client(service), b"a,b\n".ljust(size, b"1"))

    assert answer.status_code == 413
    assert "is_head=true" in problem(answer)["detail"]
    assert problem(answer)["errors"][0]["limit"] == "inline_upload_bytes"


def test_the_boundary_is_forwarded_as_it_is(idle: Services) -> None:
    form = multipart(('name="dataset_file"; filename="t.csv"', SMALL)).replace(b"cut", b"a'b+c")

    answer = idle.api.post(
        "/inspect", content=form, headers={"Content-Type": 'Multipart/Form-Data; boundary="a\'b+c"; charset=utf-8'}
    )

    assert answer.json()["rows"] == 40


def test_an_answer_larger_than_a_response_may_be_is_rejected(tmp_path: Path) -> None:
    with services_with_limits(tmp_path, answer_bytes=500) as services:
        answer = inspect(services.api, SMALL)

    assert (answer.status_code, problem(answer)["errors"][0]["limit"]) == (422, "answer_bytes")


def test_without_an_address_of_the_predict_service_it_is_a_503() -> None:
    with TestClient(create_app(memory_cloud(), authenticator=None)) as client:
        assert problem(inspect(client, SMALL))["code"] == "service_unavailable"


@pytest.fixture(scope="module")
def open_services(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Services for the property test."""
    with services_in(tmp_path_factory.mktemp("inspected")) as services:
        yield services


@settings(max_examples=200, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='abc,;"\n\r\t1.-', max_size=120).map(str.encode),
        st.binary(max_size=60).map(gzip.compress),
        st.binary(max_size=60).map(lambda tail: gzip.compress(SMALL)[:30] + tail),
    ),
    is_head=st.sampled_from(["true", "false"]),
    target=st.sampled_from(["", "a", "1"]),
)
def test_no_file_causes_a_server_error(open_services: Services, content: bytes, is_head: str, target: str) -> None:
    answer = inspect(open_services.predict, content, is_head=is_head, target_column=target)

    assert answer.status_code in (200, 422), answer.text
