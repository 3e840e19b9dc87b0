"""Entry point of `cdk synth` and `cdk deploy`.

Context, with defaults: `stage` (dev), `architecture` (of this machine), `seal_key_arn` (a new key), `account` and
`region` (of the AWS credentials; if set, the template contains literal bucket names). Authentication: `auth` (on),
`api_keys`, `jwt_issuer`, `jwt_audience`, `jwt_jwks_url` (none). Operation: `alarm_email`, `budget_usd`,
`vpc_endpoint_id` (none), `account_concurrency` (1000).

Synthesis makes no AWS calls, so it needs no credentials, network or Docker.
"""

from collections.abc import Mapping
from typing import Final

from aws_cdk import App, Environment, Validations
from cdk_nag import AwsSolutionsChecks

from infra.authentication import CONTEXT, authentication_of
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
    deployment = select_deployment(context("stage"), context("architecture"))
    MiniMlStack(
        app,
        "MiniMl",
        deployment=deployment,
        authentication=authentication_of({name: context(name) for name in CONTEXT}),
        options=options_of({name: context(name) for name in OPTIONS}),
        env=Environment(account=context("account"), region=context("region")),
        seal_key_arn=context("seal_key_arn"),
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    synthesise()
