"""Managed policies for people and programs that use the S3 entry point. They have no effect until you attach them."""

from typing import Final

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgements import acknowledge, keys_below
from infra.constructs.storage import Storage
from mini_ml.topology import PREDICT_PREFIX, TRAIN_PREFIX

_UPLOADED: Final = (f"{TRAIN_PREFIX}*", f"{PREDICT_PREFIX}*")
_READ: Final = ("jobs/*", "models/*", "predictions/*")
_MODELS: Final = ("models/*",)
_KEYS: Final = (
    "Keys contain the names of models and files, which users choose. The policy is limited to fixed prefixes of one "
    "bucket, and grants no way to delete or to read what others have uploaded."
)


class AccessPolicies(Construct):
    """The policies uploader and reader. Their names are generated, as two regions of an account share them."""

    def __init__(self, scope: Construct, id: str, *, storage: Storage, stage_name: str) -> None:
        super().__init__(scope, id)
        self.uploader = _policy(
            self,
            "Uploader",
            f"Upload files to train on and to score, to Mini-ML-Platform, stage {stage_name}",
            [_objects(storage.uploads, _UPLOADED, "s3:PutObject", "s3:AbortMultipartUpload")],
            findings=keys_below(storage.uploads, _UPLOADED),
        )
        self.reader = _policy(
            self,
            "Reader",
            f"Read jobs, models and predictions of Mini-ML-Platform, stage {stage_name}",
            [
                # Without a condition on the prefix: otherwise S3 returns 403 for a result that does not exist yet.
                iam.PolicyStatement(actions=["s3:ListBucket"], resources=[storage.artifacts.bucket_arn]),
                _objects(storage.artifacts, _READ, "s3:GetObject"),
                _objects(storage.artifacts, _MODELS, "s3:GetObjectVersion"),
            ],
            findings=keys_below(storage.artifacts, _READ),
        )


def _policy(
    scope: Construct, id: str, description: str, statements: list[iam.PolicyStatement], *, findings: list[str]
) -> iam.ManagedPolicy:
    policy = iam.ManagedPolicy(scope, id, description=description, statements=statements)
    acknowledge(policy, "IAM5", _KEYS, findings=findings)
    return policy


def _objects(bucket: s3.IBucket, patterns: tuple[str, ...], *actions: str) -> iam.PolicyStatement:
    resources = [bucket.arn_for_objects(pattern) for pattern in patterns]
    return iam.PolicyStatement(actions=list(actions), resources=resources)
