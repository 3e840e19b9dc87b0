"""The REST API has the routes that exist, refuses in our words, and lets nobody flood it."""

import json

from tests.fixtures.synthesis import Template

API = "mini-ml-dev-api"
PREDICT = "mini-ml-dev-predict"
ROUTES = {
    "/": API,
    "/health": API,
    "/docs": API,
    "/docs/{asset}": API,
    "/openapi.json": API,
    "/train": API,
    "/predict": API,
    "/inspect": PREDICT,
    "/uploads": API,
    "/jobs": API,
    "/jobs/{job_id}": API,
    "/jobs/{job_id}/result": API,
    "/jobs/{job_id}/summary": API,
    "/jobs/{job_id}/rejects": API,
    "/jobs/{job_id}/retry": API,
    "/jobs/{job_id}/cancel": API,
    "/model-types": API,
    "/models": API,
    "/models/{model_name}": API,
    "/models/{model_name}/aliases/{alias}": API,
    "/models/{model_name}/invocations": PREDICT,
    "/models/{model_name}/versions/{version}": API,
    "/models/{model_name}/versions/{version}/schema": API,
    "/models/{model_name}/versions/{version}/report": API,
    "/models/{model_name}/versions/{version}/artifact": PREDICT,
    "/models/{model_name}/versions/{version}/invocations": PREDICT,
    "/{proxy+}": API,
}
REFUSALS = {
    "UNAUTHORIZED": "401",
    "ACCESS_DENIED": "403",
    "WAF_FILTERED": "403",
    "MISSING_AUTHENTICATION_TOKEN": "404",
    "RESOURCE_NOT_FOUND": "404",
    "REQUEST_TOO_LARGE": "413",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "THROTTLED": "429",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "DEFAULT_4XX": "400",
    "DEFAULT_5XX": "503",
}


def _paths(template: Template) -> dict[str, str]:
    """Return the path of every resource, by logical id."""
    resources = template.of_type("AWS::ApiGateway::Resource")

    def path(logical_id: str) -> str:
        found = resources[logical_id]
        above = found["ParentId"].get("Ref")
        return f"{path(above) if above else ''}/{found['PathPart']}"

    return {logical_id: path(logical_id) for logical_id in resources}


def test_every_route_takes_any_method_to_its_service_and_all_other_paths_go_to_the_api(template: Template) -> None:
    paths = _paths(template)
    methods = template.of_type("AWS::ApiGateway::Method").values()
    routes = {paths.get(one["ResourceId"].get("Ref"), "/"): template.text(one["Integration"]["Uri"]) for one in methods}

    assert {path: uri.split(":function:")[1].removesuffix("/invocations") for path, uri in routes.items()} == ROUTES
    assert {(one["HttpMethod"], one["Integration"]["Type"]) for one in methods} == {("ANY", "AWS_PROXY")}


def test_the_body_of_every_type_arrives_byte_for_byte(template: Template) -> None:
    [api] = template.of_type("AWS::ApiGateway::RestApi").values()

    assert (api["Name"], api["BinaryMediaTypes"]) == ("mini-ml-dev", ["*/*"])
    assert api["EndpointConfiguration"]["Types"] == ["REGIONAL"]


def test_clients_need_tls_1_2_with_forward_secrecy_or_1_3(template: Template) -> None:
    [api] = template.of_type("AWS::ApiGateway::RestApi").values()

    assert (api["SecurityPolicy"], api["EndpointAccessMode"]) == ("SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "STRICT")


def test_the_gateways_own_refusals_are_problem_documents(template: Template) -> None:
    found = template.of_type("AWS::ApiGateway::GatewayResponse").values()

    assert {one["ResponseType"]: one["StatusCode"] for one in found} == REFUSALS
    for one in found:
        problem = json.loads(one["ResponseTemplates"]["application/json"])
        assert set(problem) == {"type", "title", "status", "detail", "code", "errors"}
        assert str(problem["status"]) == one["StatusCode"]
        assert (
            one["ResponseParameters"].items()
            >= {
                "gatewayresponse.header.Content-Type": "'application/problem+json'",
                "gatewayresponse.header.Cache-Control": "'no-store'",
                "gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
                "gatewayresponse.header.Referrer-Policy": "'no-referrer'",
                "gatewayresponse.header.X-Frame-Options": "'DENY'",
                "gatewayresponse.header.X-Correlation-Id": "context.requestId",
            }.items()
        )


def test_whatever_may_succeed_later_says_when(template: Template) -> None:
    found = template.of_type("AWS::ApiGateway::GatewayResponse").values()
    later = {one["ResponseType"] for one in found if "gatewayresponse.header.Retry-After" in one["ResponseParameters"]}

    assert later == {"THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "DEFAULT_5XX"}


def test_requests_are_limited_and_logged_without_their_content(template: Template) -> None:
    [stage] = template.of_type("AWS::ApiGateway::Stage").values()
    limits = {
        (one["ResourcePath"], one["HttpMethod"]): (one["ThrottlingRateLimit"], one["ThrottlingBurstLimit"])
        for one in stage["MethodSettings"]
    }

    assert stage["StageName"] == "dev"
    assert limits == {("/*", "*"): (20, 40), ("/~1train", "POST"): (1, 5), ("/~1predict", "POST"): (1, 5)}
    assert {
        (one["DataTraceEnabled"], one["LoggingLevel"], one["MetricsEnabled"]) for one in stage["MethodSettings"]
    } == {(False, "OFF", False)}
    assert template.text(stage["AccessLogSetting"]["DestinationArn"]).startswith(
        "arn:aws:logs:us-east-1:000000000000:log-group:/aws/apigateway/mini-ml-dev"
    )
    assert json.loads(stage["AccessLogSetting"]["Format"]) == {
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


def test_the_stage_waits_for_the_account_to_let_it_log(template: Template) -> None:
    [stage] = [one for one in template.body["Resources"].values() if one["Type"] == "AWS::ApiGateway::Stage"]

    assert {template.body["Resources"][id]["Type"] for id in stage["DependsOn"]} == {"AWS::ApiGateway::Account"}


def test_the_log_role_of_the_account_can_be_left_alone(placed: Template) -> None:
    [stage] = [one for one in placed.body["Resources"].values() if one["Type"] == "AWS::ApiGateway::Stage"]
    assumed = str(placed.of_type("AWS::IAM::Role"))

    assert placed.of_type("AWS::ApiGateway::Account") == {}
    assert "DependsOn" not in stage
    assert "apigateway.amazonaws.com" not in assumed
    assert "AccessLogSetting" in stage["Properties"]
