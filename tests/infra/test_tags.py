"""Whatever can be tagged carries the project and the stage, so that costs and resources can be told apart."""

from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from tests.fixtures.synthesis import CONTEXTS, StackName, Synthesised, Template

UNTAGGABLE = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Resource",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::KMS::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}
"""Types that have no tags in CloudFormation."""


def _tag_property(type_name: str) -> str | None:
    """Return the property with the tags of a type, by its schema; None if it has none."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    tagging: dict[str, Any] = schema.get("tagging") or {}
    path: str = tagging.get("tagProperty", "/properties/Tags")
    return path.rpartition("/")[2] if tagging.get("taggable") else None


@pytest.mark.parametrize("stack", CONTEXTS)
def test_everything_that_can_be_tagged_is(synthesised: Synthesised, stack: StackName) -> None:
    expected = {("project", "mini-ml"), ("stage", "prod" if stack == "prod" else "dev")}
    untagged = [
        id
        for id, found in synthesised(stack).body["Resources"].items()
        if (name := _tag_property(found["Type"]))
        and {(tag["Key"], tag["Value"]) for tag in found["Properties"].get(name, [])} != expected
    ]

    assert untagged == []


def test_only_types_that_cloudformation_cannot_tag_are_without_tags(watched: Template) -> None:
    types = {found["Type"] for found in watched.body["Resources"].values()}

    assert {name for name in types if _tag_property(name) is None} <= UNTAGGABLE
    assert {name for name in UNTAGGABLE if _tag_property(name)} == set()
