"""Before a deployment builds anything, it says which quota of the account is too small, and what to do."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from infra import quotas
from infra.options import options_of
from infra.quotas import AccountQuotas, find_risks, find_shortages, find_wrong_quotas, read_account
from infra.stages import select_deployment
from tests.fixtures.emulated import point_at, running_ministack
from tests.fixtures.synthesis import CONTEXTS

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PROD = ["--context", "stage=prod", "--context", f"base_image={CONTEXTS['prod']['base_image']}"]
Answers = Callable[..., "LambdaClient"]


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Return a function that makes a client of an account: its executions, and its functions by name."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    client = session.client("lambda")

    def build(*, executions: int, unreserved: int, reserved: dict[str, int], memory: list[int]) -> "LambdaClient":
        limits = {"ConcurrentExecutions": executions, "UnreservedConcurrentExecutions": unreserved}
        stubber.add_response("get_account_settings", {"AccountLimit": limits}, {})
        for function in ("api", "sweeper", "trainer", "predict", "predict-batch"):
            _answer_reserved(stubber, f"mini-ml-prod-{function}", reserved.get(function))
        stubber.add_response("list_functions", {"Functions": [{"MemorySize": mib} for mib in memory]}, {})
        return client

    with Stubber(client) as stubber:
        yield build


def _answer_reserved(stubber: Stubber, name: str, executions: int | None) -> None:
    if executions is None:
        stubber.add_client_error("get_function_concurrency", "ResourceNotFoundException")
        return
    answer: dict[str, Any] = {"ReservedConcurrentExecutions": executions} if executions else {}
    stubber.add_response("get_function_concurrency", answer, {"FunctionName": name})


def _account(*, executions: int = 1000, reserved: int = 0, largest_mib: int = 0) -> AccountQuotas:
    return AccountQuotas(executions=executions, reserved=reserved, largest_mib=largest_mib)


def _shortages(account: AccountQuotas, **context: str) -> list[str]:
    deployment = select_deployment({**CONTEXTS["prod"], "memory_mib": "", "reserved_concurrency": "", **context})
    return list(find_shortages(deployment, account))


def test_an_account_is_read_without_what_this_stack_has_reserved(answers: Answers) -> None:
    client = answers(executions=1000, unreserved=650, reserved={"api": 300, "trainer": 0}, memory=[512, 3008])

    account = read_account(client, select_deployment({**CONTEXTS["prod"]}))

    assert account == AccountQuotas(executions=1000, reserved=50, largest_mib=3008)


def test_a_first_deployment_into_an_empty_account_is_read(answers: Answers) -> None:
    client = answers(executions=10, unreserved=10, reserved={}, memory=[])

    assert read_account(client, select_deployment({**CONTEXTS["prod"]})) == _account(executions=10)


def test_a_stage_with_the_memory_of_a_new_account_has_no_shortage() -> None:
    assert _shortages(_account()) == []


def test_more_memory_than_a_new_account_allows_is_named_with_what_to_do() -> None:
    [shortage] = _shortages(_account(largest_mib=3008), memory_mib="trainer=8192")

    assert shortage == (
        "The function trainer needs 8,192 MiB. New accounts allow 3,008 MiB, and no function of this account has more. "
        "Ask AWS Support to raise the limit, or deploy with --context memory_mib=trainer=3008."
    )


def test_an_account_with_a_larger_function_has_had_its_limit_raised() -> None:
    assert _shortages(_account(largest_mib=4096), memory_mib="trainer=8192") == []


def test_too_few_executions_for_the_queues_are_named() -> None:
    [shortage] = _shortages(_account(executions=10))

    assert "Stage prod needs 33 concurrent executions" in shortage
    assert "the account has 10 unreserved" in shortage


def test_a_reservation_that_leaves_less_than_a_hundred_executions_is_named() -> None:
    reserved = "api=300,sweeper=12,trainer=10,predict=578,predict-batch=10"

    [shortage] = _shortages(_account(), reserved_concurrency=reserved)

    assert "With the 910 that reserved_concurrency names, 90 would stay unreserved, and AWS needs 100" in shortage
    assert _shortages(_account(executions=1010), reserved_concurrency=reserved) == []
    assert len(_shortages(_account(executions=1010, reserved=1), reserved_concurrency=reserved)) == 1


def test_dev_can_be_deployed_into_a_new_account_and_says_what_its_requests_may_use() -> None:
    deployment, account = select_deployment({}), _account(executions=10)

    assert list(find_shortages(deployment, account)) == []
    assert list(find_risks(deployment, account)) == [
        "Up to 60 requests can wait for their jobs at once, and the account has 10 unreserved executions for all "
        "functions. When they are used up, requests are answered with 503."
    ]


def test_requests_cannot_drain_an_account_of_the_usual_size_or_what_others_have_beside_a_reservation() -> None:
    usual, reserving = select_deployment({**CONTEXTS["prod"], "reserved_concurrency": ""}), "api=300"

    assert list(find_risks(usual, _account())) == []
    assert (
        list(find_risks(select_deployment({**CONTEXTS["prod"], "reserved_concurrency": reserving}), _account())) == []
    )
    assert usual.waiting_at_once == 540


def test_requests_that_wait_as_long_as_they_may_are_counted_and_not_those_of_the_default_wait() -> None:
    usual = select_deployment({**CONTEXTS["prod"], "reserved_concurrency": ""})

    assert list(find_risks(usual, _account(executions=573))) == []
    assert len(list(find_risks(usual, _account(executions=572)))) == 1


def test_an_alarm_that_compares_with_another_quota_than_that_of_the_account_is_noted_with_the_value_to_give() -> None:
    assert list(find_wrong_quotas(options_of({}), _account(executions=10))) == [
        "The account allows 10 concurrent executions, but the alarm account-concurrency compares with 1,000. "
        "Deploy with --context account_concurrency=10."
    ]


@pytest.mark.parametrize(("context", "executions"), [({}, 1000), ({"account_concurrency": "10"}, 10)])
def test_an_alarm_that_compares_with_the_quota_of_the_account_is_not_noted(
    context: dict[str, str], executions: int
) -> None:
    assert list(find_wrong_quotas(options_of(context), _account(executions=executions))) == []


def test_a_context_that_cannot_be_deployed_is_refused_before_aws_is_asked() -> None:
    with pytest.raises(SystemExit, match=r"^Stage prod needs a base image with a digest"):
        quotas.main(["--context", "stage=prod", "--context", "base_image=python:3.12-slim"])


def test_an_option_that_cannot_be_read_is_refused_before_aws_is_asked() -> None:
    with pytest.raises(SystemExit, match=r"^The context value account_concurrency must be a whole number"):
        quotas.main(["--context", "account_concurrency=many"])


def test_the_check_says_what_it_lacks_and_how_to_go_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    point_at("http://127.0.0.1:1", monkeypatch)

    with pytest.raises(SystemExit, match=r"Cannot read the quotas.*lambda:GetAccountSettings.*add QUOTAS=skip"):
        quotas.main([])


def test_the_check_runs_against_an_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_ministack(tmp_path, more_services=",lambda") as url:
        point_at(url, monkeypatch)

        quotas.main([*PROD, "--context", "account_concurrency=77"])
        with pytest.raises(
            SystemExit, match=r"trainer needs 8,192 MiB.*\nTo deploy without this check, add QUOTAS=skip"
        ):
            quotas.main([*PROD, "--context", "memory_mib=trainer=8192"])

    lines = capsys.readouterr().out.splitlines()
    notes = [line for line in lines if line.startswith("Note: ") and "compares with 77." in line]
    assert re.fullmatch(r"Quotas: [\d,]+ concurrent executions, 0 reserved by other stacks\.", lines[1])
    assert [lines[0]] == notes
