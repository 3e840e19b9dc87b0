"""The queues, and the bucket notifications that send messages to them."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.stages import Deployment
from mini_ml.topology import Names, QueueName, WorkQueue, queues

_RETENTION = Duration.days(14)
"""Maximum retention in SQS, so that messages survive long outages of their consumers."""


class Queues(Construct):
    """The queues train and predict, and the dead-letter queue of both."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment, names: Names) -> None:
        super().__init__(scope, id)
        self._work = queues(deployment.stage)
        self.by_name: dict[QueueName, sqs.Queue] = {}
        for queue in reversed(self._work):  # dead-letter queue first, because the others refer to it
            self.by_name[queue.name] = self._queue(queue, names)

    def _queue(self, queue: WorkQueue, names: Names) -> sqs.Queue:
        dead_letters = self.by_name.get("dead-letters")
        return sqs.Queue(
            self,
            queue.name,
            queue_name=names.queue(queue.name),
            encryption=sqs.QueueEncryption.SQS_MANAGED,  # S3 cannot send to a queue under the key alias/aws/sqs
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(queue.visibility_seconds),
            retention_period=_RETENTION,
            dead_letter_queue=(
                sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=queue.max_receive_count)
                if dead_letters and queue.max_receive_count
                else None
            ),
        )

    def announce(self, bucket: s3.Bucket, *, bucket_name: str, account: str) -> None:
        """Make `bucket` send notifications about new objects below the prefix of each queue.

        This sets the property of the bucket directly, because CDK's higher-level method adds a custom resource with
        its own function. S3 sends a test message when the property is set, so the queue policies must exist first.
        They contain the name of the bucket, because a reference would be circular.
        """
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        configurations: list[s3.CfnBucket.QueueConfigurationProperty] = []
        for work in self._work:
            if work.prefix is not None:
                queue = self.by_name[work.name]
                granted = queue.add_to_resource_policy(_allow_notifications(queue, bucket_name, account))
                if granted.policy_dependable:
                    resource.node.add_dependency(granted.policy_dependable)
                configurations.append(_announcement(queue, work.prefix))
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=configurations
        )


def _allow_notifications(queue: sqs.Queue, bucket_name: str, account: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("s3.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={
            "StringEquals": {"aws:SourceAccount": account},
            "ArnEquals": {"aws:SourceArn": f"arn:{queue.stack.partition}:s3:::{bucket_name}"},
        },
    )


def _announcement(queue: sqs.Queue, prefix: str) -> s3.CfnBucket.QueueConfigurationProperty:
    rule = s3.CfnBucket.FilterRuleProperty(name="prefix", value=prefix)
    return s3.CfnBucket.QueueConfigurationProperty(
        event="s3:ObjectCreated:*",
        queue=queue.queue_arn,
        filter=s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[rule])),
    )
