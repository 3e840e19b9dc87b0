"""The files of the metrics survive processes that are killed, and cannot stop a restart or a scrape."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from mini_ml.adapters.monitoring.folder import empty_folder
from mini_ml.adapters.monitoring.prometheus import PrometheusMetrics
from mini_ml.local.queue_meter import QueueMeter
from mini_ml.topology.metrics import (
    FAILURES,
    OLDEST_MESSAGE,
    QUEUE_DEPTH,
    REQUEST_DURATION,
    REQUESTS,
    ROUTE_LABELS,
    SWEEPS,
)
from tests.fixtures.recorded_metrics import prometheus_metrics, series_in
from tests.fixtures.waiting import eventually

ROOT = Path(__file__).parents[3]
COUNTING = """
import sys
from pathlib import Path
from mini_ml.adapters.monitoring.prometheus import PrometheusMetrics
from mini_ml.topology.metrics import REQUEST_DURATION, REQUESTS, ROUTE_LABELS, SWEEPS

folder, process = sys.argv[1:]
metrics = PrometheusMetrics(Path(folder), process=process)
number = 0
while True:
    metrics.count(SWEEPS)
    route = ROUTE_LABELS[number % len(ROUTE_LABELS)]
    metrics.count(REQUESTS, route=route, status="200")
    metrics.observe(REQUEST_DURATION, 0.01, route=route)
    number += 1
    print(number, flush=True)
"""
"""A process that counts, and prints what it has counted."""
STATUSES = (
    "200",
    "201",
    "202",
    "204",
    "303",
    "400",
    "401",
    "403",
    "404",
    "405",
    "408",
    "409",
    "413",
    "415",
    "422",
    "503",
)


@contextmanager
def counting(folder: Path, process: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that counts until it is killed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    command = [sys.executable, "-c", COUNTING, str(folder), process]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def last_printed(process: "subprocess.Popen[str]") -> int:
    """Return the last number that an ended process printed."""
    assert process.stdout is not None
    return int(process.stdout.read().splitlines()[-1])


def sweeps_shown(metrics: PrometheusMetrics) -> int:
    """Return the number of sweeps of all processes."""
    return int(series_in(metrics.render())["mini_ml_sweeps_total"])


def wait_for_sweeps(metrics: PrometheusMetrics, least: int) -> None:
    """Scrape until so many sweeps are shown."""
    eventually(lambda: sweeps_shown(metrics) >= least or None)


def test_a_killed_process_keeps_its_counts_and_does_not_change_those_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor = prometheus_metrics(tmp_path, monkeypatch, process="survivor")
    survivor.count(SWEEPS, 1000)
    counted = 0
    for _ in range(3):
        with counting(tmp_path, "victim") as victim:
            wait_for_sweeps(survivor, 1000 + counted + 100)
            victim.kill()
            victim.wait(timeout=10)
            printed = last_printed(victim)

        shown = sweeps_shown(survivor) - 1000
        assert printed <= shown - counted <= printed + 1
        counted = shown

    assert len(list(tmp_path.glob("*_victim.db"))) == 4


def test_a_restarted_process_continues_its_counters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prometheus_metrics(tmp_path, monkeypatch).count(SWEEPS, 5)

    restarted = prometheus_metrics(tmp_path, monkeypatch)
    restarted.count(SWEEPS)

    assert series_in(restarted.render())["mini_ml_sweeps_total"] == 6


@pytest.mark.parametrize(
    "left",
    [b"", b"\0" * 4, b"\xff" * (1 << 18), b"\x00\x10\0\0" + b"\x01" * (1 << 18)],
    ids=["empty", "too short", "no size", "no keys"],
)
def test_a_file_that_cannot_be_read_is_not_shown_and_is_replaced_at_the_restart(
    left: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = prometheus_metrics(tmp_path, monkeypatch, process="other")
    metrics.count(SWEEPS, 2)
    (tmp_path / "counter_one.db").write_bytes(left)
    before = series_in(metrics.render())["mini_ml_sweeps_total"]

    restarted = prometheus_metrics(tmp_path, monkeypatch, process="one")
    restarted.count(SWEEPS)

    assert before == 2
    assert series_in(restarted.render())["mini_ml_sweeps_total"] == 3


def test_a_gauge_is_not_shown_once_its_process_stopped_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = time.time()
    prometheus_metrics(tmp_path, monkeypatch, process="dead").set(QUEUE_DEPTH, 9, queue="train")
    after = time.time()

    shown = [
        series_in(PrometheusMetrics(tmp_path, process="web", clock=partial(float, at)).render())
        for at in (before + 59.0, after + 61.0)
    ]

    assert [series.get('mini_ml_queue_depth{queue="train"}') for series in shown] == [9, None]


def test_of_two_processes_that_measure_a_queue_the_newest_value_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for process, depth in (("b", 4), ("a", 7)):
        metrics = prometheus_metrics(tmp_path, monkeypatch, process=process)
        metrics.set(QUEUE_DEPTH, depth, queue="train")

    assert series_in(metrics.render())['mini_ml_queue_depth{queue="train"}'] == 7


@pytest.mark.parametrize("last", ["knows more", "knows less"])
def test_the_age_of_the_oldest_message_is_that_of_the_poller_that_knows_most(
    last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = {"knows more": 970.0, "knows less": 400.0}
    for process in sorted(received, key=lambda name: name == last):
        metrics = prometheus_metrics(tmp_path, monkeypatch, process=process)
        meter = QueueMeter(queue="train", depth=lambda: 3, metrics=metrics, clock=lambda: 1000.0)
        meter.note_received(received[process])
        meter.measure()

    assert series_in(metrics.render())['mini_ml_oldest_message_age_seconds{queue="train"}'] == 30


def test_an_age_that_a_poller_measured_long_ago_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gauge = 'mini_ml_oldest_message_age_seconds{queue="train"}'
    before = time.time()
    prometheus_metrics(tmp_path, monkeypatch, process="dead").set(OLDEST_MESSAGE, 1, queue="train")
    after = time.time()

    shown = [
        series_in(PrometheusMetrics(tmp_path, process="web", clock=partial(float, at)).render()).get(gauge)
        for at in (before + 59.0, after + 61.0)
    ]

    assert shown == [1, None]


def test_all_series_fit_into_the_space_that_is_reserved_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = prometheus_metrics(tmp_path, monkeypatch)
    reserved = {file.name: file.stat().st_size for file in tmp_path.iterdir()}

    for route in ROUTE_LABELS:
        metrics.observe(REQUEST_DURATION, 1.0, route=route)
        for status in STATUSES:
            metrics.count(REQUESTS, route=route, status=status)
    for number in range(100):
        metrics.count(FAILURES, code=f"a_code_as_long_as_they_are_{number}")

    assert {file.name: file.stat().st_size for file in tmp_path.iterdir()} == reserved
    assert set(reserved.values()) == {1 << 18}


def test_an_emptied_folder_has_no_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new" / "metrics"
    empty_folder(folder)
    prometheus_metrics(folder, monkeypatch).count(SWEEPS)

    empty_folder(folder)

    assert list(folder.iterdir()) == []
