"""The REST API: integrates the routes of the topology with their services, and defines gateway responses."""

import json
from collections.abc import Mapping
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.constructs.functions import log_retention
from infra.stages import Deployment
from mini_ml.topology import GATEWAY_PROBLEMS, GATEWAY_ROUTES, Names

_PROXIES = (
    "Every method forwards the whole request to its service, which validates it and returns a problem with all "
    "issues. Validation in the gateway would return less helpful errors."
)
_NO_FIREWALL = (
    "A web ACL costs more per month than the rest of an idle stack. Rate, burst and request size are limited. Attach a "
    "web ACL to the stage if you need one."
)
_SERVICES_AUTHENTICATE = (
    "The services authenticate requests themselves, the same way locally, in containers and on AWS: an API key or a "
    "token with the scope that the route needs. An authorizer would duplicate these rules."
)
_ACCESS_LOGS_ONLY = (
    "Execution logs are written to a log group that the stack does not own: it has no retention and remains after the "
    "stack. The access logs have the errors and the latencies of the gateway and of the functions."
)
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "protocol": "$context.protocol",
    "tlsVersion": "$context.tlsVersion",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integration.status",
    "integrationLatency": "$context.integration.latency",
    "integrationRequestId": "$context.integration.requestId",
    "integrationError": "$context.integration.error",
    "errorType": "$context.error.responseType",
    "errorMessage": "$context.error.message",
}
"""Fields of a line of the access log. `resourcePath` is the route, without names of models; latencies are in ms, and
`integration…` is the function, whose own log lines have `integrationRequestId`."""
_SUBMISSIONS: Final = ("/train/POST", "/predict/POST")
"""Methods whose requests wait for a job."""
_TLS: Final = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
"""TLS 1.3, or 1.2 with forward secrecy. Without a policy, a regional API accepts TLS 1.0."""
_LOG_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_WRITES_LOGS = (
    "AWS's managed policy for this purpose; API Gateway accepts no narrower policy for the account's log role."
)


class Api(Construct):
    """The REST API in front of api and predict."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment, names: Names) -> None:
        super().__init__(scope, id)
        self._deployment = deployment
        self.rest_api = self._rest_api(names)
        self.rest_api.node.try_remove_child("Endpoint")  # the stack has its own output for the URL
        self._add_gateway_responses()
        self._acknowledge()

    @property
    def origin(self) -> str:
        """Web origin of pages served by this API."""
        stack = self.rest_api.stack
        return f"https://{self.rest_api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def serve(self, services: Mapping[str, lambda_.IFunction]) -> None:
        """Integrate every route of the topology with the function of its service."""
        integrations = {
            # One permission for the whole API; a permission per route would exceed the size limit of the policy.
            service: apigateway.LambdaIntegration(function, scope_permission_to_method=False)
            for service, function in services.items()
        }
        for route in GATEWAY_ROUTES:
            resource = self.rest_api.root.resource_for_path(route.path)
            resource.add_method(
                "ANY", integrations[route.service], authorization_type=apigateway.AuthorizationType.NONE
            )

    def _rest_api(self, names: Names) -> apigateway.RestApi:
        log_group = logs.LogGroup(
            self,
            "AccessLogs",
            log_group_name=f"/aws/apigateway/{names.queue_prefix}",
            retention=log_retention(self._deployment.log_retention_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        rest_api = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=names.queue_prefix,
            binary_media_types=["*/*"],
            cloud_watch_role=False,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            deploy_options=apigateway.StageOptions(
                stage_name=self._deployment.name,
                access_log_destination=apigateway.LogGroupLogDestination(log_group),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
                logging_level=apigateway.MethodLoggingLevel.OFF,
                data_trace_enabled=False,  # keep request bodies out of logs
                metrics_enabled=False,  # metrics per method cost extra, metrics of the stage are free
                throttling_rate_limit=self._deployment.requests_per_second,
                throttling_burst_limit=self._deployment.requests_at_once,
                method_options=dict.fromkeys(_SUBMISSIONS, self._submission_options()),
            ),
        )
        resource = rest_api.node.default_child
        assert isinstance(resource, apigateway.CfnRestApi)
        resource.security_policy = _TLS
        resource.endpoint_access_mode = "STRICT"  # the policy needs a mode; this one checks the host name of TLS
        return rest_api

    def _submission_options(self) -> apigateway.MethodDeploymentOptions:
        """Return the limits of methods whose requests occupy a function while they wait, apart from all others."""
        return apigateway.MethodDeploymentOptions(
            logging_level=apigateway.MethodLoggingLevel.OFF,
            data_trace_enabled=False,
            metrics_enabled=False,
            throttling_rate_limit=self._deployment.submissions_per_second,
            throttling_burst_limit=self._deployment.submissions_at_once,
        )

    def _add_gateway_responses(self) -> None:
        for problem in GATEWAY_PROBLEMS:
            self.rest_api.add_gateway_response(
                problem.response_type,
                type=apigateway.ResponseType.of(problem.response_type),
                status_code=str(problem.status),
                response_headers=problem.header_mappings,
                templates={"application/json": json.dumps(problem.problem())},
            )

    def _acknowledge(self) -> None:
        acknowledge(self.rest_api, "APIG2", _PROXIES)
        acknowledge(self.rest_api, "APIG3", _NO_FIREWALL)
        acknowledge(self.rest_api, "APIG6", _ACCESS_LOGS_ONLY)
        acknowledge(self.rest_api, "APIG4", _SERVICES_AUTHENTICATE)
        acknowledge(self.rest_api, "COG4", _SERVICES_AUTHENTICATE)


_KEPT: Final = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
"""Other stacks of the account may use the log role. A first deployment that fails removes it again."""


class GatewayLogs(Construct):
    """Allows API Gateway to write logs. This account-wide setting is required by stages with logging."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_LOG_POLICY)],
        )
        role.apply_removal_policy(_KEPT)
        found = f"Policy::arn:<AWS::Partition>:iam::aws:policy/{_LOG_POLICY}"
        acknowledge(role, "IAM4", _WRITES_LOGS, findings=[found])
        self.account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        self.account.apply_removal_policy(_KEPT)
