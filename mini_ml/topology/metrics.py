"""Metrics of the platform: names, units and labels, for whoever records them and whoever alarms on them.

Labels have few values. Names of models, jobs and files are never labels.
"""

from dataclasses import dataclass
from typing import Final, Literal

MetricKind = Literal["counter", "gauge", "histogram"]
MetricUnit = Literal["count", "seconds"]

NAMESPACE: Final = "MiniML"
"""CloudWatch's namespace of the metrics. Every metric has the dimension `stage` there, and one for each label."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric."""

    name: str
    """In snake case, without a unit or suffix."""
    kind: MetricKind
    description: str
    unit: MetricUnit = "count"
    labels: tuple[str, ...] = ()

    @property
    def prometheus_name(self) -> str:
        """Name in Prometheus' text format, without the suffix `_total` that it gives to counters."""
        return f"mini_ml_{self.name}_seconds" if self.unit == "seconds" else f"mini_ml_{self.name}"


REQUESTS: Final = Metric(
    name="requests", kind="counter", description="HTTP requests by route template", labels=("route", "status")
)
REQUEST_DURATION: Final = Metric(
    name="request_duration",
    kind="histogram",
    unit="seconds",
    description="Time until the end of an answer",
    labels=("route",),
)
JOBS: Final = Metric(
    name="jobs",
    kind="counter",
    description="Jobs that ended: succeeded, rejected (for their file or options), failed (by the platform), cancelled",
    labels=("kind", "outcome"),
)
FAILURES: Final = Metric(name="failures", kind="counter", description="Jobs that failed, by code", labels=("code",))
QUEUE_DEPTH: Final = Metric(
    name="queue_depth", kind="gauge", description="Messages that wait in a queue", labels=("queue",)
)
OLDEST_MESSAGE: Final = Metric(
    name="oldest_message_age",
    kind="gauge",
    unit="seconds",
    description="Age of the oldest open job of a queue",
    labels=("queue",),
)
ROWS_SCORED: Final = Metric(
    name="rows_scored", kind="counter", description="Rows scored online or in batches", labels=("kind",)
)
MODEL_CACHE: Final = Metric(
    name="model_cache", kind="counter", description="Lookups in the model cache: hit or miss", labels=("result",)
)
MODEL_LOADS: Final = Metric(
    name="model_load_duration", kind="histogram", unit="seconds", description="Time to load a model into the cache"
)
SWEEPS: Final = Metric(name="sweeps", kind="counter", description="Sweeps that ended")
UNREADABLE_MESSAGES: Final = Metric(
    name="unreadable_messages", kind="counter", description="Dead letters that name no upload"
)

METRICS: Final = (
    REQUESTS,
    REQUEST_DURATION,
    JOBS,
    FAILURES,
    QUEUE_DEPTH,
    OLDEST_MESSAGE,
    ROWS_SCORED,
    MODEL_CACHE,
    MODEL_LOADS,
    SWEEPS,
    UNREADABLE_MESSAGES,
)
