"""The REST API that topology.ROUTES describes, made anew at each provisioning under the same id."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mini_ml.local.integrations import Target, Targets
from mini_ml.topology import GATEWAY_PROBLEMS, PROJECT, REST_STAGE, ROUTES

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient


def ensure(gateway: "APIGatewayClient", *, targets: Targets, tags: Mapping[str, str]) -> None:
    """Replace the REST API, so that routes which the topology no longer has are gone too."""
    for api in gateway.get_rest_apis()["items"]:
        if api["name"] == PROJECT:
            gateway.delete_rest_api(restApiId=api["id"])
    made = gateway.create_rest_api(name=PROJECT, binaryMediaTypes=["*/*"], tags=dict(tags))
    _add_routes(gateway, made["id"], made["rootResourceId"], targets)
    _add_refusals(gateway, made["id"])
    gateway.create_deployment(restApiId=made["id"], stageName=REST_STAGE)


def _add_routes(gateway: "APIGatewayClient", api_id: str, root_id: str, targets: Targets) -> None:
    resources = {"": root_id}
    for route in ROUTES:
        path = route.path.rstrip("/")
        resource_id = _ensure_resource(gateway, api_id, path, resources)
        _add_method(gateway, api_id, resource_id, targets(route), re.findall(r"{(\w+)}", path))


def _add_method(
    gateway: "APIGatewayClient", api_id: str, resource_id: str, target: Target, path_parameters: list[str]
) -> None:
    """Let every method of a resource lead to its target, which gets the path's parameters."""
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
        made = gateway.create_resource(restApiId=api_id, parentId=parent_id, pathPart=part)
        resources[path] = made["id"]
    return resources[path]


def _add_refusals(gateway: "APIGatewayClient", api_id: str) -> None:
    for refusal in GATEWAY_PROBLEMS:
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=refusal.response_type,
            statusCode=str(refusal.status),
            responseParameters={
                f"gatewayresponse.header.{name}": f"'{value}'" for name, value in refusal.headers.items()
            },
            responseTemplates={"application/json": json.dumps(refusal.problem())},
        )
