"""Jobs that come over HTTP: the job is written first, then its file, which arrives as an S3 event like any other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mini_ml import errors, keys
from mini_ml.contracts import Kind, PredictOptions, TrainOptions, Upload
from mini_ml.correlation import CORRELATION_ID_METADATA
from mini_ml.jobs import outcome, store
from mini_ml.jobs.intake import JOB_ID_METADATA
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_log import add_job_fields
from mini_ml.jobs.store import Record
from mini_ml.ports import Cloud, PresignedPost
from mini_ml.registry import aliases


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A job that waits for its file, and the presigned form that uploads the file to S3."""

    job: Job
    post: PresignedPost
    max_bytes: int
    expires_at: datetime


def submit_train(
    cloud: Cloud,
    *,
    model_name: str,
    options: TrainOptions,
    filename: str,
    body: bytes,
    correlation_id: str | None = None,
) -> Job:
    """Queue a training of the CSV in `body`. Raises InvalidName or StorageUnavailable."""
    job = _build_job(cloud, "train", model_name, filename, train=options, has_file=True, correlation_id=correlation_id)
    return _write_with_file(cloud, job, body)


def submit_predict(
    cloud: Cloud,
    *,
    model_name: str,
    options: PredictOptions,
    filename: str,
    body: bytes,
    correlation_id: str | None = None,
) -> Job:
    """Queue a batch prediction of the CSV in `body`, whose predictions are also stored as JSON for the answer.

    Raises:
        InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: no job is made for a model that does not exist.
        StorageUnavailable: the file could not be stored.
    """
    aliases.resolve(cloud.artifacts, model_name, options.version)
    job = _build_job(
        cloud,
        "predict",
        model_name,
        filename,
        predict=options,
        inline=True,
        has_file=True,
        correlation_id=correlation_id,
    )
    return _write_with_file(cloud, job, body)


def invite_upload(
    cloud: Cloud,
    *,
    model_name: str,
    filename: str,
    train: TrainOptions | None = None,
    predict: PredictOptions | None = None,
    correlation_id: str | None = None,
) -> Invitation:
    """Create a job that waits for a file, of the kind whose options are given, and the form to upload the file with.

    Raises:
        InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: as for a direct submission.
        StorageUnavailable: the job could not be written.
    """
    if predict is not None:
        aliases.resolve(cloud.artifacts, model_name, predict.version)
    kind: Kind = "train" if predict is None else "predict"
    seconds, max_bytes = cloud.stage.upload_expiry_seconds, cloud.stage.limits.upload_bytes
    queued = _build_job(cloud, kind, model_name, filename, train=train, predict=predict, correlation_id=correlation_id)
    expires_at = queued.created_at + timedelta(seconds=seconds)
    job = queued.await_upload(expires_at=expires_at)
    add_job_fields(job)
    store.create(cloud, job)
    post = cloud.uploads.presigned_post(
        job.upload.key, metadata=_metadata(job), max_bytes=max_bytes, expires_seconds=seconds
    )
    return Invitation(job=job, post=post, max_bytes=max_bytes, expires_at=expires_at)


def _build_job(
    cloud: Cloud,
    kind: Kind,
    model_name: str,
    filename: str,
    *,
    train: TrainOptions | None = None,
    predict: PredictOptions | None = None,
    inline: bool = False,
    has_file: bool = False,
    correlation_id: str | None,
) -> Job:
    """Return a queued job; its id is part of the upload's key, so no two jobs wait for the same object.

    With `has_file` the upload counts from now, whenever S3 has stored it: submissions are ordered by their jobs.
    """
    job_id, now = cloud.new_id(), cloud.now()
    path = f"{job_id}/{keys.safe_filename(filename)}"
    version = predict.version if predict else keys.LATEST
    key = keys.upload(kind, keys.validate_model_name(model_name), path, version=version)
    return Job(
        job_id=job_id,
        correlation_id=correlation_id,
        kind=kind,
        state="queued",
        model_name=model_name,
        created_at=now,
        queued_at=now,
        upload=Upload(bucket=cloud.uploads.bucket, key=key, uploaded_at=now if has_file else None),
        train=train or (TrainOptions() if kind == "train" else None),
        predict=predict,
        inline=inline,
    )


def _write_with_file(cloud: Cloud, job: Job, body: bytes) -> Job:
    """Write the job, then its file; if this process dies in between, the sweep fails the job as not received."""
    add_job_fields(job)
    record = store.create(cloud, job)
    try:
        cloud.uploads.put_new(job.upload.key, body, metadata=_metadata(job))
    except errors.AlreadyExists:
        return job  # our own write, repeated because its answer was lost; a second version would be a second job
    except errors.StorageUnavailable:
        _fail_unstored(cloud, record)
        raise
    return job


def _metadata(job: Job) -> dict[str, str]:
    """Return the object metadata of a job's file, by which its worker finds the job."""
    correlation = {} if job.correlation_id is None else {CORRELATION_ID_METADATA: job.correlation_id}
    return {JOB_ID_METADATA: job.job_id, **correlation}


def _fail_unstored(cloud: Cloud, record: Record) -> None:
    """Fail a job whose file could not be stored; if the job cannot be written either, the sweep fails it."""
    try:
        outcome.fail(cloud, record, errors.UploadNotReceived("The file could not be stored; upload it again."))
    except (errors.Unavailable, errors.StaleWrite):
        return
