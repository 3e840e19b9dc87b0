"""Alert rules, the dashboard and Compose's profile `monitoring` name only what exists."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are not installed

from mini_ml.topology import ROUTES, QueueName
from mini_ml.topology.metrics import METRICS
from tests.unit.test_compose import ROOT, SERVICES

FOLDER = ROOT / "monitoring"
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
SHOWN = {metric.prometheus_name + suffix: metric for metric in METRICS for suffix in SUFFIXES[metric.kind]}
"""Metrics by the names that Prometheus stores them under."""
OF_THE_SCRAPE = {"job", "service", "instance", "le"}
"""Labels that Prometheus adds, and the bounds of histograms."""
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana" / "dashboards" / "mini-ml.json").read_text())
EXPRESSIONS = [
    *(rule["expr"] for rule in RULES),
    *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]),
]
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")


def settings_of(name: str) -> Any:
    """Return a YAML file of the folder."""
    return yaml.safe_load((FOLDER / name).read_text())


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_metrics_that_exist(expression: str) -> None:
    names = set(re.findall(r"mini_ml_\w+", expression))

    assert names <= set(SHOWN)
    assert names or expression.startswith(("up{", "sum(up{"))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_selects_by_labels_and_values_that_exist(expression: str) -> None:
    for name, selectors in re.findall(r"(mini_ml_\w+)\{([^}]*)\}", expression):
        metric = SHOWN[name]
        for label, pattern in re.findall(r'(\w+)\s*(?:=|!=|=~|!~)\s*"([^"]*)"', selectors):
            assert label in {*metric.labels, *OF_THE_SCRAPE}
            values = dict(zip(metric.labels, metric.label_values, strict=False)).get(label)
            for one in pattern.split("|"):
                assert values is None or one in values or [value for value in values if re.fullmatch(one, value)]


def test_the_share_of_server_errors_leaves_out_health_checks_and_scrapes() -> None:
    without = 'route!~"/health|/metrics"'
    shares = [one for one in EXPRESSIONS if "5.." in one]

    assert len(shares) == 2
    for share in shares:
        assert share.count("mini_ml_requests_total") == share.count(without)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_groups_by_labels_that_exist(expression: str) -> None:
    labels = {label for name, metric in SHOWN.items() if name in expression for label in metric.labels}
    grouped = {label.strip() for by in re.findall(r"by \(([^)]*)\)", expression) for label in by.split(",")}

    assert grouped <= labels | OF_THE_SCRAPE


def test_predictions_are_selected_by_their_routes() -> None:
    routes = [route.path for route in ROUTES if re.fullmatch(".*/invocations", route.path)]

    assert routes == ["/models/{model_name}/invocations", "/models/{model_name}/versions/{version}/invocations"]


def test_every_metric_is_on_the_dashboard() -> None:
    shown = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])

    assert [metric.name for metric in METRICS if metric.prometheus_name not in shown] == []


def test_the_dashboard_reads_the_provisioned_datasource() -> None:
    [datasource] = settings_of("grafana/provisioning/datasources/prometheus.yml")["datasources"]

    used = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]}
    used |= {target["datasource"]["uid"] for panel in DASHBOARD["panels"] for target in panel["targets"]}
    assert used == {datasource["uid"]}
    assert datasource["url"] == "http://prometheus:9090"


def test_no_two_panels_overlap() -> None:
    places = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24


def test_every_alert_has_a_section_that_says_what_to_do() -> None:
    sections = re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)

    assert sections == [rule["alert"] for rule in RULES]
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/monitoring.md#{rule['alert'].lower()}"


def test_every_alert_has_a_test_that_it_alerts_and_one_that_it_does_not() -> None:
    cases = [case for test in settings_of("alerts.test.yml")["tests"] for case in test["alert_rule_test"]]

    for rule in RULES:
        expected = [bool(case["exp_alerts"]) for case in cases if case["alertname"] == rule["alert"]]
        assert set(expected) == {True, False}, rule["alert"]


def test_the_number_of_queues_in_the_rules_is_that_of_the_topology() -> None:
    [rule] = [rule for rule in RULES if rule["alert"] == "QueueNotMeasured"]

    assert f"< {len(QueueName.__args__)} " in rule["expr"]  # type: ignore[attr-defined]  # a Literal has its values


@pytest.mark.parametrize(("file", "host"), [("prometheus.yml", None), ("prometheus.local.yml", "localhost")])
def test_prometheus_scrapes_every_service_at_its_port(file: str, host: str | None) -> None:
    [job] = settings_of(file)["scrape_configs"]

    found = {one["labels"]["service"]: one["targets"] for one in job["static_configs"]}

    ports = {name: SERVICES[name]["environment"]["MINI_ML_PORT"] for name in ("api", "trainer", "predict")}
    assert found == {name: [f"{host or name}:{port}"] for name, port in ports.items()}
    assert job["job_name"] == "mini-ml"


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_a_container_of_the_profile_is_pinned_confined_and_on_loopback(name: str) -> None:
    found = SERVICES[name]

    assert found["profiles"] == ["monitoring"]
    assert re.fullmatch(r"(prom|grafana)/\w+:v?\d+\.\d+\.\d+", found["image"])
    assert (found["read_only"], found["cap_drop"]) == (True, ["ALL"])
    assert all(port.startswith("127.0.0.1:") for port in found["ports"])


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_a_container_of_the_profile_mounts_files_that_exist(name: str) -> None:
    mounted = [source for source, *_ in (volume.split(":") for volume in SERVICES[name]["volumes"])]

    assert [source for source in mounted if source.startswith("./") and not Path(ROOT, source).exists()] == []


@pytest.mark.parametrize("name", ["api", "trainer", "predict"])
def test_the_processes_of_a_container_share_a_file_system_for_their_metrics(name: str) -> None:
    found = SERVICES[name]

    assert found["environment"]["MINI_ML_METRICS"] == "prometheus"
    assert f"{found['environment']['PROMETHEUS_MULTIPROC_DIR']}:size=32m" in found["tmpfs"]
