"""Acknowledge cdk-nag findings that are intended, with the reason."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_s3 as s3
from constructs import Construct

_PACK: Final = "AwsSolutions"


def acknowledge(resource: Construct, rule: str, reason: str, *, findings: Iterable[str] = ()) -> None:
    """Acknowledge the findings of a rule on a resource.

    Args:
        resource: the resource; includes its children.
        rule: name of the rule, such as `APIG3`.
        reason: why the finding is intended.
        findings: individual findings, for rules that have several per resource; other findings still fail.
    """
    name = f"{_PACK}::{_PACK}-{rule}"
    ids = [f"{name}[{finding}]" for finding in findings] or [name]
    Validations.of(resource).acknowledge(*(Acknowledgment(id=id, reason=reason) for id in ids))


def keys_below(bucket: s3.Bucket, patterns: Iterable[str]) -> list[str]:
    """Return the cdk-nag findings for wildcard key patterns in a bucket."""
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    logical_id = Stack.of(bucket).get_logical_id(resource)
    return [f"Resource::<{logical_id}.Arn>/{pattern}" for pattern in patterns if "*" in pattern]
