"""Permissions of each function.

Wildcards are used only after a key prefix or in place of a model name, and all of them are listed here. No function may
delete object versions, so everything that was published can be restored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs

from infra.constructs.seal import SealKeys
from mini_ml.topology import PREDICT_PREFIX, TRAIN_PREFIX, FunctionName, QueueName
from mini_ml.topology.job_events import EVENT_SOURCE, EVENT_TYPES

SealAction = Literal["kms:GenerateMac", "kms:VerifyMac"]

_MANIFESTS: Final = "models/*/versions/*"
_ALIASES: Final = "models/*/aliases/*"
_TRAINED: Final = "models/*/artifacts/*"
_MODEL_FILES: Final = "models/*/artifacts/*/model.joblib"
_PLANS: Final = "models/*/artifacts/*/plan.npz"
_PROFILES: Final = "models/*/artifacts/*/profile.json"
_REJECTS: Final = "models/*/artifacts/*/rejects.csv"
_PREDICTIONS: Final = "predictions/*"
_DRIFT: Final = "drift/*"
_JOBS: Final = "jobs/*"
_OPEN_JOBS: Final = "jobs/open/*"
_SWEEP: Final = "sweep/*"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Permissions of a function: key patterns by bucket and operation, queues, and the seal key."""

    reads: tuple[str, ...]
    """Artifacts whose latest version the function reads."""
    reads_versions: tuple[str, ...] = ()
    """Artifacts that the function reads by version id."""
    writes: tuple[str, ...] = ()
    """Artifacts that the function writes."""
    streams: tuple[str, ...] = ()
    """Artifacts that the function writes as multipart uploads, which it must be able to abort."""
    removes: tuple[str, ...] = ()
    """Artifacts that the function deletes with a delete marker."""
    finds_uploads: tuple[str, ...] = ()
    """Uploads whose latest version the function reads."""
    reads_uploads: tuple[str, ...] = ()
    """Uploads that the function reads by version id."""
    writes_uploads: tuple[str, ...] = ()
    """Uploads that the function writes."""
    lists_versions: bool = False
    """Whether the function lists the versions of uploads, as the sweep does."""
    sends: tuple[QueueName, ...] = ()
    """Queues to which the function sends messages and whose length it reads."""
    seal: SealAction | None = None
    """How the function uses the seal key."""
    authenticates: bool = False
    """Whether the function authenticates requests and therefore reads the admin key and the digests of other keys."""

    @property
    def ends_jobs(self) -> bool:
        """Whether the function ends jobs: it removes their open markers, and first sends the event about the end."""
        return _OPEN_JOBS in self.removes

    @property
    def patterns(self) -> set[str]:
        """All key patterns in the artifacts bucket."""
        return {*self.reads, *self.reads_versions, *self.writes, *self.removes}

    @property
    def upload_patterns(self) -> set[str]:
        """All key patterns in the uploads bucket."""
        return {*self.finds_uploads, *self.reads_uploads, *self.writes_uploads}


_TRAIN_UPLOADS: Final = f"{TRAIN_PREFIX}*"
_PREDICT_UPLOADS: Final = f"{PREDICT_PREFIX}*"

RIGHTS: Final[Mapping[FunctionName, Rights]] = {
    "api": Rights(
        reads=(_JOBS, _MANIFESTS, _ALIASES, _REJECTS, _PREDICTIONS, _DRIFT),
        reads_versions=(_PROFILES,),
        writes=(_JOBS, _ALIASES),
        removes=(_OPEN_JOBS,),
        finds_uploads=(_TRAIN_UPLOADS, _PREDICT_UPLOADS),
        writes_uploads=(_TRAIN_UPLOADS, _PREDICT_UPLOADS),
        sends=("train", "predict"),
        seal="kms:VerifyMac",
        authenticates=True,
    ),
    "sweeper": Rights(
        reads=(_JOBS, _MANIFESTS, _SWEEP),
        writes=(_JOBS, _SWEEP),
        removes=(_OPEN_JOBS,),
        finds_uploads=(_TRAIN_UPLOADS, _PREDICT_UPLOADS),
        reads_uploads=(_TRAIN_UPLOADS, _PREDICT_UPLOADS),
        lists_versions=True,
        sends=("train", "predict"),
    ),
    "trainer": Rights(
        reads=(_JOBS, _MANIFESTS, _TRAINED),
        reads_versions=(_PROFILES,),
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
        authenticates=True,
    ),
    "predict-batch": Rights(
        reads=(_JOBS, _MANIFESTS, _ALIASES, _PREDICTIONS),
        reads_versions=(_MODEL_FILES, _PROFILES),
        writes=(_JOBS, _PREDICTIONS, _DRIFT),
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
    seal_keys: SealKeys,
    secrets: Sequence[secretsmanager.ISecret],
) -> Iterable[iam.PolicyStatement]:
    """Yield the IAM policy statements of a function, one per resource and kind of access."""
    # s3:ListBucket has no condition on the prefix: S3 returns 404 for missing keys only to roles that may list the
    # bucket, and 403 to others, which the platform treats as unavailable storage.
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
        signs = rights.seal == "kms:GenerateMac"
        yield _allow([rights.seal], [seal_keys.signing.key_arn] if signs else seal_keys.verifying)
    if rights.authenticates and secrets:
        yield _allow(["secretsmanager:GetSecretValue"], [secret.secret_arn for secret in secrets])
    if rights.ends_jobs:
        yield _job_events(Stack.of(artifacts))


def _objects(bucket: s3.IBucket, patterns: Iterable[str], *actions: str) -> Iterable[iam.PolicyStatement]:
    resources = [bucket.arn_for_objects(pattern) for pattern in patterns]
    return [_allow(list(actions), resources)] if resources else []


def _allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources)


def _job_events(stack: Stack) -> iam.PolicyStatement:
    bus = stack.format_arn(service="events", resource="event-bus", resource_name="default")
    conditions = {"StringEquals": {"events:source": EVENT_SOURCE, "events:detail-type": list(EVENT_TYPES)}}
    return iam.PolicyStatement(actions=["events:PutEvents"], resources=[bus], conditions=conditions)
