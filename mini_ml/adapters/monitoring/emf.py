"""Metrics as log lines in CloudWatch's embedded metric format (EMF), of which CloudWatch makes metrics."""

import threading
from typing import Final

from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from mini_ml.topology.metrics import JOBS, NAMESPACE, Metric, MetricUnit

_UNITS: Final[dict[MetricUnit, str]] = {"count": "Count", "seconds": "Seconds"}
_WRITTEN_AT_ONCE: Final = frozenset({JOBS.name})
"""The function of a job that timed out is killed soon after, so this does not wait for the end of its invocation."""


class EmfMetrics:
    """Collects metrics, and writes them to standard output at the end of an invocation.

    CloudWatch finds a metric by exactly its dimensions. So each combination of labels is a document of its own, with
    the dimension `stage` and one for each label.
    """

    def __init__(self, *, stage: str) -> None:
        """Create a recorder; `stage` becomes a dimension of every metric."""
        self._stage = stage
        self._documents: dict[tuple[tuple[str, str], ...], AmazonCloudWatchEMFProvider] = {}
        self._lock = threading.Lock()

    def count(self, metric: Metric, amount: int = 1, **labels: str) -> None:
        """Increase a counter; CloudWatch's `Sum` adds the increases."""
        metric.check("counter", labels)
        self._add(metric, amount, labels)
        if metric.name in _WRITTEN_AT_ONCE:
            self.flush()

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add a duration; CloudWatch computes percentiles from all of them."""
        metric.check("histogram", labels)
        self._add(metric, seconds, labels)

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Set a gauge."""
        metric.check("gauge", labels)
        self._add(metric, value, labels)

    def flush(self) -> None:
        """Write a line for each combination of labels since the last flush."""
        with self._lock:
            for document in self._documents.values():
                if document.metric_set:
                    document.flush_metrics()  # and empty it

    def render(self) -> None:
        """Return nothing: CloudWatch has the metrics."""

    def _add(self, metric: Metric, value: float, labels: dict[str, str]) -> None:
        key = tuple(sorted(labels.items()))
        with self._lock:
            document = self._documents.get(key)
            if document is None:
                document = self._documents[key] = self._new_document(labels)
            document.add_metric(name=metric.name, unit=_UNITS[metric.unit], value=value)

    def _new_document(self, labels: dict[str, str]) -> AmazonCloudWatchEMFProvider:
        # Without an empty `service`, Powertools would add a dimension from POWERTOOLS_SERVICE_NAME.
        return AmazonCloudWatchEMFProvider(
            namespace=NAMESPACE, service="", default_dimensions={"stage": self._stage, **labels}
        )
