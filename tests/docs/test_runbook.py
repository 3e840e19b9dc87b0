"""What the runbook says about costs, redelivery and events is what the stack does."""

import json
import re

import pytest

from infra.costs import DASHBOARDS, KEYS, SECRETS, alarms_of, cost_table, idle_costs, prediction_costs, price_table
from infra.stages import DEPLOYMENTS
from mini_ml.topology import STAGES, queues
from mini_ml.topology.job_events import EVENT_SOURCE, EVENT_TYPES
from tests.docs.pages import Page, page
from tests.fixtures.synthesis import Synthesised, Template

TABLES = {
    "prices": price_table(),
    "idle dev": cost_table(idle_costs(DEPLOYMENTS["dev"])),
    "idle prod": cost_table(idle_costs(DEPLOYMENTS["prod"])),
    "predictions": cost_table(prediction_costs()),
}


@pytest.fixture
def template(synthesised: Synthesised) -> Template:
    """The stack that no context at all gives."""
    return synthesised("dev")


@pytest.fixture
def runbook() -> Page:
    return page("docs/runbook.md")


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_costs_are_computed_from_the_prices(runbook: Page, name: str) -> None:
    expected = "\n".join(TABLES[name])

    assert f"---|\n{expected}\n\n" in runbook.section("Costs"), f"paste this, or run python -m infra.costs:\n{expected}"


def test_the_idle_costs_of_a_stage_add_up() -> None:
    costs = {cost.item: cost.usd for cost in idle_costs(DEPLOYMENTS["dev"])}

    assert round(costs["queues, polled by Lambda"], 4) == 0.7884  # 3 × 5 × 3 × 43,800 × $0.40/M
    assert round(costs["sweep, S3"], 4) == 1.1125  # 43,800 × (5 × $0.005 + $0.0004)/1000
    assert costs["alarms"] == pytest.approx(2.30)  # 23 × $0.10
    assert costs["keys"] == 2.00
    assert costs["sweep, log"] == pytest.approx(0.01095)  # 43,800 × 0.5 KB × $0.50/GB


def test_the_idle_costs_count_what_a_plain_stack_has(template: Template) -> None:
    counted = {
        "AWS::KMS::Key": KEYS,
        "AWS::SecretsManager::Secret": SECRETS,
        "AWS::CloudWatch::Alarm": len(alarms_of(DEPLOYMENTS["dev"])),
        "AWS::CloudWatch::Dashboard": DASHBOARDS,
        "AWS::SQS::Queue": len(queues(DEPLOYMENTS["dev"].stage)),
    }

    assert {name: len(template.of_type(name)) for name in counted} == counted


def test_the_table_of_redelivery_is_that_of_the_queues(runbook: Page) -> None:
    rows = [(name, seconds, receives) for name, seconds, receives in runbook.rows("Redelivery")]

    assert rows == [
        (f"`{queue.name}`", f"{queue.visibility_seconds:,} s", str(queue.max_receive_count))
        for queue in queues(STAGES["prod"])
        if queue.prefix
    ]


def test_the_example_rule_matches_an_event_that_the_platform_sends(runbook: Page) -> None:
    lines = [line for block in runbook.blocks("shell") for line in block.splitlines() if "--event-pattern" in line]
    [pattern] = [json.loads(match[1]) for line in lines if (match := re.search(r"--event-pattern '(.+)'$", line))]

    assert pattern["source"] == [EVENT_SOURCE]
    assert set(pattern["detail-type"]) <= set(EVENT_TYPES)
    assert set(pattern) == {"source", "detail-type"}


def test_the_runbook_names_every_event(runbook: Page) -> None:
    section = runbook.section("React to the end of a job")

    assert [name for name in EVENT_TYPES if f"`{name}`" not in section] == []
