"""The REST API that topology.ROUTES describes, made anew at each provisioning under the same id."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from mini_ml.topology import GATEWAY_REFUSALS, PROJECT, REST_STAGE, ROUTES, Room

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import EnvironmentTypeDef

_ROLE: Final = "arn:aws:iam::{account}:role/{project}-gateway"


def ensure(
    gateway: "APIGatewayClient",
    functions: "LambdaClient",
    *,
    region: str,
    account: str,
    timeout_seconds: int,
    function_environments: Mapping[Room, Mapping[str, str]],
    tags: Mapping[str, str],
) -> None:
    """Replace the REST API, so that routes which the topology no longer has are gone too."""
    arns = {
        room: _ensure_function(functions, f"{PROJECT}-{room}", environment, account=account, timeout=timeout_seconds)
        for room, environment in function_environments.items()
    }
    for api in gateway.get_rest_apis()["items"]:
        if api["name"] == PROJECT:
            gateway.delete_rest_api(restApiId=api["id"])
    made = gateway.create_rest_api(name=PROJECT, binaryMediaTypes=["*/*"], tags=dict(tags))
    uris = {
        room: f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
        for room, arn in arns.items()
    }
    _add_routes(gateway, made["id"], made["rootResourceId"], uris)
    _add_refusals(gateway, made["id"])
    gateway.create_deployment(restApiId=made["id"], stageName=REST_STAGE)


def _ensure_function(
    functions: "LambdaClient", name: str, environment: Mapping[str, str], *, account: str, timeout: int
) -> str:
    variables: EnvironmentTypeDef = {"Variables": dict(environment)}
    try:
        functions.update_function_configuration(FunctionName=name, Timeout=timeout, Environment=variables)
        return functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    except functions.exceptions.ResourceNotFoundException:
        return functions.create_function(
            FunctionName=name,
            Role=_ROLE.format(account=account, project=PROJECT),
            PackageType="Image",
            Code={"ImageUri": f"{name}:local"},
            Timeout=timeout,
            Environment=variables,
        )["FunctionArn"]


def _add_routes(gateway: "APIGatewayClient", api_id: str, root_id: str, uris: Mapping[Room, str]) -> None:
    resources = {"": root_id}
    for route in ROUTES:
        path = route.path.rstrip("/")
        resource_id = _ensure_resource(gateway, api_id, path, resources)
        gateway.put_method(restApiId=api_id, resourceId=resource_id, httpMethod="ANY", authorizationType="NONE")
        gateway.put_integration(
            restApiId=api_id,
            resourceId=resource_id,
            httpMethod="ANY",
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=uris[route.room],
        )


def _ensure_resource(gateway: "APIGatewayClient", api_id: str, path: str, resources: dict[str, str]) -> str:
    if path not in resources:
        parent, _, part = path.rpartition("/")
        parent_id = _ensure_resource(gateway, api_id, parent, resources)
        made = gateway.create_resource(restApiId=api_id, parentId=parent_id, pathPart=part)
        resources[path] = made["id"]
    return resources[path]


def _add_refusals(gateway: "APIGatewayClient", api_id: str) -> None:
    for refusal in GATEWAY_REFUSALS:
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=refusal.response_type,
            statusCode=str(refusal.status),
            responseParameters={"gatewayresponse.header.Content-Type": "'application/problem+json'"},
            responseTemplates={"application/json": json.dumps(refusal.problem())},
        )
