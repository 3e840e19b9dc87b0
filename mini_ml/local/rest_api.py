"""Create the REST API that topology.GATEWAY_ROUTES describes; each provisioning replaces it under the same id."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mini_ml.local.integrations import Target, Targets
from mini_ml.topology import GATEWAY_PROBLEMS, GATEWAY_ROUTES, PROJECT, REST_STAGE

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient


def replace_rest_api(gateway: "APIGatewayClient", *, targets: Targets, tags: Mapping[str, str]) -> None:
    """Delete and create the REST API, which also removes routes that are no longer in the topology."""
    for api in gateway.get_rest_apis()["items"]:
        if api["name"] == PROJECT:
            gateway.delete_rest_api(restApiId=api["id"])
    created = gateway.create_rest_api(name=PROJECT, binaryMediaTypes=["*/*"], tags=dict(tags))
    _add_routes(gateway, created["id"], created["rootResourceId"], targets)
    _add_gateway_responses(gateway, created["id"])
    gateway.create_deployment(restApiId=created["id"], stageName=REST_STAGE)


def _add_routes(gateway: "APIGatewayClient", api_id: str, root_id: str, targets: Targets) -> None:
    resources = {"": root_id}
    for route in GATEWAY_ROUTES:
        path = route.path.rstrip("/")
        resource_id = _ensure_resource(gateway, api_id, path, resources)
        _add_method(gateway, api_id, resource_id, targets(route), re.findall(r"{(\w+)\+?}", path))


def _add_method(
    gateway: "APIGatewayClient", api_id: str, resource_id: str, target: Target, path_parameters: list[str]
) -> None:
    """Integrate every method of a resource with its target, and pass on the path parameters."""
    gateway.put_method(
        restApiId=api_id,
        resourceId=resource_id,
        httpMethod="ANY",
        authorizationType="NONE",
        requestParameters={f"method.request.path.{name}": True for name in path_parameters},
    )
    gateway.put_integration(
        restApiId=api_id,
        resourceId=resource_id,
        httpMethod="ANY",
        type=target.type,
        integrationHttpMethod=target.method,
        uri=target.uri,
        requestParameters={
            f"integration.request.path.{name}": f"method.request.path.{name}" for name in path_parameters
        },
    )


def _ensure_resource(gateway: "APIGatewayClient", api_id: str, path: str, resources: dict[str, str]) -> str:
    if path not in resources:
        parent, _, part = path.rpartition("/")
        parent_id = _ensure_resource(gateway, api_id, parent, resources)
        created = gateway.create_resource(restApiId=api_id, parentId=parent_id, pathPart=part)
        resources[path] = created["id"]
    return resources[path]


def _add_gateway_responses(gateway: "APIGatewayClient", api_id: str) -> None:
    for problem in GATEWAY_PROBLEMS:
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=problem.response_type,
            statusCode=str(problem.status),
            responseParameters={
                f"gatewayresponse.header.{name}": value for name, value in problem.header_mappings.items()
            },
            responseTemplates={"application/json": json.dumps(problem.problem())},
        )
