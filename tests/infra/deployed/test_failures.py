"""What goes wrong on the deployed stack ends with its reason, and can be tried again."""

from typing import Any

import pytest

from tests.fixtures.rights import Call
from tests.infra.deployed.story import KINDS, Kind


def test_a_wrong_file_fails_its_job_with_the_reason_again_when_it_is_tried_again(
    wrong: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    first, again = wrong

    assert (first["state"], first["error"]["code"]) == ("failed", "invalid_dataset")
    assert (again["state"], again["error"]["code"]) == ("failed", "invalid_dataset")
    assert again["attempt"] > first["attempt"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_that_was_cancelled_before_its_file_came_can_be_tried_again(
    retried: dict[Kind, dict[str, Any]], kind: Kind
) -> None:
    assert (retried[kind]["state"], retried[kind]["attempt"]) == ("succeeded", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_dead_letter_fails_its_job(buried: dict[Kind, dict[str, Any]], kind: Kind) -> None:
    assert (buried[kind]["state"], buried[kind]["error"]["code"]) == ("failed", "worker_lost")


def test_the_schedule_sweeps(swept: list[Call]) -> None:
    written = [call["Key"] for call in swept if call["operation"] == "PutObject"]

    assert [key for key in written if key.startswith("sweep/")] != []
