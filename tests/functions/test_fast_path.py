"""The fast path of online scoring returns the same responses and errors as the slow path."""

import json
from collections.abc import Callable, Iterator

import httpx2
import pytest
from starlette.concurrency import run_in_threadpool

from functions.predict import quick, routes_scoring
from mini_ml.workflows.model_cache import ModelCache
from tests.functions.services import IRIS_ROW, Services, faulty, problem, services_in, train

ADDRESS = "/models/default/invocations"
BODY = json.dumps({"instances": [IRIS_ROW]}).encode()


@pytest.fixture(scope="module")
def with_loaded_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services whose model is loaded and stays fresh."""
    folder = tmp_path_factory.mktemp("at_hand")
    with services_in(folder) as services:
        train(services.trainer)
        services.apps["predict"].state.model_cache = ModelCache(services.cloud, workdir=folder, fresh_seconds=3600)
        post(services, BODY)
        yield services


def post(services: Services, body: bytes, query: str = "", content_type: str = "application/json") -> httpx2.Response:
    return services.predict.post(f"{ADDRESS}{query}", content=body, headers={"Content-Type": content_type})


def test_a_loaded_model_is_scored_without_the_store_and_without_a_thread(
    with_loaded_model: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes_scoring, "run_in_threadpool", lambda work: pytest.fail("a thread was asked"))
    monkeypatch.setattr(
        with_loaded_model.cloud.artifacts, "before", lambda method, key: pytest.fail("the store was asked")
    )

    assert post(with_loaded_model, BODY).json() == {"predictions": ["Setosa"], "model_name": "default", "version": 1}


def test_both_paths_give_the_same_response_bytes(with_loaded_model: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    short = post(with_loaded_model, BODY)
    monkeypatch.setattr(quick, "_is_plain", lambda request: False)
    long = post(with_loaded_model, BODY)

    headers = [{k: v for k, v in one.headers.items() if k != "x-correlation-id"} for one in (short, long)]
    assert short.content == long.content
    assert headers[0] == headers[1]


def test_a_large_body_takes_the_slow_path_and_gets_the_same_predictions(with_loaded_model: Services) -> None:
    many = json.dumps({"instances": [IRIS_ROW] * 200}).encode()

    assert post(with_loaded_model, many).json()["predictions"] == ["Setosa"] * 200


def test_a_small_body_of_many_rows_is_scored_in_a_thread(
    with_loaded_model: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    async def in_thread(work: Callable[[], bytes]) -> bytes:
        threads.append("a thread")
        return await run_in_threadpool(work)

    monkeypatch.setattr(quick, "run_in_threadpool", in_thread)
    many = json.dumps({"inputs": {name: [value] * 100 for name, value in IRIS_ROW.items()}}).encode()

    assert post(with_loaded_model, many).json()["predictions"] == ["Setosa"] * 100
    assert threads == ["a thread"]


@pytest.mark.parametrize(
    ("query", "content_type", "status"),
    [
        ("", "application/json; charset=utf-8", 200),
        ("?probabilities=true", "application/json", 200),
        ("?probability=true", "application/json", 400),
        ("", "text/plain", 415),
    ],
)
def test_other_requests_take_the_slow_path(
    with_loaded_model: Services, query: str, content_type: str, status: int
) -> None:
    assert post(with_loaded_model, BODY, query, content_type).status_code == status


@pytest.mark.parametrize("body", [b"", b"{", b'{"instances": [[NaN, 1, 1, 1]]}', b'{"instances": []}'])
def test_an_invalid_body_is_malformed_on_the_fast_path_too(with_loaded_model: Services, body: bytes) -> None:
    assert problem(post(with_loaded_model, body))["status"] == 400


def test_missing_columns_are_named_on_the_fast_path_too(with_loaded_model: Services) -> None:
    answer = post(with_loaded_model, b'{"instances": [{"sepal.length": 1, "petal.width": 1}]}')

    assert set(faulty(answer)) == {"sepal.width", "petal.length"}


def test_another_method_is_rejected_with_the_allowed_methods(with_loaded_model: Services) -> None:
    assert with_loaded_model.predict.put(ADDRESS, content=BODY).headers["allow"] == "OPTIONS, POST"
