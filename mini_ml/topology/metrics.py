"""Metrics of the platform: names, units and labels, for the code that records them and for what alarms on them.

Labels have few values. Names of models, jobs and files are never labels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product
from typing import Final, Literal, get_args

from mini_ml.topology.resources import QueueName
from mini_ml.topology.routes import ROUTES

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
    label_values: tuple[tuple[str, ...], ...] = ()
    """All values of each label, in the order of the labels; empty if they are not listed here."""
    starts_at_zero: bool = True
    """Whether a process shows the series of all listed values before the first is recorded."""

    def check(self, kind: MetricKind, labels: Mapping[str, str]) -> None:
        """Raise ValueError unless this is the metric's kind, its labels are these, and their values are listed ones."""
        if kind != self.kind or labels.keys() != set(self.labels):
            raise ValueError(f"`{self.name}` is a {self.kind} with the labels {self.labels}, not {kind} {labels}.")
        for name, values in zip(self.labels, self.label_values, strict=False):
            if labels[name] not in values:
                raise ValueError(f"`{self.name}` has no `{name}` {labels[name]!r}; add it to its values.")

    @property
    def series(self) -> Iterator[dict[str, str]]:
        """The labels of every series that a process shows from its start."""
        if self.starts_at_zero and len(self.label_values) == len(self.labels):
            for values in product(*self.label_values):
                yield dict(zip(self.labels, values, strict=True))

    @property
    def prometheus_name(self) -> str:
        """Name in Prometheus' text format, without the suffix `_total` that it gives to counters."""
        return f"mini_ml_{self.name}_seconds" if self.unit == "seconds" else f"mini_ml_{self.name}"


OTHER_ROUTE: Final = "other"
"""Label of requests whose path no route matches, so that clients cannot add values."""
ROUTE_LABELS: Final = (*(route.path for route in ROUTES), OTHER_ROUTE)
STATUS_LABELS: Final = tuple(str(status.value) for status in HTTPStatus)
JobOutcome = Literal["succeeded", "rejected", "failed", "cancelled"]

REQUESTS: Final = Metric(
    name="requests",
    kind="counter",
    description="HTTP requests by route template",
    labels=("route", "status"),
    label_values=(ROUTE_LABELS, STATUS_LABELS),
    starts_at_zero=False,
)
REQUEST_DURATION: Final = Metric(
    name="request_duration",
    kind="histogram",
    unit="seconds",
    description="Time until the end of an answer",
    labels=("route",),
    label_values=(ROUTE_LABELS,),
)
JOBS: Final = Metric(
    name="jobs",
    kind="counter",
    description="Jobs that ended: succeeded, rejected (for their file or options), failed (by the platform), cancelled",
    labels=("kind", "outcome"),
    label_values=(("train", "predict"), get_args(JobOutcome)),
)
FAILURES: Final = Metric(
    name="failures", kind="counter", description="Jobs that ended without success, by code", labels=("code",)
)
QUEUE_DEPTH: Final = Metric(
    name="queue_depth",
    kind="gauge",
    description="Messages that wait in a queue",
    labels=("queue",),
    label_values=(get_args(QueueName),),
)
OLDEST_MESSAGE: Final = Metric(
    name="oldest_message_age",
    kind="gauge",
    unit="seconds",
    description="Approximate age of the oldest message that waits in a queue",
    labels=("queue",),
    label_values=(get_args(QueueName),),
)
ROWS_SCORED: Final = Metric(
    name="rows_scored",
    kind="counter",
    description="Rows scored online or in batches",
    labels=("kind",),
    label_values=(("online", "batch"),),
)
MODEL_CACHE: Final = Metric(
    name="model_cache",
    kind="counter",
    description="Lookups in the model cache: hit or miss",
    labels=("result",),
    label_values=(("hit", "miss"),),
)
MODEL_LOADS: Final = Metric(
    name="model_load_duration", kind="histogram", unit="seconds", description="Time to load a model into the cache"
)
SWEEPS: Final = Metric(name="sweeps", kind="counter", description="Sweeps that ended")
UNREADABLE_MESSAGES: Final = Metric(
    name="unreadable_messages", kind="counter", description="Dead letters that name no upload"
)
EventOutcome = Literal["sent", "delayed", "lost"]
EVENTS: Final = Metric(
    name="events",
    kind="counter",
    description="Tries to send the event of a job: sent, delayed (the sweep tries again), lost (given up)",
    labels=("outcome",),
    label_values=(get_args(EventOutcome),),
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
    EVENTS,
)
