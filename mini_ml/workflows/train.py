"""The training worker: leases the job of an upload, trains a model, stores it and publishes a version."""

import hashlib
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, BytesIO
from pathlib import Path

from mini_ml import errors, keys
from mini_ml.contracts import Artifact, Dataset, Manifest, TrainOptions, UnsealedManifest, Upload
from mini_ml.jobs import intake, outcome
from mini_ml.jobs.lease import JobLease, acquire_lease
from mini_ml.ml.model import artifact, packing
from mini_ml.ml.plan import store as plans
from mini_ml.ml.training.train import Trained, split_document, train
from mini_ml.ports import Cloud
from mini_ml.workflows import transfer
from mini_ml.workflows.publish import publish_version
from mini_ml.workflows.rejects import store_rejects

SEED = 0


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """The objects that a training has stored; nothing refers to them until the manifest is published."""

    artifact: Artifact
    plan: Artifact | None


@dataclass(frozen=True, kw_only=True)
class _Dataset:
    """The downloaded dataset."""

    path: Path
    upload: Upload
    sha256: str


def train_upload(cloud: Cloud, upload: Upload, *, workdir: Path, threads: int = 1) -> None:
    """Train a model on one uploaded object, unless its job has ended or another worker has it.

    A second delivery of the same event changes nothing. An error about the client's data fails the job and does not
    leave this function; any other error gives the job back to its queue and is raised (see `JobLease`).

    Args:
        cloud: the ports.
        upload: the object version that the event named.
        workdir: an empty folder, with room for files as large as the dataset.
        threads: number of trees of a forest fitted at the same time.
    """
    lease = acquire_lease(cloud, upload, timeout_seconds=cloud.stage.trainer_timeout_seconds)
    if lease is None:
        return
    with lease:  # renews the lease, and records in the job how the block ends
        lease.succeed_training(_train_unless_published(cloud, lease, workdir, threads))


def _train_unless_published(cloud: Cloud, lease: JobLease, workdir: Path, threads: int) -> Manifest:
    """Return the manifest that an earlier attempt published, else train and publish."""
    model_name, options = lease.job.model_name, lease.job.train
    if model_name is None or options is None:
        raise errors.InvalidName("The upload names no model that could be trained.", issues=[intake.NO_MODEL])
    return outcome.find_published(cloud, lease.job) or _train(cloud, lease, model_name, options, workdir, threads)


def _train(
    cloud: Cloud, lease: JobLease, model_name: str, options: TrainOptions, workdir: Path, threads: int
) -> Manifest:
    dataset, limits = _download_dataset(cloud, lease, workdir), cloud.stage.training_limits
    trained = train(dataset.path, options, limits=limits, seed=SEED, threads=threads, checkpoint=lease.checkpoint)
    stored = _store_artifacts(cloud, lease, model_name, trained, workdir)
    lease.checkpoint(trained.rows, dataset.path.stat().st_size)
    uploaded_at = lease.job.upload.uploaded_at or lease.job.created_at
    build_manifest = partial(_build_manifest, cloud, lease, model_name, trained, dataset, stored)
    return publish_version(cloud, lease, model_name, uploaded_at, build_manifest)


def _download_dataset(cloud: Cloud, lease: JobLease, workdir: Path) -> _Dataset:
    upload = lease.job.upload
    path = workdir / "dataset.csv"
    digest = transfer.download(cloud.uploads, upload, path, max_bytes=cloud.stage.limits.upload_bytes)
    return _Dataset(path=path, upload=upload, sha256=digest)


def _store_artifacts(cloud: Cloud, lease: JobLease, model_name: str, trained: Trained, workdir: Path) -> _Stored:
    """Store the artifact, the scoring plan, the split and the bad rows under this attempt's keys."""
    path, limit = workdir / "model.joblib", cloud.stage.limits.artifact_bytes
    artifact.dump(trained.model, path)
    size = path.stat().st_size
    _check_size(size, limit)
    packing.pack(path)
    with path.open("rb") as file:
        model = _store_artifact(cloud, _artifact_key(lease, model_name, path.name), file, unpacked_size=size)
    plan = None
    if trained.plan is not None:
        body, size = BytesIO(trained.plan), plans.unpacked_size(BytesIO(trained.plan))
        if size <= limit:  # without a plan, the artifact itself is served
            plan = _store_artifact(cloud, _artifact_key(lease, model_name, "plan.npz"), body, unpacked_size=size)
    split = _artifact_key(lease, model_name, "split.json")
    transfer.put_bytes_once(cloud.artifacts, split, split_document(trained))
    store_rejects(cloud.artifacts, _artifact_key(lease, model_name, keys.REJECTS), trained.bad_rows)
    return _Stored(artifact=model, plan=plan)


def _check_size(size: int, limit: int) -> None:
    """Raise LimitExceeded if the model would take too much memory where it is loaded, however well it compresses."""
    if size <= limit:
        return
    raise errors.LimitExceeded(
        f"The trained model has {size:,} bytes before compression; at most {limit:,} are allowed.",
        issues=[
            errors.Issue(
                limit="artifact_bytes",
                parameter="model_params",
                reason=f"{size:,} bytes before compression, and the limit is {limit:,}",
                hint="use fewer or shallower trees, fewer rows, or another model type",
            )
        ],
    )


def _artifact_key(lease: JobLease, model_name: str, filename: str) -> str:
    return keys.artifact(model_name, lease.job.job_id, lease.job.attempt, filename)


def _store_artifact(cloud: Cloud, key: str, file: BufferedReader | BytesIO, *, unpacked_size: int) -> Artifact:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    head = transfer.put_once(cloud.artifacts, key, file)
    return Artifact(key=key, version_id=head.version_id, size=head.size, sha256=digest, unpacked_size=unpacked_size)


def _build_manifest(
    cloud: Cloud,
    lease: JobLease,
    model_name: str,
    trained: Trained,
    dataset: _Dataset,
    stored: _Stored,
    *,
    version: int,
    superseded: bool,
) -> UnsealedManifest:
    return UnsealedManifest(
        model_name=model_name,
        version=version,
        superseded=superseded,
        job_id=lease.job.job_id,
        attempt=lease.job.attempt,
        created_at=cloud.now(),
        task=trained.schema.task,
        target=trained.schema.target,
        model_schema=trained.schema,
        model_type=trained.model_type,
        model_params=trained.model_params,
        metrics=trained.metrics,
        candidates=trained.candidates,
        notes=trained.notes,
        file=trained.file,
        warnings=trained.warnings,
        columns=trained.columns,
        dataset=_describe_dataset(lease, trained, dataset),
        artifact=stored.artifact,
        plan=stored.plan,
        libraries=artifact.libraries(),
        seed=SEED,
    )


def _describe_dataset(lease: JobLease, trained: Trained, dataset: _Dataset) -> Dataset:
    return Dataset(
        bucket=dataset.upload.bucket,
        key=dataset.upload.key,
        version_id=dataset.upload.version_id or "",
        sha256=dataset.sha256,
        bytes=dataset.path.stat().st_size,
        rows=trained.rows,
        rows_without_target=trained.rows_without_target,
        training_rows=trained.training_rows,
        holdout_rows=len(trained.holdout_rows),
        uploaded_at=lease.job.upload.uploaded_at or lease.job.created_at,
    )
