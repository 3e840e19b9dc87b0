"""The whole platform of one stage as one stack."""

from typing import Final

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.authentication import Authentication
from infra.constructs.admin_key import admin_key
from infra.constructs.api import Api, GatewayLogs
from infra.constructs.functions import Functions
from infra.constructs.queues import Queues
from infra.constructs.seal import seal_key
from infra.constructs.storage import Storage
from infra.stages import Deployment
from mini_ml.topology import PROJECT, TRAIN_PREFIX, aws_names

_CURL: Final = 'curl -H "Authorization: Bearer $MINI_ML_API_KEY"'


class MiniMlStack(Stack):
    """Storage, queues, functions and the API, in the order in which they need each other."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        authentication: Authentication,
        env: Environment | None = None,
        seal_key_arn: str | None = None,
    ) -> None:
        """Compose the stack.

        Args:
            deployment: what the stage is made of.
            authentication: who may call.
            env: account and region; without them the template fits any, and CloudFormation fills in the names.
            seal_key_arn: the key of an earlier stack, whose models then go on being served; None for a new key.
        """
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=f"{PROJECT}-{deployment.name}",
            description=f"Mini-ML-Platform, stage {deployment.name}",
            analytics_reporting=False,
            termination_protection=deployment.name == "prod",
            tags={"project": PROJECT, "stage": deployment.name},
        )
        names = aws_names(deployment.stage, account=self.account, region=self.region)
        gateway_logs = GatewayLogs(self, "GatewayLogs")
        api = Api(self, "Api", deployment=deployment, names=names)
        api.rest_api.deployment_stage.node.add_dependency(gateway_logs.account)
        storage = Storage(self, "Storage", deployment=deployment, names=names, page_origin=api.origin)
        queues = Queues(self, "Queues", deployment=deployment, names=names)
        queues.announce(storage.uploads, bucket_name=names.uploads_bucket, account=self.account)
        key = seal_key(self, "SealKey", adopted_arn=seal_key_arn, stage_name=deployment.name)
        secret = admin_key(self, "AdminKey", stage_name=deployment.name) if authentication.asks else None
        functions = Functions(
            self,
            "Functions",
            deployment=deployment,
            names=names,
            storage=storage,
            queues=queues.by_name,
            seal_key=key,
            authentication=authentication,
            admin_key=secret,
        )
        api.serve({"api": functions.by_name["api"], "predict": functions.by_name["predict"]})
        self._tell(api, storage, key, curl=_CURL if authentication.asks else "curl")
        if secret is not None:
            self._tell_key(secret)

    def _tell(self, api: Api, storage: Storage, key: kms.IKey, *, curl: str) -> None:
        url, uploads = api.rest_api.url, storage.uploads.bucket_name
        train = f"{TRAIN_PREFIX}iris/"
        told = {
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
        for name, value in told.items():
            CfnOutput(self, name, value=value)

    def _tell_key(self, secret: secretsmanager.ISecret) -> None:
        """Tell how the key is read, which is a right; the key itself is told nowhere."""
        read = f"aws secretsmanager get-secret-value --region {self.region} --secret-id {secret.secret_arn}"
        CfnOutput(self, "AdminKeyArn", value=secret.secret_arn)
        CfnOutput(self, "ReadAdminKey", value=f"export MINI_ML_API_KEY=$({read} --query SecretString --output text)")
