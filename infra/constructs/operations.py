"""What watches a stage (alarms, a dashboard, a budget), and the policies of users of the S3 entry point."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.alarm_table import alarm_rules
from infra.constructs.alarms import Alarms
from infra.constructs.budget import make_budget
from infra.constructs.dashboard import Dashboard
from infra.constructs.notifications import Notifications
from infra.constructs.policies import AccessPolicies
from infra.constructs.storage import Storage
from infra.options import Options
from infra.stages import Deployment
from mini_ml.topology import Names


class Operations(Construct):
    """Everything that watches the stack, and nothing that it needs to work."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        names: Names,
        options: Options,
        storage: Storage,
        tags: Mapping[str, str],
    ) -> None:
        """Create it; `tags` are those of the stack, for resources that do not inherit them."""
        super().__init__(scope, id)
        rules = alarm_rules(deployment, names, account_concurrency=options.account_concurrency)
        notifications = Notifications(self, "Notifications", names=names, stage_name=deployment.name, options=options)
        alarms = Alarms(self, "Alarms", rules=rules, names=names, topic=notifications.topic)
        Dashboard(self, "Dashboard", deployment=deployment, names=names, rules=rules, alarms=alarms)
        if options.budget_usd is not None:
            make_budget(self, "Budget", usd=options.budget_usd, names=names, topic=notifications.topic, tags=dict(tags))
        policies = AccessPolicies(self, "Policies", storage=storage, stage_name=deployment.name)
        region = Stack.of(self).region
        self.outputs = {
            "AlarmTopicArn": notifications.topic.topic_arn,
            "DashboardUrl": (
                f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
                f"#dashboards:name={names.queue_prefix}"
            ),
            "UploaderPolicyArn": policies.uploader.managed_policy_arn,
            "ReaderPolicyArn": policies.reader.managed_policy_arn,
        }
        for name, value in self.outputs.items():
            CfnOutput(Stack.of(self), name, value=value)
