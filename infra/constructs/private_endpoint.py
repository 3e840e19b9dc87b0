"""Makes the REST API private, so that it is reached through one VPC endpoint and from nowhere else."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam


def make_private(rest_api: apigateway.RestApi, vpc_endpoint_id: str) -> None:
    """Replace the public endpoint of an API by a VPC endpoint for `execute-api`, which must exist already."""
    resource = rest_api.node.default_child
    assert isinstance(resource, apigateway.CfnRestApi)
    resource.endpoint_configuration = apigateway.CfnRestApi.EndpointConfigurationProperty(
        types=["PRIVATE"], vpc_endpoint_ids=[vpc_endpoint_id]
    )
    # A private API without a policy rejects every request. Whatever no statement allows is denied.
    resource.policy = iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["execute-api:Invoke"],
                resources=["execute-api:/*"],
                conditions={"StringEquals": {"aws:SourceVpce": vpc_endpoint_id}},
            )
        ]
    )
