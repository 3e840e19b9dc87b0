"""The CDK stack of one stage."""

from typing import Final

from aws_cdk import CfnOutput, Environment, Stack, Tags
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.authentication import Authentication
from infra.constructs.api import Api, GatewayLogs
from infra.constructs.functions import Functions
from infra.constructs.operations import Operations
from infra.constructs.private_endpoint import make_private
from infra.constructs.queues import Queues
from infra.constructs.seal import SealKeys, make_seal_alias, make_seal_key
from infra.constructs.secrets import make_admin_key, make_stored_api_keys
from infra.constructs.storage import Storage
from infra.key_arns import split_key_arns
from infra.options import Options
from infra.stages import Deployment
from mini_ml.topology import PROJECT, TRAIN_PREFIX, aws_names

_CURL: Final = 'curl -H "Authorization: Bearer $MINI_ML_API_KEY"'


class MiniMlStack(Stack):
    """Storage, queues, functions, the REST API, and what watches them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        authentication: Authentication,
        options: Options,
        env: Environment | None = None,
        seal_key_arn: str | None = None,
        accepted_seal_key_arns: str | None = None,
    ) -> None:
        """Create the stack.

        Args:
            deployment: parameters of the stage.
            authentication: authentication settings of the services.
            options: alarms, budget and private endpoint.
            env: account and region; None creates a template for any account and region.
            seal_key_arn: existing key that seals models; None creates a key.
            accepted_seal_key_arns: further keys whose seals are accepted, separated by spaces, such as an earlier key.
        """
        tags = {"project": PROJECT, "stage": deployment.name}
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=f"{PROJECT}-{deployment.name}",
            description=f"Mini-ML-Platform, stage {deployment.name}",
            analytics_reporting=False,
            termination_protection=deployment.name == "prod",
            tags=tags,
        )
        for tag, value in tags.items():
            Tags.of(self).add(tag, value)
        names = aws_names(deployment.stage, account=self.account, region=self.region)
        api = Api(self, "Api", deployment=deployment, names=names)
        if deployment.sets_account_log_role:
            api.rest_api.deployment_stage.node.add_dependency(GatewayLogs(self, "GatewayLogs").account)
        storage = Storage(self, "Storage", deployment=deployment, names=names, page_origin=api.origin)
        queues = Queues(self, "Queues", deployment=deployment, names=names)
        queues.announce(storage.uploads, bucket_name=names.uploads_bucket, account=self.account)
        key = make_seal_key(self, "SealKey", adopted_arn=seal_key_arn, stage_name=deployment.name)
        make_seal_alias(self, "SealAlias", key=key, names=names)
        secret = make_admin_key(self, "AdminKey", stage_name=deployment.name) if authentication.is_on else None
        keys = (
            make_stored_api_keys(self, "ApiKeys", entries=authentication.api_keys, stage_name=deployment.name)
            if authentication.is_on and authentication.api_keys
            else None
        )
        functions = Functions(
            self,
            "Functions",
            deployment=deployment,
            names=names,
            storage=storage,
            queues=queues.by_name,
            seal_keys=SealKeys(signing=key, accepted=split_key_arns(accepted_seal_key_arns)),
            authentication=authentication,
            admin_key=secret,
            api_keys=keys,
        )
        api.serve({"api": functions.by_name["api"], "predict": functions.by_name["predict"]})
        if options.vpc_endpoint_id is not None:
            make_private(api.rest_api, options.vpc_endpoint_id)
        Operations(self, "Operations", deployment=deployment, names=names, options=options, storage=storage, tags=tags)
        self._add_outputs(api, storage, key, curl=_CURL if authentication.is_on else "curl")
        if secret is not None:
            self._add_key_outputs(secret)

    def _add_outputs(self, api: Api, storage: Storage, key: kms.IKey, *, curl: str) -> None:
        url, uploads = api.rest_api.url, storage.uploads.bucket_name
        train = f"{TRAIN_PREFIX}iris/"
        outputs = {
            "ApiUrl": url,
            "UploadsBucket": uploads,
            "ArtifactsBucket": storage.artifacts.bucket_name,
            "SealKeyArn": key.key_arn,
            "TrainByHttp": f"{curl} -X POST {url}train -F 'dataset_file=@samples/iris.csv' -F 'target_column=variety'",
            "PredictByHttp": f"{curl} -X POST {url}predict -F 'input_file=@samples/iris_predict.csv'",
            "TrainByS3": (
                f'aws s3 cp samples/iris.csv s3://{uploads}/{train} --metadata \'{{"target-column":"variety"}}\''
            ),
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)

    def _add_key_outputs(self, secret: secretsmanager.ISecret) -> None:
        """Add the command that reads the admin key, which needs permission; the key itself is not an output."""
        read = f"aws secretsmanager get-secret-value --region {self.region} --secret-id {secret.secret_arn}"
        CfnOutput(self, "AdminKeyArn", value=secret.secret_arn)
        CfnOutput(self, "ReadAdminKey", value=f"export MINI_ML_API_KEY=$({read} --query SecretString --output text)")
