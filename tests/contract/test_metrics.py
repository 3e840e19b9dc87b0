"""The contract of every recorder of metrics: in memory, for Prometheus and for CloudWatch."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mini_ml.adapters.memory.metrics import MemoryMetrics
from mini_ml.adapters.monitoring.emf import EmfMetrics
from mini_ml.adapters.monitoring.prometheus import PrometheusMetrics
from mini_ml.ports import Metrics
from mini_ml.topology.metrics import JOBS, METRICS, QUEUE_DEPTH, REQUEST_DURATION, REQUESTS, SWEEPS, Metric, MetricKind

Read = Callable[..., float]


@dataclass(frozen=True)
class Recorder:
    """A recorder, and a function that returns what it recorded for a metric and labels."""

    metrics: Metrics
    read: Read


def _in_memory() -> Recorder:
    metrics = MemoryMetrics()

    def read(metric: Metric, **labels: str) -> float:
        key = (metric.name, tuple(sorted(labels.items())))
        return metrics.gauges.get(key, 0.0) + metrics.counters[key] + sum(metrics.durations[key])

    return Recorder(metrics, read)


def _for_prometheus(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    metrics = PrometheusMetrics(folder, process="one")
    suffixes = {"counter": "_total", "histogram": "_sum", "gauge": ""}

    def read(metric: Metric, **labels: str) -> float:
        inside = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
        series = metric.prometheus_name + suffixes[metric.kind] + (f"{{{inside}}}" if inside else "")
        values = re.findall(rf"^{re.escape(series)} (\S+)$", metrics.render().decode(), re.MULTILINE)
        return sum(map(float, values))

    return Recorder(metrics, read)


def _for_cloudwatch(capsys: pytest.CaptureFixture[str]) -> Recorder:
    metrics = EmfMetrics(stage="dev")

    def read(metric: Metric, **labels: str) -> float:
        metrics.flush()
        documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        dimensions = {"stage": "dev", **labels}
        values = [
            document[metric.name]
            for document in documents
            if metric.name in document and {name: document[name] for name in dimensions} == dimensions
        ]
        return values[-1][-1] if metric.kind == "gauge" else sum(map(sum, values))

    return Recorder(metrics, read)


@pytest.fixture(params=["memory", "prometheus", "cloudwatch"])
def recorder(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Recorder:
    """An empty recorder of each kind."""
    if request.param == "memory":
        return _in_memory()
    return _for_prometheus(tmp_path, monkeypatch) if request.param == "prometheus" else _for_cloudwatch(capsys)


def test_a_counter_is_the_sum_of_its_increases(recorder: Recorder) -> None:
    recorder.metrics.count(REQUESTS, route="/train", status="201")
    recorder.metrics.count(REQUESTS, 3, route="/train", status="201")

    assert recorder.read(REQUESTS, route="/train", status="201") == 4


def test_labels_are_counted_apart(recorder: Recorder) -> None:
    recorder.metrics.count(JOBS, kind="train", outcome="failed")
    recorder.metrics.count(JOBS, 2, kind="predict", outcome="failed")

    assert recorder.read(JOBS, kind="predict", outcome="failed") == 2


def test_a_metric_without_labels_is_counted(recorder: Recorder) -> None:
    recorder.metrics.count(SWEEPS)

    assert recorder.read(SWEEPS) == 1


def test_durations_are_added_up(recorder: Recorder) -> None:
    recorder.metrics.observe(REQUEST_DURATION, 0.25, route="/health")
    recorder.metrics.observe(REQUEST_DURATION, 0.5, route="/health")

    assert recorder.read(REQUEST_DURATION, route="/health") == 0.75


def test_a_gauge_is_its_last_value(recorder: Recorder) -> None:
    recorder.metrics.set(QUEUE_DEPTH, 7, queue="train")
    recorder.metrics.set(QUEUE_DEPTH, 2, queue="train")

    assert recorder.read(QUEUE_DEPTH, queue="train") == 2


def test_other_labels_are_refused(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="`requests` is a counter with the labels"):
        recorder.metrics.count(REQUESTS, route="/train")
    with pytest.raises(ValueError, match="`sweeps` is a counter with the labels"):
        recorder.metrics.count(SWEEPS, model_name="iris")


def test_another_kind_is_refused(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="is a counter"):
        recorder.metrics.observe(SWEEPS, 1.0)
    with pytest.raises(ValueError, match="is a histogram"):
        recorder.metrics.set(REQUEST_DURATION, 1.0, route="/health")


def test_a_value_that_is_not_listed_is_refused(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="no `outcome` 'lost'"):
        recorder.metrics.count(JOBS, kind="train", outcome="lost")
    with pytest.raises(ValueError, match="no `route` '/models/iris'"):
        recorder.metrics.count(REQUESTS, route="/models/iris", status="200")
    with pytest.raises(ValueError, match="no `status` '299'"):
        recorder.metrics.count(REQUESTS, route="/models", status="299")
    with pytest.raises(ValueError, match="no `route` '/models/iris'"):
        recorder.metrics.observe(REQUEST_DURATION, 1.0, route="/models/iris")


def test_every_metric_can_be_recorded(recorder: Recorder) -> None:
    for metric in METRICS:
        labels = {name: values[0] for name, values in zip(metric.labels, metric.label_values, strict=False)}
        labels = {**dict.fromkeys(metric.labels, "x"), **labels}
        records: dict[MetricKind, Callable[..., None]] = {
            "counter": recorder.metrics.count,
            "histogram": recorder.metrics.observe,
            "gauge": recorder.metrics.set,
        }
        records[metric.kind](metric, 1, **labels)

        assert recorder.read(metric, **labels) == 1
