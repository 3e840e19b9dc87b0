"""Options of the operator from the CDK context: address for alarms, budget, quota, and private endpoint."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.context import InvalidContext

OPTIONS: Final = ("alarm_email", "budget_usd", "account_concurrency", "vpc_endpoint_id")
"""Names of the context values."""
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_VPC_ENDPOINT: Final = re.compile(r"vpce-[0-9a-f]{8,17}")
_CONCURRENCY: Final = 1000
"""Concurrent executions that AWS allows an account per region by default. New accounts can start with 10."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the operator of a stack can choose."""

    alarm_email: str | None = None
    """Address that receives alarms and budget messages, after its owner has confirmed the subscription."""
    budget_usd: float | None = None
    """Monthly budget of the account in US dollars; None creates no budget."""
    account_concurrency: int = _CONCURRENCY
    """Quota of concurrent Lambda executions of the account in this region."""
    vpc_endpoint_id: str | None = None
    """VPC endpoint that is the only way to the API; None makes the API public."""


def options_of(context: Mapping[str, object]) -> Options:
    """Read the options from the CDK context.

    Raises:
        InvalidContext: a value is malformed; the message names it and shows a correct one.
    """
    given = {name: str(value) for name in OPTIONS if (value := context.get(name)) not in (None, "")}
    return Options(
        alarm_email=_match(given, "alarm_email", _EMAIL, "an email address, such as ops@example.com"),
        budget_usd=_budget(given.get("budget_usd")),
        account_concurrency=_concurrency(given.get("account_concurrency")),
        vpc_endpoint_id=_match(given, "vpc_endpoint_id", _VPC_ENDPOINT, "a VPC endpoint, such as vpce-0a1b2c3d4e5f"),
    )


def _match(given: Mapping[str, str], name: str, pattern: re.Pattern[str], expected: str) -> str | None:
    value = given.get(name)
    if value is not None and not pattern.fullmatch(value):
        raise InvalidContext(f"The context value {name} must be {expected}, not {value}.")
    return value


def _budget(value: str | None) -> float | None:
    if value is None:
        return None
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", value) or float(value) == 0:
        raise InvalidContext(f"The context value budget_usd must be US dollars per month, such as 50, not {value}.")
    return float(value)


def _concurrency(value: str | None) -> int:
    if value is None:
        return _CONCURRENCY
    if not re.fullmatch(r"[1-9]\d{0,6}", value):
        raise InvalidContext(
            f"The context value account_concurrency must be a whole number, such as 1000, not {value}."
        )
    return int(value)
