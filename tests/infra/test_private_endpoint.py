"""An API with a VPC endpoint is reached through it and from nowhere else; without one it is as it was."""

import json

from tests.fixtures.synthesis import Template

ENDPOINT = "vpce-0123456789abcdef0"


def test_a_private_api_answers_its_vpc_endpoint_alone(private: Template) -> None:
    [api] = private.of_type("AWS::ApiGateway::RestApi").values()
    [statement] = api["Policy"]["Statement"]

    assert api["EndpointConfiguration"] == {"Types": ["PRIVATE"], "VpcEndpointIds": [ENDPOINT]}
    assert (statement["Effect"], statement["Principal"], statement["Action"], statement["Resource"]) == (
        "Allow",
        {"AWS": "*"},
        "execute-api:Invoke",
        "execute-api:/*",
    )
    assert statement["Condition"] == {"StringEquals": {"aws:SourceVpce": ENDPOINT}}


def test_a_public_api_has_no_policy(template: Template) -> None:
    [api] = template.of_type("AWS::ApiGateway::RestApi").values()

    assert (api["EndpointConfiguration"]["Types"], "Policy" in api) == (["REGIONAL"], False)


def test_a_change_to_a_private_api_is_deployed(template: Template, private: Template) -> None:
    """API Gateway applies a policy with the next deployment, which CDK replaces only if its name changes."""
    public, closed = (next(iter(one.of_type("AWS::ApiGateway::Deployment"))) for one in (template, private))

    assert public != closed


def test_a_private_api_still_asks_for_credentials(private: Template) -> None:
    functions = private.of_type("AWS::Lambda::Function").values()

    assert {one["Environment"]["Variables"]["MINI_ML_AUTH"] for one in functions} == {"on"}


def test_nothing_else_differs_from_the_public_stack(template: Template, private: Template) -> None:
    changed = {
        private.body["Resources"][id]["Type"]
        for id in set(template.body["Resources"]) | set(private.body["Resources"])
        if json.dumps(template.body["Resources"].get(id)) != json.dumps(private.body["Resources"].get(id))
        and id in private.body["Resources"]
    }

    assert changed == {"AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"}
