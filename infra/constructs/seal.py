"""The key that manifests are sealed with; it never leaves KMS, and outlives the stack as the models do."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

_ACCOUNT_MAY: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GenerateMac",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:VerifyMac",
)
"""What the account may hand on by policies of its roles; without this a key obeys nobody. No grants to others."""


def seal_key(scope: Construct, id: str, *, adopted_arn: str | None, stage_name: str) -> kms.IKey:
    """Return a new key, or the one that an earlier stack of this stage has left behind."""
    if adopted_arn:
        return kms.Key.from_key_arn(scope, id, adopted_arn)
    # In the policy of a key, `*` is the key itself.
    handed_on = iam.PolicyStatement(
        principals=[iam.AccountRootPrincipal()], actions=list(_ACCOUNT_MAY), resources=["*"]
    )
    return kms.Key(
        scope,
        id,
        description=f"Seals the model manifests of Mini-ML-Platform, stage {stage_name}",
        key_spec=kms.KeySpec.HMAC_256,
        key_usage=kms.KeyUsage.GENERATE_VERIFY_MAC,
        policy=iam.PolicyDocument(statements=[handed_on]),
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
