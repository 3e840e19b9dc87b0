"""The two buckets (private, versioned, encrypted, TLS only) and their lifecycle rules."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stages import Deployment
from mini_ml.topology import PREDICT_PREFIX, Names

_OVERWRITTEN: Final = Duration.days(15)
"""One day longer than SQS keeps messages, so that a message can still read the version that it refers to."""
_RESTORABLE: Final = Duration.days(7)
"""How long a job that was overwritten or deleted by mistake can be restored."""
_ACCESS_LOGS: Final = "access-logs/"
_JOBS: Final = "jobs/"
_SWEEP: Final = "sweep/"
_PREDICTIONS: Final = "predictions/"


class Storage(Construct):
    """The bucket `uploads`, which sends notifications about new objects, and the bucket `artifacts`."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment, names: Names, page_origin: str) -> None:
        """Create both buckets; `page_origin` is the web origin that may upload files and download results."""
        super().__init__(scope, id)
        results = Duration.days(deployment.result_retention_days)
        self.artifacts = self._bucket(
            "Artifacts",
            names.artifacts_bucket,
            _cors(page_origin, s3.HttpMethods.GET, s3.HttpMethods.HEAD),
            [
                _expiring("results", _PREDICTIONS, results),
                _expiring("access-logs", _ACCESS_LOGS, Duration.days(deployment.log_retention_days)),
                # Jobs are overwritten on every update, and only the latest state is read.
                _without_history("job-history", _JOBS, _RESTORABLE),
                _without_history("sweep-history", _SWEEP, Duration.days(1)),
            ],
        )
        self.uploads = self._bucket(
            "Uploads",
            names.uploads_bucket,
            _cors(page_origin, s3.HttpMethods.POST),
            # Nothing below `train/` expires, because manifests refer to old versions and retraining reads them.
            [_expiring("scored", PREDICT_PREFIX, results)],
            access_logs=self.artifacts,
        )

    def _bucket(
        self,
        id: str,
        name: str,
        cors: s3.CorsRule,
        rules: list[s3.LifecycleRule],
        *,
        access_logs: s3.IBucket | None = None,
    ) -> s3.Bucket:
        leftovers = s3.LifecycleRule(
            id="unfinished-multipart", abort_incomplete_multipart_upload_after=Duration.days(1)
        )
        return s3.Bucket(
            self,
            id,
            bucket_name=name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            cors=[cors],
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[leftovers, *rules],
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{_ACCESS_LOGS}uploads/" if access_logs else None,
            versioned=True,
        )


def _cors(origin: str, *methods: s3.HttpMethods) -> s3.CorsRule:
    return s3.CorsRule(
        allowed_origins=[origin],
        allowed_methods=list(methods),
        allowed_headers=["*"],
        exposed_headers=["ETag"],
        max_age=3600,
    )


def _expiring(id: str, prefix: str, after: Duration) -> s3.LifecycleRule:
    return s3.LifecycleRule(id=id, prefix=prefix, expiration=after, noncurrent_version_expiration=_OVERWRITTEN)


def _without_history(id: str, prefix: str, after: Duration) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id=id,
        prefix=prefix,
        noncurrent_version_expiration=after,
        expired_object_delete_marker=True,
    )
