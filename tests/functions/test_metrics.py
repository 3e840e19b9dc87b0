"""`/metrics` shows what a service did, by few labels, and asks neither the storage nor the queues."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from mini_ml import errors, topology
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.topology.metrics import METRICS, OTHER_ROUTE, EventOutcome, JobOutcome
from tests.fixtures.recorded_metrics import prometheus_metrics, series_in
from tests.fixtures.waiting import eventually
from tests.functions.services import IRIS_ROW, Services, predict, problem, services_over, train

SERVICES = ["api", "trainer", "predict"]
ROUTES = {route.path for route in topology.ROUTES} | {OTHER_ROUTE}
CODES = {code for name in dir(errors) if (code := getattr(getattr(errors, name), "code", None))}
VALUES = {
    "route": ROUTES,
    "status": {str(status) for status in range(200, 600)},
    "kind": {"train", "predict", "online", "batch"},
    "outcome": {*get_args(JobOutcome), *get_args(EventOutcome)},
    "code": CODES,
    "queue": set(get_args(topology.QueueName)),
    "result": {"hit", "miss"},
}
"""All values that a label may have."""


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Services that record for Prometheus, as locally and in containers, and whose queues are read."""
    (tmp_path / "metrics").mkdir()
    cloud = memory_cloud(metrics=prometheus_metrics(tmp_path / "metrics", monkeypatch))
    with services_over(cloud, tmp_path) as services, services.polling():
        yield services


def scrape(services: Services, service: str = "api") -> dict[str, float]:
    """Return the series that a service shows."""
    answer = services.client(service).get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return series_in(answer.text)


@pytest.mark.parametrize("service", SERVICES)
def test_requests_are_counted_and_timed_by_their_route(watched: Services, service: str) -> None:
    for job_id in ("01a208cc-7752-725d-9978-61bbae29cc81", "nonsense"):
        watched.client(service).get(f"/jobs/{job_id}")

    shown = scrape(watched, service)

    assert shown['mini_ml_requests_total{route="/jobs/{job_id}",status="404"}'] == 1
    assert shown['mini_ml_requests_total{route="/jobs/{job_id}",status="422"}'] == 1
    assert shown['mini_ml_request_duration_seconds_count{route="/jobs/{job_id}"}'] == 2
    assert shown['mini_ml_request_duration_seconds_bucket{le="+Inf",route="/jobs/{job_id}"}'] == 2


def test_a_training_and_a_prediction_are_counted(watched: Services) -> None:
    assert train(watched.api).status_code == 201
    assert predict(watched.api).status_code == 200
    for _ in range(2):
        watched.api.post("/models/default/invocations", json={"dataframe_records": [IRIS_ROW] * 3})

    shown = eventually(lambda: found if (found := scrape(watched))['mini_ml_rows_scored_total{kind="batch"}'] else None)

    assert shown['mini_ml_jobs_total{kind="train",outcome="succeeded"}'] == 1
    assert shown['mini_ml_jobs_total{kind="predict",outcome="succeeded"}'] == 1
    assert shown['mini_ml_rows_scored_total{kind="batch"}'] == 15
    assert shown['mini_ml_rows_scored_total{kind="online"}'] == 6
    assert shown['mini_ml_model_cache_total{result="hit"}'] == 1
    assert shown['mini_ml_model_cache_total{result="miss"}'] == 2
    assert shown["mini_ml_model_load_duration_seconds_count"] == 2


def test_a_rejected_file_is_counted_by_its_code(watched: Services) -> None:
    assert train(watched.api, target_column="absent").status_code == 422

    shown = scrape(watched)

    assert shown['mini_ml_jobs_total{kind="train",outcome="rejected"}'] == 1
    assert shown['mini_ml_failures_total{code="unknown_column"}'] == 1


def test_no_path_and_no_name_becomes_a_label(watched: Services) -> None:
    for service in SERVICES:
        client = watched.client(service)
        for path in ("/hush", "/hush/hush?hush", "/models/hush", "/models/hush/versions/9", "/docs/hush", "/%0a{hush}"):
            for method in ("GET", "HEAD", "POST", "OPTIONS", "HUSH"):
                client.request(method, path)
    train(watched.api, model_name="hush", target_column="hush")
    watched.cloud.uploads.put("train/hush!/hush.csv", b"a,b\n1,2\n", metadata={"hush": "hush"})
    eventually(lambda: scrape(watched).get('mini_ml_failures_total{code="invalid_name"}'))

    shown = scrape(watched)

    labels = {pair for series in shown for pair in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', series)}
    assert {(name, value) for name, value in labels if name != "le" and value not in VALUES[name]} == set()
    assert [series for series in shown if "hush" in series] == []
    assert shown[f'mini_ml_requests_total{{route="{OTHER_ROUTE}",status="404"}}'] >= 3


def test_every_series_belongs_to_a_listed_metric(watched: Services) -> None:
    train(watched.api)

    names = {re.sub(r"_(total|bucket|sum|count)$", "", series.partition("{")[0]) for series in scrape(watched)}

    assert names <= {metric.prometheus_name for metric in METRICS}


@pytest.mark.parametrize("service", SERVICES)
def test_a_scrape_asks_neither_the_storage_nor_the_queues(watched: Services, service: str) -> None:
    asked: list[str] = []
    for store in (watched.cloud.artifacts, watched.cloud.uploads):
        store.before = lambda method, key: asked.append(method)
    for queue in watched.cloud.queues.values():
        queue.before = lambda method, key: asked.append(method)

    scrape(watched, service)

    assert asked == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_deployment_that_sends_its_metrics_elsewhere_does_not_show_them(idle: Services, service: str) -> None:
    answer = idle.client(service).get("/metrics")

    assert answer.status_code == 404
    assert problem(answer)["code"] == "route_not_found"
    assert "CloudWatch" in problem(answer)["detail"]


def test_a_client_that_sends_no_known_method_is_counted_with_its_answer(watched: Services) -> None:
    watched.api.request("HUSH", "/health")

    assert scrape(watched)['mini_ml_requests_total{route="/health",status="405"}'] == 1
