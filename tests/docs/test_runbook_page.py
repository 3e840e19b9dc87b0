"""The numbers of the runbook about memory and concurrency are those of the stages."""

import re

from infra.stages import DEPLOYMENTS, select_deployment
from tests.docs.pages import one_line, page

RUNBOOK = page("docs/runbook.md").text
DEV, PROD = DEPLOYMENTS["dev"], DEPLOYMENTS["prod"]


def _row(start: str) -> list[list[int]]:
    """Return the numbers in each cell of the row of a table that begins with a text, less the text itself."""
    [row] = re.findall(rf"^\| {re.escape(start)} \|(.*)\|$", RUNBOOK, re.MULTILINE)
    return [[int(number) for number in re.findall(r"\d+", cell)] for cell in row.split("|")]


def test_what_uses_up_executions_is_what_the_stages_admit() -> None:
    waiting = "requests that wait for their job (`POST /train`, `POST /predict`)"

    assert _row("trainer, predict-batch and dead letters") == [[DEV.workers_at_once], [PROD.workers_at_once]]
    assert _row(waiting) == [
        [stage.waiting_by_default, stage.waiting_at_once, round(stage.stage.wait_seconds)] for stage in (DEV, PROD)
    ]
    assert _row("all other requests") == [[DEV.requests_per_second], [PROD.requests_per_second]]


def test_the_decision_has_the_same_numbers_of_waiting_requests() -> None:
    text = one_line(page("docs/decisions/0029-a-function-for-the-sweep.md").text)

    assert (DEV.waiting_by_default, PROD.waiting_by_default) == (30, 240)
    assert (DEV.waiting_at_once, PROD.waiting_at_once) == (60, 540)
    assert "30 in `dev` and 240 in `prod` with the default wait, 60 and 540 if every client asks for 25" in text


def test_the_limits_of_requests_that_wait_are_those_of_the_stages() -> None:
    assert (DEV.submissions_per_second, PROD.submissions_per_second) == (1, 10)
    assert "apart from all other requests: 1 a second in `dev` and 10 in `prod`." in RUNBOOK
    assert {DEV.stage.default_wait_seconds, PROD.stage.default_wait_seconds} == {10.0}
    assert {DEV.stage.wait_seconds, PROD.stage.wait_seconds} == {25.0}
    assert "occupies an execution of the api for 10 seconds" in RUNBOOK
    assert "`Prefer: wait`, up to 25 seconds" in RUNBOOK


def test_the_page_of_the_api_names_the_limits_of_requests_that_wait() -> None:
    text = one_line(page("docs/http-api.md").text)
    dev, prod = ((one.submissions_per_second, one.submissions_at_once) for one in (DEV, PROD))

    assert f"{dev[0]} request per second and a burst of {dev[1]} (`prod`: {prod[0]} and {prod[1]})" in text
    assert f"{PROD.stage.default_wait_seconds:g} seconds on AWS" in text


def test_the_reservation_to_paste_is_accepted_for_prod() -> None:
    [line] = re.findall(r"--context reserved_concurrency=(\S+)'", RUNBOOK)
    image = "python@sha256:" + "0" * 64

    deployment = select_deployment({"stage": "prod", "base_image": image, "reserved_concurrency": line})

    assert sum(deployment.reserved_concurrency.values()) <= 1000 - 100
    assert len(deployment.reserved_concurrency) == 5


def test_the_memory_to_paste_is_accepted_and_prod_begins_with_that_of_new_accounts() -> None:
    [line] = re.findall(r"--context memory_mib=(\S+)'", RUNBOOK)

    assert select_deployment({"memory_mib": line}).stage.trainer_memory_mib == 8192
    assert PROD.stage.trainer_memory_mib == 3008
    assert "3,008 MiB for the trainer, predict and predict-batch" in RUNBOOK


def test_dead_letters_are_retried_as_often_as_the_runbook_says() -> None:
    seconds = DEV.stage.visibility_seconds(DEV.stage.sweeper_timeout_seconds)

    assert f"retried every {seconds} s" in RUNBOOK
