"""The SNS topic of alarms and budget messages: encrypted, TLS only, and written to by AWS for this account alone."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.options import Options
from mini_ml.topology import Names

_PUBLISHING: Final = ("kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")
"""What a service that publishes to an encrypted topic may need: AWS documents `kms:GenerateDataKey*`, and these are its
actions less those for key pairs."""
_ACCOUNT_MAY: Final = (
    *_PUBLISHING,
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
"""Actions that IAM policies of the account can allow. Without this statement, the key could not be managed."""


class Notifications(Construct):
    """The topic, its key, and the subscription of the operator."""

    def __init__(self, scope: Construct, id: str, *, names: Names, stage_name: str, options: Options) -> None:
        super().__init__(scope, id)
        self._publishers = _publishers(self, names, has_budget=options.budget_usd is not None)
        self.topic = sns.Topic(
            self,
            "Topic",
            topic_name=f"{names.queue_prefix}-alarms",
            display_name=f"Mini-ML-Platform {stage_name}",
            enforce_ssl=True,
            master_key=self._key(stage_name),
        )
        for service, source in self._publishers.items():
            self.topic.add_to_resource_policy(self._allow(service, source, ["sns:Publish"], self.topic.topic_arn))
        if options.alarm_email is not None:
            sns.Subscription(
                self,
                "Email",
                topic=self.topic,
                protocol=sns.SubscriptionProtocol.EMAIL,
                endpoint=options.alarm_email,
            )

    def _key(self, stage_name: str) -> kms.Key:
        """Create a key of our own, because AWS's key for SNS does not let CloudWatch publish."""
        account = iam.PolicyStatement(
            principals=[iam.AccountRootPrincipal()], actions=list(_ACCOUNT_MAY), resources=["*"]
        )
        publishers = [
            self._allow(service, source, list(_PUBLISHING), "*") for service, source in self._publishers.items()
        ]
        return kms.Key(
            self,
            "Key",
            description=f"Encrypts the alarms of Mini-ML-Platform, stage {stage_name}",
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            policy=iam.PolicyDocument(statements=[account, *publishers]),
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _allow(self, service: str, source: str, actions: list[str], resource: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            principals=[iam.ServicePrincipal(service)],
            actions=actions,
            resources=[resource],
            conditions={
                "StringEquals": {"aws:SourceAccount": Stack.of(self).account},
                "ArnLike": {"aws:SourceArn": source},
            },
        )


def _publishers(scope: Construct, names: Names, *, has_budget: bool) -> dict[str, str]:
    """Return the AWS services that publish, with the ARN pattern of what they publish for."""
    stack = Stack.of(scope)
    place = f"{stack.region}:{stack.account}"
    alarms = f"arn:{stack.partition}:cloudwatch:{place}:alarm:{names.queue_prefix}-*"
    budgets = f"arn:{stack.partition}:budgets::{stack.account}:*"
    return {"cloudwatch.amazonaws.com": alarms, **({"budgets.amazonaws.com": budgets} if has_budget else {})}
