"""The training worker: leases the job of an upload, trains a model, stores it and publishes a version."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mini_ml import errors
from mini_ml.contracts import Dataset, Manifest, TrainingProgress, TrainOptions, UnsealedManifest, Upload
from mini_ml.jobs import intake, outcome
from mini_ml.jobs.lease import JobLease, acquire_lease
from mini_ml.ml.model import artifact
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.ports import Cloud
from mini_ml.workflows import transfer
from mini_ml.workflows.model_files import ModelFiles, ModelFolder, store_model_files
from mini_ml.workflows.publish import publish_version
from mini_ml.workflows.reports import store_report_if_possible

SEED = 0


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
        manifest = _train_unless_published(cloud, lease, workdir, threads)
        store_report_if_possible(cloud, manifest)
        lease.succeed_training(manifest)


def _train_unless_published(cloud: Cloud, lease: JobLease, workdir: Path, threads: int) -> Manifest:
    """Return the manifest that an earlier attempt published, else train and publish."""
    model_name, options = lease.job.model_name, lease.job.train
    if model_name is None or options is None:
        raise errors.InvalidName("The upload names no model that could be trained.", issues=[intake.NO_MODEL])
    return outcome.find_published(cloud, lease.job) or _train(cloud, lease, model_name, options, workdir, threads)


def _train(
    cloud: Cloud, lease: JobLease, model_name: str, options: TrainOptions, workdir: Path, threads: int
) -> Manifest:
    lease.report(TrainingProgress(stage="reading"))
    dataset, limits = _download_dataset(cloud, lease, workdir), cloud.stage.training_limits
    trained = train(
        dataset.path,
        options,
        limits=limits,
        seed=SEED,
        threads=threads,
        cores=cloud.stage.training_cores,
        checkpoint=lease.checkpoint,
        report=lease.report,
        clock=lambda: cloud.now().timestamp(),
    )
    _report_storing(lease)
    folder = ModelFolder(cloud.artifacts, model_name, lease.job.job_id, lease.job.attempt)
    stored = store_model_files(folder, trained, options, workdir=workdir, limits=cloud.stage.limits)
    lease.checkpoint(trained.rows, dataset.path.stat().st_size)
    uploaded_at = lease.job.upload.uploaded_at or lease.job.created_at
    build_manifest = partial(_build_manifest, cloud, lease, model_name, trained, dataset, stored)
    return publish_version(cloud, lease, model_name, uploaded_at, build_manifest)


def _report_storing(lease: JobLease) -> None:
    """Report that the model is being stored, with what the training last reported about its candidates."""
    reached = lease.progress.training or TrainingProgress(stage="storing")
    lease.report(reached.model_copy(update={"stage": "storing"}))


def _download_dataset(cloud: Cloud, lease: JobLease, workdir: Path) -> _Dataset:
    upload = lease.job.upload
    path = workdir / "dataset.csv"
    digest = transfer.download(cloud.uploads, upload, path, max_bytes=cloud.stage.limits.upload_bytes)
    return _Dataset(path=path, upload=upload, sha256=digest)


def _build_manifest(
    cloud: Cloud,
    lease: JobLease,
    model_name: str,
    trained: Trained,
    dataset: _Dataset,
    stored: ModelFiles,
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
        members=trained.members,
        candidates=trained.candidates,
        threshold=trained.threshold,
        refitted=trained.refitted,
        notes=trained.notes,
        file=trained.file,
        warnings=trained.warnings,
        columns=trained.columns,
        dataset=_describe_dataset(lease, trained, dataset),
        artifact=stored.artifact,
        plan=stored.plan,
        holdout_predictions=stored.holdout_predictions,
        profile=stored.profile,
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
