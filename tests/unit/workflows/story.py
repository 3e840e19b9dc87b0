"""Helpers that upload, submit and lease on an in-memory cloud, and a clock that tests set."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import (
    Artifact,
    Dataset,
    Manifest,
    RegressionMetrics,
    Schema,
    TrainOptions,
    UnsealedManifest,
    Upload,
)
from mini_ml.jobs import submit
from mini_ml.jobs.job import Job
from mini_ml.jobs.lease import JobLease, acquire_lease
from mini_ml.ports import ObjectHead
from mini_ml.workflows.publish import publish_version

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that tests move forward."""

    at: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def build_upload(cloud: MemoryCloud, head: ObjectHead) -> Upload:
    return Upload(
        bucket=cloud.uploads.bucket,
        key=head.key,
        version_id=head.version_id,
        size=head.size,
        uploaded_at=head.modified,
    )


def put_upload(cloud: MemoryCloud, key: str, **metadata: str) -> Upload:
    """Upload a small CSV as `aws s3 cp` does, and return the upload of its event."""
    named = {name.replace("_", "-"): value for name, value in metadata.items()}
    return build_upload(cloud, cloud.uploads.put(key, b"a,b\n1,2\n", metadata=named))


def submit_training(cloud: MemoryCloud, model_name: str = "iris") -> Job:
    return submit.submit_train(cloud, model_name=model_name, options=TrainOptions(), filename="a.csv", body=b"a,b\n")


def lease_upload(cloud: MemoryCloud, upload: Upload) -> JobLease:
    lease = acquire_lease(cloud, upload, timeout_seconds=20)
    assert lease is not None
    return lease


def load_upload(cloud: MemoryCloud, job: Job) -> Upload:
    return build_upload(cloud, cloud.uploads.head(job.upload.key))


@dataclass(frozen=True)
class Publisher:
    """Publishes small manifests for jobs, through the real protocol."""

    cloud: MemoryCloud

    def __call__(self, lease: JobLease, uploaded_at: datetime | None = None) -> Manifest:
        name = lease.job.model_name or ""
        moment = uploaded_at or lease.job.upload.uploaded_at or lease.job.created_at
        return publish_version(self.cloud, lease, name, moment, partial(build_manifest, lease.job, moment))


def build_manifest(job: Job, uploaded_at: datetime, *, version: int, superseded: bool) -> UnsealedManifest:
    """Return a small manifest for a job."""
    dataset = Dataset(
        bucket="uploads",
        key=job.upload.key,
        version_id="v",
        sha256="0",
        bytes=1,
        rows=1,
        training_rows=1,
        holdout_rows=0,
        uploaded_at=uploaded_at,
    )
    return UnsealedManifest(
        model_name=job.model_name or "",
        version=version,
        superseded=superseded,
        job_id=job.job_id,
        attempt=job.attempt,
        created_at=START,
        task="regression",
        target="b",
        model_schema=Schema(target="b", task="regression", labels=None, columns=()),
        model_type="Ridge",
        model_params={},
        metrics=RegressionMetrics(r2=None, mae=None, rmse=None, holdout_rows=0),
        dataset=dataset,
        artifact=Artifact(key=keys.artifact("m", job.job_id, 1, "model.joblib"), version_id="v", size=1, sha256="0"),
        libraries={"scikit-learn": "1.9.1"},
        seed=0,
    )


def list_manifests(cloud: MemoryCloud, model_name: str) -> list[str]:
    return list(cloud.artifacts.list_keys(keys.versions(model_name)))
