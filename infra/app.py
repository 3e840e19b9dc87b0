"""`cdk synth` and `cdk deploy` run this.

Context: `stage` (dev), `architecture` (the builder's), `seal_key_arn` (new), `account` and `region` (those of the
credentials; given, the names of the buckets are literal); about who may call: `auth` (on), `api_keys`, `jwt_issuer`,
`jwt_audience`, `jwt_jwks_url` (none).

Nothing here asks AWS, so a synthesis needs no credentials, no network and no Docker.
"""

from collections.abc import Mapping
from typing import Final

from aws_cdk import App, Environment, Validations
from cdk_nag import AwsSolutionsChecks

from infra.authentication import CONTEXT, authentication_of
from infra.stack import MiniMlStack
from infra.stages import chosen

_FLAGS: Final[Mapping[str, bool]] = {
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-apigateway:disableCloudWatchRole": True,
}
"""Ways of CDK that are no default for the sake of older stacks; here, so that every caller of this module has them."""


def synthesise(given: Mapping[str, str] | None = None, *, folder: str | None = None) -> None:
    """Write the stack that the context asks for into an assembly.

    Args:
        given: the context, beside what the CDK command line passes on.
        folder: of the assembly; None for the one that the CDK command line names.
    """
    app = App(context={**_FLAGS, **(given or {})}, outdir=folder)
    context = app.node.try_get_context
    deployment = chosen(context("stage"), context("architecture"))
    MiniMlStack(
        app,
        "MiniMl",
        deployment=deployment,
        authentication=authentication_of({name: context(name) for name in CONTEXT}),
        env=Environment(account=context("account"), region=context("region")),
        seal_key_arn=context("seal_key_arn"),
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    synthesise()
