"""Every alarm measures something that exists, reaches the topic, and has its section in the runbook, and no other."""

import re
from typing import Any

import pytest

from infra.alarm_table import RUNBOOK, AlarmRule, alarm_rules, anchor
from infra.cloud_metrics import CloudMetric
from infra.stages import DEPLOYMENTS
from mini_ml.topology import aws_names, functions
from mini_ml.topology.metrics import METRICS, NAMESPACE
from tests.docs.pages import Page, page
from tests.fixtures.emitted import EMITTED_BY_AWS, is_emitted
from tests.fixtures.synthesis import ACCOUNT, FUNCTIONS, REGION, Template

ALARMS = {
    "oldest-message-train": ("ApproximateAgeOfOldestMessage", "Maximum", ">=", 7200, 300, 1, "notBreaching"),
    "oldest-message-predict": ("ApproximateAgeOfOldestMessage", "Maximum", ">=", 7200, 300, 1, "notBreaching"),
    "dead-letters": ("NumberOfMessagesReceived", "Sum", ">=", 1, 300, 1, "notBreaching"),
    "dead-letters-waiting": ("ApproximateNumberOfMessagesVisible", "Minimum", ">=", 1, 300, 3, "notBreaching"),
    "unreadable-messages": ("unreadable_messages", "Sum", ">=", 1, 300, 1, "notBreaching"),
    **{f"errors-{name}": ("Errors", "Sum", ">=", 3, 900, 1, "notBreaching") for name in ("api", "sweeper", "predict")},
    **{f"errors-{name}": ("Errors", "Sum", ">=", 2, 900, 1, "notBreaching") for name in ("trainer", "predict-batch")},
    **{f"throttles-{name}": ("Throttles", "Sum", ">=", 5, 300, 1, "notBreaching") for name in FUNCTIONS},
    "account-concurrency": ("ClaimedAccountConcurrency", "Maximum", ">=", 800, 60, 5, "notBreaching"),
    "integration-failures": ("5XXError", "Sum", ">=", 5, 300, 1, "notBreaching"),
    "predict-duration": ("Duration", "p95", ">=", 9667, 300, 3, "notBreaching"),
    "failed-jobs-train": ("jobs", "Sum", ">=", 1, 300, 1, "notBreaching"),
    "failed-jobs-predict": ("jobs", "Sum", ">=", 1, 300, 1, "notBreaching"),
    "events-lost": ("events", "Sum", ">=", 1, 300, 1, "notBreaching"),
    "events-delayed": ("events", "Sum", ">=", 1, 300, 3, "notBreaching"),
    "sweep-heartbeat": ("sweeps", "Sum", "<", 1, 300, 2, "breaching"),
}
COMPARISONS = {"GreaterThanOrEqualToThreshold": ">=", "LessThanThreshold": "<"}
DIMENSIONS = {
    "oldest-message-train": ("AWS/SQS", {"QueueName": "mini-ml-dev-train"}),
    "oldest-message-predict": ("AWS/SQS", {"QueueName": "mini-ml-dev-predict"}),
    "dead-letters": ("AWS/SQS", {"QueueName": "mini-ml-dev-dead-letters"}),
    "dead-letters-waiting": ("AWS/SQS", {"QueueName": "mini-ml-dev-dead-letters"}),
    "unreadable-messages": ("MiniML", {"stage": "dev"}),
    "errors-api": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-api"}),
    "errors-sweeper": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-sweeper"}),
    "errors-trainer": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-trainer"}),
    "errors-predict": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-predict"}),
    "errors-predict-batch": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-predict-batch"}),
    "throttles-api": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-api"}),
    "throttles-sweeper": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-sweeper"}),
    "throttles-trainer": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-trainer"}),
    "throttles-predict": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-predict"}),
    "throttles-predict-batch": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-predict-batch"}),
    "predict-duration": ("AWS/Lambda", {"FunctionName": "mini-ml-dev-predict"}),
    "account-concurrency": ("AWS/Lambda", {}),
    "integration-failures": ("AWS/ApiGateway", {"ApiName": "mini-ml-dev", "Stage": "dev"}),
    "failed-jobs-train": ("MiniML", {"stage": "dev", "kind": "train", "outcome": "failed"}),
    "failed-jobs-predict": ("MiniML", {"stage": "dev", "kind": "predict", "outcome": "failed"}),
    "events-delayed": ("MiniML", {"stage": "dev", "outcome": "delayed"}),
    "events-lost": ("MiniML", {"stage": "dev", "outcome": "lost"}),
    "sweep-heartbeat": ("MiniML", {"stage": "dev"}),
}


def _rules(stage: str) -> tuple[AlarmRule, ...]:
    deployment = DEPLOYMENTS[stage]
    names = aws_names(deployment.stage, account=ACCOUNT, region=REGION)
    return alarm_rules(deployment, names, account_concurrency=1000)


def _alarms(template: Template) -> dict[str, dict[str, Any]]:
    found = template.named("AWS::CloudWatch::Alarm", "AlarmName")
    return {name.removeprefix("mini-ml-dev-"): alarm for name, alarm in found.items()}


def _dimensions(alarm: dict[str, Any]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])}


def _statistic(alarm: dict[str, Any]) -> str:
    found: str = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    return found


def _runbook_sections() -> dict[str, str]:
    """Return the sections of the runbook about alarms: their text by heading."""
    _, *parts = re.split(r"^### (.+)$", page(RUNBOOK).section("Alarms"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_what_raises_an_alarm(template: Template) -> None:
    found = _alarms(template)

    assert {
        name: (
            alarm["MetricName"],
            _statistic(alarm),
            COMPARISONS[alarm["ComparisonOperator"]],
            alarm["Threshold"],
            alarm["Period"],
            alarm["EvaluationPeriods"],
            alarm["TreatMissingData"],
        )
        for name, alarm in found.items()
    } == ALARMS


def test_every_alarm_measures_its_own_queue_function_or_stage(template: Template) -> None:
    found = {name: (alarm["Namespace"], _dimensions(alarm)) for name, alarm in _alarms(template).items()}

    assert found == DIMENSIONS


def test_only_the_heartbeat_is_raised_by_silence(template: Template) -> None:
    silent = [name for name, alarm in _alarms(template).items() if alarm["TreatMissingData"] == "breaching"]

    assert silent == ["sweep-heartbeat"]


@pytest.mark.parametrize("stage", DEPLOYMENTS)
def test_every_alarm_measures_what_the_code_or_aws_emits(stage: str) -> None:
    unknown = [rule.name for rule in _rules(stage) if not is_emitted(rule.metric)]

    assert unknown == []


def test_a_metric_without_a_source_is_noticed() -> None:
    [sweeps] = [rule.metric for rule in _rules("dev") if rule.name == "sweep-heartbeat"]

    assert {metric.name for metric in METRICS}.isdisjoint(name for _, name in EMITTED_BY_AWS)
    assert is_emitted(sweeps)
    assert not is_emitted(type(sweeps)(namespace=NAMESPACE, name="sweep", dimensions=sweeps.dimensions))
    assert not is_emitted(type(sweeps)(namespace=NAMESPACE, name="sweeps", dimensions={}))
    assert not is_emitted(type(sweeps)(namespace="AWS/SQS", name="sweeps", dimensions=sweeps.dimensions))


@pytest.mark.parametrize(
    ("dimensions", "has_data"),
    [
        ({"stage": "dev", "kind": "predict", "outcome": "failed"}, True),
        ({"stage": "dev", "kind": "train", "outcome": "broken"}, False),
        ({"stage": "dev", "kind": "batch", "outcome": "failed"}, False),
        ({"stage": "local", "kind": "train", "outcome": "failed"}, False),
    ],
)
def test_a_metric_has_data_only_for_the_values_that_its_labels_can_have(
    dimensions: dict[str, str], has_data: bool
) -> None:
    assert is_emitted(CloudMetric(namespace=NAMESPACE, name="jobs", dimensions=dimensions)) == has_data


def test_the_description_of_an_alarm_names_an_existing_section_of_the_runbook(template: Template) -> None:
    anchors = {anchor(heading) for heading in _runbook_sections()}
    named = {name: alarm["AlarmDescription"].rpartition("#") for name, alarm in _alarms(template).items()}

    assert {name for name, (text, _, _) in named.items() if not text.endswith(f" {RUNBOOK}")} == set()
    assert {name for name, (_, _, section) in named.items() if section not in anchors} == set()


def test_every_alarm_section_of_the_runbook_belongs_to_an_alarm_and_names_it() -> None:
    sections = _runbook_sections()
    rules = _rules("dev")

    assert {rule.section for rule in rules} == set(sections)
    assert [rule.name for rule in rules if f"`{_named_in_the_runbook(rule)}`" not in sections[rule.section]] == []


def _named_in_the_runbook(rule: AlarmRule) -> str:
    """Return the name of an alarm as the runbook has it: one name for all queues, functions or kinds."""
    for group in ("errors", "throttles", "oldest-message", "failed-jobs"):
        if rule.name.startswith(f"{group}-"):
            return f"{group}-…"
    return rule.name


def test_the_headings_of_the_runbook_have_anchors_of_their_own() -> None:
    headings = re.findall(r"^#+ (.+)$", Page(page(RUNBOOK).path).prose, re.MULTILINE)
    anchors = [anchor(heading) for heading in headings]

    assert sorted(anchors) == sorted(set(anchors))


def test_every_alarm_sends_a_message_when_it_is_raised_and_when_it_is_over(template: Template) -> None:
    [topic] = template.of_type("AWS::SNS::Topic")
    actions = [(alarm["AlarmActions"], alarm["OKActions"]) for alarm in _alarms(template).values()]

    assert actions == [([{"Ref": topic}], [{"Ref": topic}])] * len(ALARMS)


def test_the_alarm_of_the_concurrency_knows_the_quota_of_a_new_account(watched: Template) -> None:
    assert _alarms(watched)["account-concurrency"]["Threshold"] == 8


@pytest.mark.parametrize("stage", DEPLOYMENTS)
def test_workers_that_all_time_out_raise_an_alarm(stage: str) -> None:
    deployment = DEPLOYMENTS[stage]
    rules = {rule.name: rule for rule in _rules(stage)}
    least = {
        function.name: deployment.workers_at_once * rule.period_seconds // function.timeout_seconds
        for function in functions(deployment.stage)
        if function.queue and (rule := rules[f"errors-{function.name}"])
    }

    assert {name for name, timeouts in least.items() if timeouts < rules[f"errors-{name}"].threshold} == set()
    assert rules["errors-trainer"].threshold == {"dev": 2, "prod": 3}[stage]


def test_every_function_of_the_stage_has_its_alarms() -> None:
    assert {rule.name for rule in _rules("prod") if rule.name.startswith("errors-")} == {
        f"errors-{name}" for name in FUNCTIONS
    }
