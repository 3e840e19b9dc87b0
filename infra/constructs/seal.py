"""The KMS key that seals manifests. Like the models, it is kept when the stack is deleted."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from mini_ml.topology import Names

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
"""Actions that IAM policies of the account can allow. Without this statement, the key could not be managed or used."""


@dataclass(frozen=True, kw_only=True)
class SealKeys:
    """The key that seals new models, and the keys whose seals are still accepted."""

    signing: kms.IKey
    accepted: tuple[str, ...] = ()
    """ARNs of keys that only verify."""

    @property
    def verifying(self) -> list[str]:
        """ARNs of all keys that verify."""
        return [self.signing.key_arn, *self.accepted]


def make_seal_key(scope: Construct, id: str, *, adopted_arn: str | None, stage_name: str) -> kms.IKey:
    """Create a key, or return the existing key with the ARN `adopted_arn` from an earlier stack of this stage."""
    if adopted_arn:
        return kms.Key.from_key_arn(scope, id, adopted_arn)
    # In a key policy, `*` means the key itself.
    account_statement = iam.PolicyStatement(
        principals=[iam.AccountRootPrincipal()], actions=list(_ACCOUNT_MAY), resources=["*"]
    )
    return kms.Key(
        scope,
        id,
        description=f"Seals the model manifests of Mini-ML-Platform, stage {stage_name}",
        key_spec=kms.KeySpec.HMAC_256,
        key_usage=kms.KeyUsage.GENERATE_VERIFY_MAC,
        policy=iam.PolicyDocument(statements=[account_statement]),
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )


def make_seal_alias(scope: Construct, id: str, *, key: kms.IKey, names: Names) -> kms.Alias:
    """Name the key that seals now, for operators; it moves when the key is replaced. Functions use the key's ARN."""
    return kms.Alias(scope, id, alias_name=names.seal_alias, target_key=key, removal_policy=RemovalPolicy.DESTROY)
