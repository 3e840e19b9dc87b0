"""Metrics in memory, for tests."""

from collections import defaultdict
from dataclasses import dataclass, field

from mini_ml.topology.metrics import Metric

Series = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class MemoryMetrics:
    """Metrics of this process. `ports.Metrics` documents the methods and their errors."""

    counters: defaultdict[Series, int] = field(default_factory=lambda: defaultdict(int))
    durations: defaultdict[Series, list[float]] = field(default_factory=lambda: defaultdict(list))
    gauges: dict[Series, float] = field(default_factory=dict)

    def count(self, metric: Metric, amount: int = 1, **labels: str) -> None:
        metric.check("counter", labels)
        self.counters[_series(metric, labels)] += amount

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        metric.check("histogram", labels)
        self.durations[_series(metric, labels)].append(seconds)

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        metric.check("gauge", labels)
        self.gauges[_series(metric, labels)] = value

    def flush(self) -> None:
        """Do nothing."""

    def render(self) -> None:
        """Return nothing."""

    def total(self, metric: Metric, **labels: str) -> int:
        """Return the value of a counter."""
        return self.counters[_series(metric, labels)]


def _series(metric: Metric, labels: dict[str, str]) -> Series:
    return metric.name, tuple(sorted(labels.items()))
