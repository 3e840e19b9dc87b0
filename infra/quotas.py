"""Check the quotas of the AWS account before a deployment: `python -m infra.quotas --context stage=prod`.

A deployment builds three images for some minutes before CloudFormation finds that a quota is too small.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.context import InvalidContext, read_context
from infra.options import Options, options_of
from infra.stages import Deployment, select_deployment
from mini_ml.topology import FunctionName, aws_names, functions

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_NEW_ACCOUNT_MIB: Final = 3008
"""Most memory that a function of a new account can have. No call of AWS returns the limit of an account."""
_UNRESERVED: Final = 100
"""Executions that AWS keeps unreserved in every account."""
_SKIP: Final = "To deploy without this check, add QUOTAS=skip."


@dataclass(frozen=True, kw_only=True)
class AccountQuotas:
    """What an account allows in one region, and uses already."""

    executions: int
    """Concurrent executions of all functions."""
    reserved: int
    """Executions that functions of other stacks have reserved."""
    largest_mib: int
    """Memory of its largest function; 0 if it has none."""


def read_account(client: "LambdaClient", deployment: Deployment) -> AccountQuotas:
    """Read the limits of the account, and what its functions use of them."""
    limits = client.get_account_settings()["AccountLimit"]
    executions = limits["ConcurrentExecutions"]
    names = aws_names(deployment.stage, account="", region="")
    ours = sum(_read_reserved(client, names.function(function.name)) for function in functions(deployment.stage))
    pages = client.get_paginator("list_functions").paginate()
    memory = (function["MemorySize"] for page in pages for function in page["Functions"])
    return AccountQuotas(
        executions=executions,
        reserved=executions - limits["UnreservedConcurrentExecutions"] - ours,
        largest_mib=max(memory, default=0),
    )


def _read_reserved(client: "LambdaClient", function_name: str) -> int:
    try:
        return client.get_function_concurrency(FunctionName=function_name).get("ReservedConcurrentExecutions", 0)
    except client.exceptions.ResourceNotFoundException:
        return 0


def find_shortages(deployment: Deployment, account: AccountQuotas) -> Iterator[str]:
    """Yield a sentence for each quota with which the deployment would fail, or could not work."""
    largest: FunctionName
    needed, largest = max((function.memory_mib, function.name) for function in functions(deployment.stage))
    if needed > _NEW_ACCOUNT_MIB >= account.largest_mib:
        yield (
            f"The function {largest} needs {needed:,} MiB. New accounts allow {_NEW_ACCOUNT_MIB:,} MiB, and no "
            "function of this account has more. Ask AWS Support to raise the limit, or deploy with "
            f"--context memory_mib={largest}={_NEW_ACCOUNT_MIB}."
        )
    reserved = sum(deployment.reserved_concurrency.values())
    left = account.executions - account.reserved - reserved
    if reserved and left < _UNRESERVED:
        yield (
            f"The account allows {account.executions:,} concurrent executions. With the {reserved:,} that "
            f"reserved_concurrency names, {left:,} would stay unreserved, and AWS needs {_UNRESERVED}. Reserve less, "
            "or request an increase of the quota Concurrent executions (Service Quotas, Lambda)."
        )
    elif left < _least_executions(deployment):
        yield (
            f"Stage {deployment.name} needs {_least_executions(deployment)} concurrent executions for its queues, the "
            f"sweep and one request to each service, and the account has {left:,} unreserved. Request an increase of "
            "the quota Concurrent executions (Service Quotas, Lambda)."
        )


def _least_executions(deployment: Deployment) -> int:
    """Return the executions that the functions without reserved ones need to make progress together."""
    shared = [one for one in functions(deployment.stage) if one.name not in deployment.reserved_concurrency]
    return sum(deployment.workers_at_once + one.sweeps if one.queue else 1 for one in shared)


def find_risks(deployment: Deployment, account: AccountQuotas) -> Iterator[str]:
    """Yield a sentence for each quota that is enough for the deployment, but not for all that its limits admit."""
    most = _least_executions(deployment) + deployment.waiting_at_once
    left = account.executions - account.reserved - sum(deployment.reserved_concurrency.values())
    if "api" not in deployment.reserved_concurrency and left < most:
        yield (
            f"Up to {deployment.waiting_at_once} requests can wait for their jobs at once, and the account has "
            f"{left:,} unreserved executions for all functions. When they are used up, requests are answered with 503."
        )


def find_wrong_quotas(options: Options, account: AccountQuotas) -> Iterator[str]:
    """Yield a sentence if the alarm about the account's executions would compare with another quota than it has."""
    if options.account_concurrency != account.executions:
        yield (
            f"The account allows {account.executions:,} concurrent executions, but the alarm account-concurrency "
            f"compares with {options.account_concurrency:,}. Deploy with "
            f"--context account_concurrency={account.executions}."
        )


def main(arguments: Sequence[str]) -> None:
    """Check the quotas for the stage and the context in the arguments. Exits with a message if one is too small."""
    context = read_context(arguments)
    try:
        deployment, options = select_deployment(context), options_of(context)
    except InvalidContext as error:
        raise SystemExit(str(error)) from error
    try:
        client = boto3.client("lambda", region_name=context.get("region"), config=Config(retries={"mode": "standard"}))
        account = read_account(client, deployment)
    except (BotoCoreError, ClientError) as error:
        raise SystemExit(
            f"Cannot read the quotas of the AWS account: {error} The check needs credentials, a region, and the "
            f"permissions lambda:GetAccountSettings, GetFunctionConcurrency and ListFunctions. {_SKIP}"
        ) from error
    for note in (*find_risks(deployment, account), *find_wrong_quotas(options, account)):
        print(f"Note: {note}")
    shortages = list(find_shortages(deployment, account))
    if shortages:
        raise SystemExit("\n".join([*shortages, _SKIP]))
    print(f"Quotas: {account.executions:,} concurrent executions, {account.reserved:,} reserved by other stacks.")


if __name__ == "__main__":
    main(sys.argv[1:])
