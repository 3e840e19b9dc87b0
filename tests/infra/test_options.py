"""What the operator can choose by context is read, or refused with the value to give."""

import re

import pytest

from infra.options import Options, options_of


def test_without_context_there_is_no_subscriber_and_no_budget_and_the_api_is_public() -> None:
    assert options_of({"alarm_email": None, "budget_usd": ""}) == Options(
        alarm_email=None, budget_usd=None, account_concurrency=1000, vpc_endpoint_id=None
    )


def test_the_context_gives_address_budget_quota_and_endpoint() -> None:
    context = {
        "alarm_email": "ops@example.com",
        "budget_usd": "49.50",
        "account_concurrency": "10",
        "vpc_endpoint_id": "vpce-0123456789abcdef0",
    }

    assert options_of(context) == Options(
        alarm_email="ops@example.com",
        budget_usd=49.5,
        account_concurrency=10,
        vpc_endpoint_id="vpce-0123456789abcdef0",
    )


def test_numbers_of_cdk_json_are_read_like_those_of_the_command_line() -> None:
    options = options_of({"budget_usd": 50, "account_concurrency": 10})

    assert (options.budget_usd, options.account_concurrency) == (50.0, 10)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("alarm_email", "ops", "must be an email address, such as ops@example.com, not ops."),
        ("budget_usd", "0", "must be US dollars per month, such as 50, not 0."),
        ("budget_usd", "-5", "must be US dollars per month, such as 50, not -5."),
        ("budget_usd", "50 USD", "must be US dollars per month, such as 50, not 50 USD."),
        ("budget_usd", "nan", "must be US dollars per month, such as 50, not nan."),
        ("account_concurrency", "0", "must be a whole number, such as 1000, not 0."),
        ("account_concurrency", "1e3", "must be a whole number, such as 1000, not 1e3."),
        ("vpc_endpoint_id", "vpc-0123456789abcdef0", "must be a VPC endpoint, such as vpce-0a1b2c3d4e5f"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_with_one_that_can(name: str, value: str, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"The context value {name} {expected}")):
        options_of({name: value})
