"""Findings of cdk-nag that stand on purpose: one acknowledgement per resource and rule, with the reason."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_s3 as s3
from constructs import Construct

_PACK: Final = "AwsSolutions"


def acknowledge(resource: Construct, rule: str, reason: str, *, findings: Iterable[str] = ()) -> None:
    """Let a rule's findings on a resource stand.

    Args:
        resource: what the rule complains of, with all below it.
        rule: its name, such as `APIG3`.
        reason: why it stands.
        findings: what exactly was found, for rules that find more than one thing; any other finding still fails.
    """
    name = f"{_PACK}::{_PACK}-{rule}"
    ids = [f"{name}[{finding}]" for finding in findings] or [name]
    Validations.of(resource).acknowledge(*(Acknowledgment(id=id, reason=reason) for id in ids))


def keys_below(bucket: s3.Bucket, patterns: Iterable[str]) -> list[str]:
    """Return the findings about patterns of keys in a bucket, in the rule's own words."""
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    logical_id = Stack.of(bucket).get_logical_id(resource)
    return [f"Resource::<{logical_id}.Arn>/{pattern}" for pattern in patterns if "*" in pattern]
