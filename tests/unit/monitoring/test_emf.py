"""Log lines in CloudWatch's embedded metric format have exactly the dimensions that alarms ask for."""

import json
from typing import Any

import pytest

from mini_ml.adapters.monitoring.emf import EmfMetrics
from mini_ml.topology.metrics import (
    FAILURES,
    JOBS,
    MODEL_LOADS,
    REQUEST_DURATION,
    REQUESTS,
    SWEEPS,
    UNREADABLE_MESSAGES,
)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the documents that were written to standard output."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_document_is_what_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics(stage="prod")

    metrics.count(REQUESTS, route="/train", status="201")
    metrics.flush()

    [document] = lines(capsys)
    assert isinstance(document["_aws"].pop("Timestamp"), int)
    assert document == {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "MiniML",
                    "Dimensions": [["stage", "route", "status"]],
                    "Metrics": [{"Name": "requests", "Unit": "Count"}],
                }
            ]
        },
        "stage": "prod",
        "route": "/train",
        "status": "201",
        "requests": [1.0],
    }


def test_metrics_with_other_labels_are_documents_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics(stage="dev")

    metrics.count(REQUESTS, route="/train", status="201")
    metrics.observe(REQUEST_DURATION, 0.5, route="/train")
    metrics.observe(REQUEST_DURATION, 0.25, route="/predict")
    metrics.observe(MODEL_LOADS, 0.125)
    metrics.count(SWEEPS)
    metrics.flush()

    written = [
        (*document["_aws"]["CloudWatchMetrics"][0]["Dimensions"], document.get("request_duration"))
        for document in lines(capsys)
    ]
    assert written == [
        (["stage", "route", "status"], None),
        (["stage", "route"], [0.5]),
        (["stage", "route"], [0.25]),
        (["stage"], None),
    ]


def test_the_unit_of_a_duration_is_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics(stage="dev")

    metrics.observe(MODEL_LOADS, 0.125)
    metrics.flush()

    [document] = lines(capsys)
    assert document["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "model_load_duration", "Unit": "Seconds"}]


def test_nothing_is_written_before_the_end_of_an_invocation_and_nothing_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = EmfMetrics(stage="dev")
    metrics.count(SWEEPS)
    before = lines(capsys)

    metrics.flush()
    metrics.flush()

    assert before == []
    assert [document["sweeps"] for document in lines(capsys)] == [[1.0]]


def test_the_end_of_a_job_is_written_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics(stage="dev")

    metrics.count(FAILURES, code="timed_out")
    metrics.count(JOBS, kind="train", outcome="failed")

    assert [document.get("code") or document["outcome"] for document in lines(capsys)] == ["timed_out", "failed"]


def test_a_name_of_the_service_in_the_environment_adds_no_dimension(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "api")
    metrics = EmfMetrics(stage="dev")

    metrics.count(UNREADABLE_MESSAGES)
    metrics.flush()

    [document] = lines(capsys)
    assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["stage"]]


def test_more_values_than_a_document_holds_are_all_written(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics(stage="dev")

    for _ in range(250):
        metrics.count(SWEEPS)
    metrics.flush()

    assert sum(sum(document["sweeps"]) for document in lines(capsys)) == 250
