"""The CloudWatch alarms of the table, which publish to the topic when they are raised and when they are over."""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.alarm_table import AlarmRule
from infra.cloud_metrics import CloudMetric
from mini_ml.topology import Names

_MISSING = {
    "breaching": cloudwatch.TreatMissingData.BREACHING,
    "notBreaching": cloudwatch.TreatMissingData.NOT_BREACHING,
}


class Alarms(Construct):
    """One alarm for each rule of the table."""

    def __init__(
        self, scope: Construct, id: str, *, rules: Iterable[AlarmRule], names: Names, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, id)
        self.by_name = {rule.name: self._alarm(rule, names) for rule in rules}
        action = actions.SnsAction(topic)
        for alarm in self.by_name.values():
            alarm.add_alarm_action(action)
            alarm.add_ok_action(action)

    def _alarm(self, rule: AlarmRule, names: Names) -> cloudwatch.Alarm:
        comparison = cloudwatch.ComparisonOperator
        return cloudwatch.Alarm(
            self,
            rule.name,
            alarm_name=f"{names.queue_prefix}-{rule.name}",
            alarm_description=rule.description,
            metric=cloudwatch_metric(rule.metric, statistic=rule.statistic, period_seconds=rule.period_seconds),
            threshold=rule.threshold,
            comparison_operator=(
                comparison.LESS_THAN_THRESHOLD if rule.is_below else comparison.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            ),
            evaluation_periods=rule.periods,
            treat_missing_data=_MISSING[rule.missing],
        )


def cloudwatch_metric(
    metric: CloudMetric, *, statistic: str, period_seconds: int, label: str | None = None
) -> cloudwatch.Metric:
    """Return a metric as CDK wants it."""
    return cloudwatch.Metric(
        namespace=metric.namespace,
        metric_name=metric.name,
        dimensions_map=dict(metric.dimensions),
        statistic=statistic,
        period=Duration.seconds(period_seconds),
        label=label,
    )
