"""The five Lambda functions, built from three images, with their permissions and triggers."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, get_args

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledgements import acknowledge, keys_below
from infra.authentication import Authentication
from infra.constructs.rights import RIGHTS, Rights, statements
from infra.constructs.seal import SealKeys
from infra.constructs.storage import Storage
from infra.stages import Deployment
from mini_ml.topology import ONE_THREAD, Function, FunctionName, Names, QueueName, Service, functions

ROOT: Final = Path(__file__).resolve().parents[2]
_PLATFORMS: Final = {
    "arm64": (lambda_.Architecture.ARM_64, assets.Platform.LINUX_ARM64),
    "x86_64": (lambda_.Architecture.X86_64, assets.Platform.LINUX_AMD64),
}
_SWEEP_AGE: Final = Duration.seconds(60)
"""Time after which a sweep that could not start is dropped. The next one is due by then, and does the same."""
_PREFIXES_OF_KEYS: Final = (
    "The function reads and writes below fixed prefixes of one bucket; the keys below them depend on uploads and "
    "trained models. infra/constructs/rights.py lists all prefixes."
)


class Functions(Construct):
    """The functions api, sweeper, trainer, predict and predict-batch."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        names: Names,
        storage: Storage,
        queues: Mapping[QueueName, sqs.IQueue],
        seal_keys: SealKeys,
        authentication: Authentication,
        admin_key: secretsmanager.ISecret | None,
        api_keys: secretsmanager.ISecret | None,
    ) -> None:
        super().__init__(scope, id)
        self._deployment = deployment
        self._names = names
        self._storage = storage
        self._queues = queues
        self._seal_keys = seal_keys
        self._authentication = authentication
        self._secrets = {
            name: secret
            for name, secret in (
                ("MINI_ML_ADMIN_KEY_SECRET_ID", admin_key),
                ("MINI_ML_API_KEYS_SECRET_ID", api_keys),
            )
            if secret is not None
        }
        self.by_name: dict[FunctionName, lambda_.Function] = {}
        for function in functions(deployment.stage):
            self.by_name[function.name] = self._function(function)
            self._add_triggers(function)

    def _function(self, function: Function) -> lambda_.Function:
        part = Construct(self, function.name)
        architecture, platform = _PLATFORMS[self._deployment.architecture]
        log_group = self._log_group(part, function)
        return lambda_.DockerImageFunction(
            part,
            "Function",
            function_name=self._names.function(function.name),
            description=f"{function.name} of Mini-ML-Platform, stage {self._deployment.name}",
            code=lambda_.DockerImageCode.from_image_asset(
                str(ROOT),
                build_args=self._build_args(function),
                cmd=[function.handler.replace(":", ".")],
                exclude=_left_out(function.service),
                platform=platform,
            ),
            architecture=architecture,
            environment=self._environment(),
            ephemeral_storage_size=Size.mebibytes(self._deployment.scratch_mib[function.name]),
            log_group=log_group,
            memory_size=function.memory_mib,
            reserved_concurrent_executions=self._deployment.reserved_concurrency.get(function.name),
            role=self._role(part, function.name, log_group),
            timeout=Duration.seconds(function.timeout_seconds),
        )

    def _build_args(self, function: Function) -> dict[str, str]:
        image = self._deployment.base_image
        return {"SERVICE": function.service, **({"BASE_IMAGE": image} if image else {})}

    def _log_group(self, part: Construct, function: Function) -> logs.LogGroup:
        return logs.LogGroup(
            part,
            "Logs",
            log_group_name=f"/aws/lambda/{self._names.function(function.name)}",
            retention=log_retention(self._deployment.log_retention_days),
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _role(self, part: Construct, name: FunctionName, log_group: logs.LogGroup) -> iam.Role:
        role = iam.Role(part, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        logs_here = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
        )
        for statement in (logs_here, *self._statements(RIGHTS[name])):
            role.add_to_principal_policy(statement)
        wildcards = [
            *keys_below(self._storage.artifacts, RIGHTS[name].patterns),
            *keys_below(self._storage.uploads, RIGHTS[name].upload_patterns),
        ]
        acknowledge(role, "IAM5", _PREFIXES_OF_KEYS, findings=wildcards)
        return role

    def _statements(self, rights: Rights) -> Iterable[iam.PolicyStatement]:
        return statements(
            rights,
            uploads=self._storage.uploads,
            artifacts=self._storage.artifacts,
            queues=self._queues,
            seal_keys=self._seal_keys,
            secrets=list(self._secrets.values()),
        )

    def _environment(self) -> dict[str, str]:
        """Return the environment variables; they contain ids of secrets, but no secrets."""
        secrets = {name: secret.secret_arn for name, secret in self._secrets.items()}
        accepted = self._seal_keys.accepted
        return {
            **self._authentication.settings,
            **secrets,
            "MINI_ML_STAGE": self._deployment.name,
            "MINI_ML_METRICS": "emf",
            "MINI_ML_UPLOADS_BUCKET": self._storage.uploads.bucket_name,
            "MINI_ML_ARTIFACTS_BUCKET": self._storage.artifacts.bucket_name,
            "MINI_ML_TRAIN_QUEUE_URL": self._queues["train"].queue_url,
            "MINI_ML_PREDICT_QUEUE_URL": self._queues["predict"].queue_url,
            "MINI_ML_SEAL_KEY_ID": self._seal_keys.signing.key_arn,
            **({"MINI_ML_ACCEPTED_SEAL_KEYS": json.dumps(accepted)} if accepted else {}),
            "MINI_ML_EVENTS": "eventbridge",
            **ONE_THREAD,
        }

    def _add_triggers(self, function: Function) -> None:
        """Add the queue and the schedule that invoke the function."""
        made = self.by_name[function.name]
        if function.queue is not None:
            made.add_event_source(
                sources.SqsEventSource(
                    self._queues[function.queue],
                    batch_size=1,
                    max_concurrency=self._deployment.workers_at_once,
                    report_batch_item_failures=True,
                )
            )
        if function.sweeps:
            made.configure_async_invoke(retry_attempts=0, max_event_age=_SWEEP_AGE)
            every = Duration.seconds(self._deployment.stage.sweep_every_seconds)
            events.Rule(
                self,
                "Sweep",
                description="Starts the sweep, which finds open jobs without a worker and orphaned uploads.",
                schedule=events.Schedule.rate(every),
                targets=[targets.LambdaFunction(made, retry_attempts=0, max_event_age=_SWEEP_AGE)],
            )


def _left_out(service: Service) -> list[str]:
    """Return the paths that do not belong to a service's image, so that changes in them do not redeploy it."""
    others = [f"functions/{other}" for other in get_args(Service) if other != service]
    return [*others, "requirements/*", f"!requirements/{service}.txt"]


def log_retention(days: int) -> logs.RetentionDays:
    """Return the CDK constant for a log retention in days. Raises KeyError if there is none."""
    return {
        14: logs.RetentionDays.TWO_WEEKS,
        90: logs.RetentionDays.THREE_MONTHS,
    }[days]
