"""One dashboard for each stage shows every alarm, and no graph of it is empty by mistake."""

import json
import re
from typing import Any

import pytest

from infra.cloud_metrics import CloudMetric
from mini_ml.topology.metrics import METRICS
from tests.fixtures.emitted import is_emitted
from tests.fixtures.synthesis import FUNCTIONS, Template


@pytest.fixture
def widgets(template: Template) -> list[dict[str, Any]]:
    """The widgets of the dashboard."""
    [dashboard] = template.of_type("AWS::CloudWatch::Dashboard").values()
    body: dict[str, Any] = json.loads(template.text(dashboard["DashboardBody"]))
    found: list[dict[str, Any]] = body["widgets"]
    return found


def _lines(widgets: list[dict[str, Any]]) -> list[list[Any]]:
    return [line for widget in widgets for line in widget["properties"].get("metrics", [])]


def _metric(line: list[Any]) -> CloudMetric:
    namespace, name, *pairs = [part for part in line if isinstance(part, str)]
    return CloudMetric(namespace=namespace, name=name, dimensions=dict(zip(pairs[::2], pairs[1::2], strict=True)))


def _searches(widgets: list[dict[str, Any]]) -> list[str]:
    return [line[0]["expression"] for line in _lines(widgets) if isinstance(line[0], dict)]


def test_a_stage_has_one_dashboard_with_its_name(template: Template, prod: Template) -> None:
    assert list(template.named("AWS::CloudWatch::Dashboard", "DashboardName")) == ["mini-ml-dev"]
    assert list(prod.named("AWS::CloudWatch::Dashboard", "DashboardName")) == ["mini-ml-prod"]


def test_the_dashboard_shows_the_state_of_every_alarm(template: Template, widgets: list[dict[str, Any]]) -> None:
    [status] = [widget for widget in widgets if widget["type"] == "alarm"]

    assert sorted(status["properties"]["alarms"]) == sorted(
        template.arn(id) for id in template.of_type("AWS::CloudWatch::Alarm")
    )


def test_the_metric_of_every_alarm_has_a_graph_with_its_threshold(
    template: Template, widgets: list[dict[str, Any]]
) -> None:
    shown = {
        (*(part for part in line if isinstance(part, str)), annotation["value"])
        for widget in widgets
        for line in widget["properties"].get("metrics", [])
        for annotation in widget["properties"].get("annotations", {}).get("horizontal", [])
    }
    measured = [
        (
            alarm["Namespace"],
            alarm["MetricName"],
            *(part for one in alarm.get("Dimensions", []) for part in (one["Name"], one["Value"])),
            alarm["Threshold"],
        )
        for alarm in template.of_type("AWS::CloudWatch::Alarm").values()
    ]

    assert [alarm for alarm in measured if alarm not in shown] == []


def test_every_graph_shows_what_the_code_or_aws_emits(widgets: list[dict[str, Any]]) -> None:
    metrics = [_metric(line) for line in _lines(widgets) if isinstance(line[0], str)]

    assert metrics
    assert [metric for metric in metrics if not is_emitted(metric)] == []


def test_a_search_finds_a_metric_by_exactly_its_dimensions(widgets: list[dict[str, Any]]) -> None:
    pattern = r"SEARCH\('\{MiniML,([\w,]+)\} MetricName=\"(\w+)\" stage=\"dev\"', 'Sum', 300\)"
    found = [re.fullmatch(pattern, search) for search in _searches(widgets)]
    declared = {metric.name: {"stage", *metric.labels} for metric in METRICS}

    assert {match[2]: set(match[1].split(",")) for match in found if match} == {
        name: declared[name] for name in ("requests", "jobs", "failures", "rows_scored", "model_cache", "events")
    }
    assert None not in found


def test_every_function_is_shown(widgets: list[dict[str, Any]]) -> None:
    shown = {_metric(line).dimensions.get("FunctionName") for line in _lines(widgets) if line[:2][-1] == "Invocations"}

    assert shown == {f"mini-ml-dev-{name}" for name in FUNCTIONS}
