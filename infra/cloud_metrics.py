"""CloudWatch metrics of a stage: those of AWS, and those that the platform records itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mini_ml.topology import FunctionName, Names, QueueName
from mini_ml.topology.metrics import NAMESPACE, Metric


@dataclass(frozen=True, kw_only=True)
class CloudMetric:
    """A CloudWatch metric. Its dimensions are exactly those under which it is recorded, or it would have no data."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict)


def of_queue(name: str, queue: QueueName, names: Names) -> CloudMetric:
    """Return a metric of an SQS queue."""
    return CloudMetric(namespace="AWS/SQS", name=name, dimensions={"QueueName": names.queue(queue)})


def of_function(name: str, function: FunctionName, names: Names) -> CloudMetric:
    """Return a metric of a Lambda function."""
    return CloudMetric(namespace="AWS/Lambda", name=name, dimensions={"FunctionName": names.function(function)})


def of_account(name: str) -> CloudMetric:
    """Return a metric of all Lambda functions of the account in this region."""
    return CloudMetric(namespace="AWS/Lambda", name=name)


def of_api(name: str, names: Names, *, stage_name: str) -> CloudMetric:
    """Return a metric of the REST API."""
    dimensions = {"ApiName": names.queue_prefix, "Stage": stage_name}
    return CloudMetric(namespace="AWS/ApiGateway", name=name, dimensions=dimensions)


def of_platform(metric: Metric, *, stage_name: str, **labels: str) -> CloudMetric:
    """Return a metric that the platform records, for one value of each of its labels."""
    return CloudMetric(namespace=NAMESPACE, name=metric.name, dimensions={"stage": stage_name, **labels})


def search(metric: Metric, *, stage_name: str, statistic: str, period_seconds: int) -> str:
    """Return a CloudWatch expression for a metric of the platform with every value of its labels."""
    schema = ",".join((NAMESPACE, "stage", *metric.labels))
    found = f'{{{schema}}} MetricName="{metric.name}" stage="{stage_name}"'
    return f"SEARCH('{found}', '{statistic}', {period_seconds})"
