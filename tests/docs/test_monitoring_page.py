"""docs/monitoring.md lists every metric, and says which jobs the platform is to blame for."""

import re

from mini_ml.jobs.ended import CODES_OF_THE_PLATFORM
from mini_ml.topology.metrics import METRICS, NAMESPACE, OTHER_ROUTE, Metric
from tests.docs.pages import page

PAGE = page("docs/monitoring.md")
SUFFIXES = {"counter": "_total", "gauge": "", "histogram": "_bucket"}


def row_of(metric: Metric) -> list[str]:
    """Return the row of a metric in the table of the page."""
    return [
        f"`{metric.name}`",
        f"`{metric.prometheus_name}{SUFFIXES[metric.kind]}`",
        f"{metric.kind}, {metric.unit}",
        ", ".join(f"`{label}`" for label in metric.labels) or "none",
        f"{metric.description}.",
    ]


def test_the_table_is_the_metrics_of_the_topology() -> None:
    assert PAGE.rows("Metrics") == [row_of(metric) for metric in METRICS]


def test_the_place_on_aws_and_the_label_of_unknown_paths_are_named() -> None:
    assert f"namespace `{NAMESPACE}`" in PAGE.text
    assert f"counts as `{OTHER_ROUTE}`" in PAGE.text


def test_the_codes_that_the_platform_is_to_blame_for_are_listed() -> None:
    [sentence] = re.findall(r"if the platform is to blame: (.*?)\.", PAGE.section("Metrics"), re.DOTALL)

    listed = set(re.findall(r"`(\w+)`", sentence))
    assert {code for code in CODES_OF_THE_PLATFORM if "unavailable" not in code} == listed
