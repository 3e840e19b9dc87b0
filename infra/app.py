"""Entry point of `cdk synth` and `cdk deploy`.

Context, with defaults: `stage` (dev), `architecture` (arm64), `seal_key_arn` (a new key), `accepted_seal_key_arns`
(none), `account` and `region` (of the AWS credentials; if set, the template contains literal bucket names),
`base_image` (that of the Dockerfile; `prod` needs one with a digest), `memory_mib` (of the stage),
`reserved_concurrency` (none), `account_log_role` (set).
Authentication: `auth` (on), `api_keys`, `jwt_issuer`, `jwt_audience`, `jwt_jwks_url` (none). Operation: `alarm_email`,
`budget_usd`, `vpc_endpoint_id` (none), `account_concurrency` (1000).

Synthesis makes no AWS calls, so it needs no credentials, network or Docker.
"""

import sys
from collections.abc import Mapping
from typing import Final

from aws_cdk import App, Environment, Validations
from cdk_nag import AwsSolutionsChecks

from infra import authentication, stages
from infra.authentication import authentication_of
from infra.context import InvalidContext, read_context
from infra.options import OPTIONS, options_of
from infra.stack import MiniMlStack
from infra.stages import select_deployment

_FLAGS: Final[Mapping[str, bool]] = {
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-apigateway:disableCloudWatchRole": True,
}
"""CDK feature flags that are off by default for compatibility. Set here, so that tests use them too."""


def synthesise(given: Mapping[str, str] | None = None, *, folder: str | None = None) -> None:
    """Synthesise the stack into a cloud assembly.

    Args:
        given: context values, in addition to those from the CDK command line.
        folder: output folder; None means that of the CDK command line.
    """
    app = App(context={**_FLAGS, **(given or {})}, outdir=folder)
    context = app.node.try_get_context
    deployment = select_deployment({name: context(name) for name in stages.CONTEXT})
    MiniMlStack(
        app,
        "MiniMl",
        deployment=deployment,
        authentication=authentication_of({name: context(name) for name in authentication.CONTEXT}),
        options=options_of({name: context(name) for name in OPTIONS}),
        env=Environment(account=context("account"), region=context("region")),
        seal_key_arn=context("seal_key_arn"),
        accepted_seal_key_arns=context("accepted_seal_key_arns"),
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    try:
        synthesise(read_context(sys.argv[1:]))
    except InvalidContext as error:
        raise SystemExit(str(error)) from error
