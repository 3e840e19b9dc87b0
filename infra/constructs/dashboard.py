"""The dashboard of a stage: what happens in it, and every alarm with its threshold."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarm_table import RUNBOOK, AlarmRule, anchor
from infra.cloud_metrics import CloudMetric, of_api, of_function, of_queue, search
from infra.constructs.alarms import Alarms, cloudwatch_metric
from infra.stages import Deployment
from mini_ml.topology import Names, functions, queues
from mini_ml.topology.metrics import EVENTS, FAILURES, JOBS, MODEL_CACHE, REQUESTS, ROWS_SCORED, Metric

_PERIOD: Final = 300
_WIDTH: Final = 8
"""A third of the page."""
_SEARCHED: Final[tuple[tuple[str, Metric], ...]] = (
    ("Requests by route", REQUESTS),
    ("Jobs by outcome", JOBS),
    ("Jobs that ended without success, by code", FAILURES),
    ("Rows scored", ROWS_SCORED),
    ("Model cache", MODEL_CACHE),
    ("Events of jobs", EVENTS),
)


class Dashboard(Construct):
    """The dashboard."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        names: Names,
        rules: Sequence[AlarmRule],
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, id)
        self._deployment = deployment
        self._names = names
        self.dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=names.queue_prefix, default_interval=Duration.hours(12)
        )
        self.dashboard.add_widgets(
            cloudwatch.TextWidget(
                markdown=f"# Mini-ML-Platform, stage {deployment.name}\n"
                f"Every alarm has a section in `{RUNBOOK}`, and its description names it.",
                width=24,
                height=2,
            )
        )
        self.dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(alarms=list(alarms.by_name.values()), title="Alarms", width=24, height=4)
        )
        self.dashboard.add_widgets(*self._what_happens())
        self.dashboard.add_widgets(*(_alarm_graph(section, group) for section, group in _by_section(rules)))

    def _what_happens(self) -> Iterator[cloudwatch.IWidget]:
        names, stage_name = self._names, self._deployment.name
        answers = [of_api(name, names, stage_name=stage_name) for name in ("Count", "4XXError", "5XXError")]
        latency = of_api("Latency", names, stage_name=stage_name)
        waiting = [
            of_queue("ApproximateNumberOfMessagesVisible", queue.name, names)
            for queue in queues(self._deployment.stage)
        ]
        invoked = [of_function("Invocations", function.name, names) for function in functions(self._deployment.stage)]
        yield _graph("API", answers, statistic="Sum")
        yield _graph("API, latency (p95, ms)", [latency], statistic="p95")
        yield _graph("Messages that wait", waiting, statistic="Maximum")
        yield _graph("Invocations", invoked, statistic="Sum")
        for title, metric in _SEARCHED:
            yield self._search_graph(title, metric)

    def _search_graph(self, title: str, metric: Metric) -> cloudwatch.IWidget:
        expression = search(metric, stage_name=self._deployment.name, statistic="Sum", period_seconds=_PERIOD)
        found = cloudwatch.MathExpression(
            expression=expression, label="", using_metrics={}, period=Duration.seconds(_PERIOD)
        )
        return cloudwatch.GraphWidget(title=title, left=[found], width=_WIDTH)


def _by_section(rules: Sequence[AlarmRule]) -> Iterator[tuple[str, list[AlarmRule]]]:
    def by_name(rule: AlarmRule) -> str:
        return rule.section

    for section, group in groupby(sorted(rules, key=by_name), key=by_name):
        yield section, list(group)


def _alarm_graph(section: str, rules: Sequence[AlarmRule]) -> cloudwatch.IWidget:
    metrics = [
        cloudwatch_metric(rule.metric, statistic=rule.statistic, period_seconds=rule.period_seconds, label=rule.name)
        for rule in rules
    ]
    thresholds = [
        cloudwatch.HorizontalAnnotation(value=value, label="alarm") for value in sorted({r.threshold for r in rules})
    ]
    return cloudwatch.GraphWidget(
        title=f"{section} ({RUNBOOK}#{anchor(section)})", left=metrics, left_annotations=thresholds, width=_WIDTH
    )


def _graph(title: str, metrics: Sequence[CloudMetric], *, statistic: str) -> cloudwatch.IWidget:
    lines = [
        cloudwatch_metric(
            metric, statistic=statistic, period_seconds=_PERIOD, label=_label(metric, is_alone=len(metrics) == 1)
        )
        for metric in metrics
    ]
    return cloudwatch.GraphWidget(title=title, left=lines, width=_WIDTH)


def _label(metric: CloudMetric, *, is_alone: bool) -> str:
    """Return the name of the queue or function, or that of the metric if there is neither."""
    named = [value for name, value in metric.dimensions.items() if name in ("QueueName", "FunctionName")]
    return metric.name if is_alone or not named else named[0]
