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
from aws_cdk import aws_sqs as sqs

from mini_ml.topology import PREDICT_PREFIX, TRAIN_PREFIX, FunctionName, QueueName

SealAction = Literal["kms:GenerateMac", "kms:VerifyMac"]

_MANIFESTS: Final = "models/*/versions/*"
_ALIASES: Final = "models/*/aliases/*"
_TRAINED: Final = "models/*/artifacts/*"
_MODEL_FILES: Final = "models/*/artifacts/*/model.joblib"
_PREDICTIONS: Final = "predictions/*"
_JOBS: Final = "jobs/*"
_OPEN_JOBS: Final = "jobs/open/*"
_SWEEP: Final = "sweep/*"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Patterns of keys by bucket, queues, and what may be done with the key of the seal."""

    reads_uploads: tuple[str, ...] = ()
    """Reading includes exactly the version that an event names."""
    writes_uploads: tuple[str, ...] = ()
    lists_versions: bool = False
    """Of the uploads; only the sweep does."""
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    """Of what it writes, what may be so large that it goes in parts, which a failure must take back."""
    removes: tuple[str, ...] = ()
    """By a delete marker over the newest version."""
    sends: tuple[QueueName, ...] = ()
    measures: tuple[QueueName, ...] = ()
    seal: SealAction | None = None

    @property
    def patterns(self) -> set[str]:
        """Every pattern of keys in the artifacts."""
        return {*self.reads, *self.writes, *self.removes}

    @property
    def upload_patterns(self) -> set[str]:
        """Every pattern of keys in the uploads."""
        return {*self.reads_uploads, *self.writes_uploads}


RIGHTS: Final[Mapping[FunctionName, Rights]] = {
    "api": Rights(
        reads_uploads=(f"{TRAIN_PREFIX}*", f"{PREDICT_PREFIX}*"),
        writes_uploads=(f"{TRAIN_PREFIX}*", f"{PREDICT_PREFIX}*"),
        lists_versions=True,
        reads=(_JOBS, _MANIFESTS, _ALIASES, _PREDICTIONS, _SWEEP),
        writes=(_JOBS, _ALIASES, _SWEEP),
        removes=(_OPEN_JOBS,),
        sends=("train", "predict"),
        measures=("train", "predict"),
    ),
    "trainer": Rights(
        reads_uploads=(f"{TRAIN_PREFIX}*",),
        reads=(_JOBS, _MANIFESTS, _TRAINED),
        writes=(_JOBS, _MANIFESTS, _TRAINED),
        streams=(_TRAINED,),
        removes=(_OPEN_JOBS,),
        sends=("train",),
        seal="kms:GenerateMac",
    ),
    "predict": Rights(reads=(_MANIFESTS, _ALIASES, _MODEL_FILES), seal="kms:VerifyMac"),
    "predict-batch": Rights(
        reads_uploads=(f"{PREDICT_PREFIX}*",),
        reads=(_JOBS, _MANIFESTS, _ALIASES, _MODEL_FILES, _PREDICTIONS),
        writes=(_JOBS, _PREDICTIONS),
        streams=(_PREDICTIONS,),
        removes=(_OPEN_JOBS,),
        sends=("predict",),
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
) -> Iterable[iam.PolicyStatement]:
    """Yield the statements of a function's policy, one for each way to use each resource."""
    # Listing is for a whole bucket, without a condition on the prefix: S3 answers a missing key with 404 only to who
    # may list the bucket, and with 403 to others, which to us means that the storage is away.
    yield _allow(["s3:ListBucket"], [artifacts.bucket_arn])
    yield from _objects(artifacts, rights.reads, "s3:GetObject", "s3:GetObjectVersion")
    yield from _objects(artifacts, rights.writes, "s3:PutObject")
    yield from _objects(artifacts, rights.streams, "s3:AbortMultipartUpload")
    yield from _objects(artifacts, rights.removes, "s3:DeleteObject")
    if rights.reads_uploads:
        versions = ["s3:ListBucketVersions"] if rights.lists_versions else []
        yield _allow(["s3:ListBucket", *versions], [uploads.bucket_arn])
    yield from _objects(uploads, rights.reads_uploads, "s3:GetObject", "s3:GetObjectVersion")
    yield from _objects(uploads, rights.writes_uploads, "s3:PutObject")
    if rights.sends:
        yield _allow(["sqs:SendMessage"], [queues[name].queue_arn for name in rights.sends])
    if rights.measures:
        yield _allow(["sqs:GetQueueAttributes"], [queues[name].queue_arn for name in rights.measures])
    if rights.seal:
        yield _allow([rights.seal], [seal_key.key_arn])


def _objects(bucket: s3.IBucket, patterns: Iterable[str], *actions: str) -> Iterable[iam.PolicyStatement]:
    resources = [bucket.arn_for_objects(pattern) for pattern in patterns]
    return [_allow(list(actions), resources)] if resources else []


def _allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources)
