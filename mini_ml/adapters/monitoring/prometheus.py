"""Metrics for Prometheus, in files that all processes of a service write and its web server reads.

Jobs run in other processes than the web server that answers `/metrics`, so `prometheus_client` runs in its multiprocess
mode: each process writes files of its own, and reading adds them up. A process that is killed leaves its files behind,
which still count. A process is known by its name instead of its id, so a restarted one continues its files and they do
not become more.
"""

import json
import logging
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Generic, Literal, TypeVar, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from mini_ml.adapters.monitoring.folder import PATTERN
from mini_ml.topology.metrics import METRICS, OLDEST_MESSAGE, QUEUE_DEPTH, Metric, MetricKind

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_GaugeMode = Literal["mostrecent", "min"]
_GAUGE_MODES: Final[dict[str, _GaugeMode]] = {QUEUE_DEPTH.name: "mostrecent", OLDEST_MESSAGE.name: "min"}
"""Which value counts if several processes poll a queue. They measure the same depth, so the newest one. Each knows only
the messages that it received itself, so the oldest message is at most as old as the one that knows most says."""
_GAUGE_SECONDS: Final = 60.0
"""Age from which a gauge is not shown: the process that measured it has ended or hangs."""
_FILES: Final = ("counter", "histogram", *(f"gauge_{mode}" for mode in _GAUGE_MODES.values()))
_FILE_BYTES: Final = 1 << 18
"""More than all series need. Files are written in full at first: a write to a mapped file that finds the disk full
kills the process, and this one only raises an error."""
_UNREADABLE: Final = (struct.error, RuntimeError, ValueError, OSError)
"""What reading raises for a file whose process was killed before it had written the first bytes."""

M = TypeVar("M", Counter, Histogram, Gauge)

logger = logging.getLogger(__name__)


class PrometheusMetrics:
    """Records the metrics of one process, and shows those of all processes that share the folder.

    The environment variable PROMETHEUS_MULTIPROC_DIR must name the folder; `prometheus_client` reads it.
    """

    def __init__(self, folder: Path, *, process: str, clock: Callable[[], float] = time.time) -> None:
        """Open or create the files of a process.

        Args:
            folder: shared by the processes of one service.
            process: name of this process, different from all others that run at the same time.
            clock: the current time in seconds since 1970.
        """
        self._folder = folder
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in _FILES:
            _prepare(folder / f"{name}_{process}.db")
        values.ValueClass = values.MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call]
        self._counters = _MetricsOfKind("counter", _new_counter)
        self._histograms = _MetricsOfKind("histogram", _new_histogram)
        self._gauges = _MetricsOfKind("gauge", _new_gauge)

    def count(self, metric: Metric, amount: int = 1, **labels: str) -> None:
        """Increase a counter."""
        self._counters.find(metric, labels).inc(amount)

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add a duration to a histogram."""
        self._histograms.find(metric, labels).observe(seconds)

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Set a gauge."""
        self._gauges.find(metric, labels).set(value)

    def flush(self) -> None:
        """Do nothing: every value is written at once."""

    def render(self) -> bytes:
        """Return the metrics of all processes that share the folder. Reads only their files."""
        readable = [file for file in sorted(self._folder.glob(PATTERN)) if self._is_shown(file)]
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Files(readable))
        return generate_latest(registry)

    def _is_shown(self, file: Path) -> bool:
        times = _read_times(file)
        if times is None:
            return False
        return not file.name.startswith("gauge_") or max(times, default=0.0) > self._clock() - _GAUGE_SECONDS


class _MetricsOfKind(Generic[M]):
    """The metrics of one kind, and each of their series that was recorded."""

    def __init__(self, kind: MetricKind, create: Callable[[Metric], M]) -> None:
        self._kind: MetricKind = kind
        self._metrics: dict[str, M] = {metric.name: create(metric) for metric in METRICS if metric.kind == kind}
        self._found: dict[tuple[str, tuple[tuple[str, str], ...]], M] = {}

    def find(self, metric: Metric, labels: dict[str, str]) -> M:
        """Return the series with these labels; they are only checked once. Raises ValueError."""
        key = metric.name, tuple(labels.items())
        found = self._found.get(key)
        if found is None:
            metric.check(self._kind, labels)
            parent = self._metrics[metric.name]
            found = self._found[key] = parent.labels(**labels) if labels else parent
        return found


class _Files(Collector):
    """The metrics in files, as `prometheus_client` adds them up."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = [str(file) for file in files]

    def collect(self) -> Iterator[Family]:
        yield from MultiProcessCollector.merge(self._files)  # type: ignore[no-untyped-call]


def _prepare(file: Path) -> None:
    """Create a file, or replace one that is damaged, so that a killed process cannot prevent its restart."""
    if not file.exists() or file.stat().st_size < _FILE_BYTES or _read_times(file) is None:
        file.unlink(missing_ok=True)
        file.write_bytes(bytes(_FILE_BYTES))


def _read_times(file: Path) -> list[float] | None:
    """Return when the values in a file were set, 0 for counters and histograms; None if the file is damaged."""
    try:
        with file.open("rb") as opened:
            [used] = struct.unpack("i", opened.read(4))
        if not 0 <= used <= file.stat().st_size:
            raise ValueError(f"{used} bytes in use")
        values_read = list(MmapedDict.read_all_values_from_file(file))  # type: ignore[no-untyped-call]
        for key, *_ in values_read:
            json.loads(key)
        return [at for _, _, at, _ in values_read]
    except _UNREADABLE as error:
        logger.warning("metrics_unreadable", extra={"file": file.name, "reason": repr(error)})
        return None


def _new_counter(metric: Metric) -> Counter:
    """Create a counter with all its known series at 0: Prometheus does not see the first increase of a new series."""
    counter = Counter(metric.prometheus_name, metric.description, metric.labels, registry=None)
    for labels in metric.series:
        if labels:
            counter.labels(**labels)
    return counter


def _new_histogram(metric: Metric) -> Histogram:
    return Histogram(metric.prometheus_name, metric.description, metric.labels, buckets=_BUCKETS, registry=None)


class _TimedGauge(Gauge):
    """A gauge that stores when it was set in every mode, so that old values can be left out."""

    _MOST_RECENT_MODES = frozenset(get_args(_GaugeMode))


def _new_gauge(metric: Metric) -> Gauge:
    mode = _GAUGE_MODES[metric.name]
    return _TimedGauge(metric.prometheus_name, metric.description, metric.labels, multiprocess_mode=mode, registry=None)
