"""What each function may do, and nothing else: one table per function, in the order read, write, remove.

Wildcards stand only at the end of a prefix of keys, or for the one part of a key that is a model's name, and every one
of them is here. No function may delete a version of an object, so what was published can always be found again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs

from mini_ml.topology import PREDICT_PREFIX, TRAIN_PREFIX, FunctionName, QueueName

SealAction = Literal["kms:GenerateMac", "kms:VerifyMac"]

_MANIFESTS: Final = "models/*/versions/*"
_ALIASES: Final = "models/*/aliases/*"
_TRAINED: Final = "models/*/artifacts/*"
_MODEL_FILES: Final = "models/*/artifacts/*/model.joblib"
_PLANS: Final = "models/*/artifacts/*/plan.npz"
_PREDICTIONS: Final = "predictions/*"
_JOBS: Final = "jobs/*"
_OPEN_JOBS: Final = "jobs/open/*"
_SWEEP: Final = "sweep/*"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Patterns of keys by bucket, queues, and what may be done with the key of the seal."""

    reads: tuple[str, ...]
    """In the artifacts, as all that names no bucket; the newest version."""
    reads_versions: tuple[str, ...] = ()
    """Exactly the version that a manifest names."""
    writes: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    """Of what it writes, what may be so large that it goes in parts, which a failure must take back."""
    removes: tuple[str, ...] = ()
    """By a delete marker over the newest version."""
    finds_uploads: tuple[str, ...] = ()
    """Of which no event has told the version yet."""
    reads_uploads: tuple[str, ...] = ()
    """Exactly the version that an event names."""
    writes_uploads: tuple[str, ...] = ()
    lists_versions: bool = False
    """Of the uploads; only the sweep does."""
    sends: tuple[QueueName, ...] = ()
    """And asks how much waits there."""
    seal: SealAction | None = None
    asks_callers: bool = False
    """And reads the admin key for that, where there is one."""

    @property
    def patterns(self) -> set[str]:
        """Every pattern of keys in the artifacts."""
        return {*self.reads, *self.reads_versions, *self.writes, *self.removes}

    @property
    def upload_patterns(self) -> set[str]:
        """Every pattern of keys in the uploads."""
        return {*self.finds_uploads, *self.reads_uploads, *self.writes_uploads}


_TRAIN_UPLOADS: Final = f"{TRAIN_PREFIX}*"
_PREDICT_UPLOADS: Final = f"{PREDICT_PREFIX}*"

RIGHTS: Final[Mapping[FunctionName, Rights]] = {
    "api": Rights(
        reads=(_JOBS, _MANIFESTS, _ALIASES, _PREDICTIONS, _SWEEP),
        writes=(_JOBS, _ALIASES, _SWEEP),
        removes=(_OPEN_JOBS,),
        finds_uploads=(_TRAIN_UPLOADS, _PREDICT_UPLOADS),
        reads_uploads=(_TRAIN_UPLOADS, _PREDICT_UPLOADS),
        writes_uploads=(_TRAIN_UPLOADS, _PREDICT_UPLOADS),
        lists_versions=True,
        sends=("train", "predict"),
        asks_callers=True,
    ),
    "trainer": Rights(
        reads=(_JOBS, _MANIFESTS, _TRAINED),
        writes=(_JOBS, _MANIFESTS, _TRAINED),
        streams=(_TRAINED,),
        removes=(_OPEN_JOBS,),
        reads_uploads=(_TRAIN_UPLOADS,),
        seal="kms:GenerateMac",
    ),
    "predict": Rights(
        reads=(_MANIFESTS, _ALIASES),
        reads_versions=(_MODEL_FILES, _PLANS),
        seal="kms:VerifyMac",
        asks_callers=True,
    ),
    "predict-batch": Rights(
        reads=(_JOBS, _MANIFESTS, _ALIASES, _PREDICTIONS),
        reads_versions=(_MODEL_FILES,),
        writes=(_JOBS, _PREDICTIONS),
        streams=(_PREDICTIONS,),
        removes=(_OPEN_JOBS,),
        reads_uploads=(_PREDICT_UPLOADS,),
        seal="kms:VerifyMac",
    ),
}


def statements(
    rights: Rights,
    *,
    uploads: s3.IBucket,
    artifacts: s3.IBucket,
    queues: Mapping[QueueName, sqs.IQueue],
    seal_key: kms.IKey,
    admin_key: secretsmanager.ISecret | None,
) -> Iterable[iam.PolicyStatement]:
    """Yield the statements of a function's policy, one for each way to use each resource."""
    # Listing is for a whole bucket, without a condition on the prefix: S3 answers a missing key with 404 only to who
    # may list the bucket, and with 403 to others, which to us means that the storage is away.
    yield _allow(["s3:ListBucket"], [artifacts.bucket_arn])
    yield from _objects(artifacts, rights.reads, "s3:GetObject")
    yield from _objects(artifacts, rights.reads_versions, "s3:GetObjectVersion")
    yield from _objects(artifacts, rights.writes, "s3:PutObject")
    yield from _objects(artifacts, rights.streams, "s3:AbortMultipartUpload")
    yield from _objects(artifacts, rights.removes, "s3:DeleteObject")
    if rights.upload_patterns:
        versions = ["s3:ListBucketVersions"] if rights.lists_versions else []
        yield _allow(["s3:ListBucket", *versions], [uploads.bucket_arn])
    yield from _objects(uploads, rights.finds_uploads, "s3:GetObject")
    yield from _objects(uploads, rights.reads_uploads, "s3:GetObjectVersion")
    yield from _objects(uploads, rights.writes_uploads, "s3:PutObject")
    if rights.sends:
        arns = [queues[name].queue_arn for name in rights.sends]
        yield _allow(["sqs:SendMessage", "sqs:GetQueueAttributes"], arns)
    if rights.seal:
        yield _allow([rights.seal], [seal_key.key_arn])
    if rights.asks_callers and admin_key is not None:
        yield _allow(["secretsmanager:GetSecretValue"], [admin_key.secret_arn])


def _objects(bucket: s3.IBucket, patterns: Iterable[str], *actions: str) -> Iterable[iam.PolicyStatement]:
    resources = [bucket.arn_for_objects(pattern) for pattern in patterns]
    return [_allow(list(actions), resources)] if resources else []


def _allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources)
