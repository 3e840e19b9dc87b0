"""The HTTP door: a job first, then the file to S3, from where it arrives as an event like any other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mini_ml import errors, keys
from mini_ml.contracts import Job, Kind, PredictOptions, TrainOptions, Upload
from mini_ml.ports import Cloud, PresignedPost
from mini_ml.workflows import jobs, registry
from mini_ml.workflows.intake import JOB_ID_METADATA


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A job that waits for its file, and the form that takes the file to S3."""

    job: Job
    post: PresignedPost
    max_bytes: int
    expires_at: datetime


def submit_train(cloud: Cloud, *, model_name: str, options: TrainOptions, filename: str, body: bytes) -> Job:
    """Queue a training of the CSV in `body`. Raises InvalidName or StorageUnavailable."""
    job = _new_job(cloud, "train", model_name, filename, train=options)
    return _handed_over(cloud, job, body)


def submit_predict(cloud: Cloud, *, model_name: str, options: PredictOptions, filename: str, body: bytes) -> Job:
    """Queue a batch prediction of the CSV in `body`, whose predictions are wanted in an answer too.

    Raises:
        InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: no job is made for a model that is not there.
        StorageUnavailable: the file could not be handed over.
    """
    registry.resolve(cloud.artifacts, model_name, options.version)
    job = _new_job(cloud, "predict", model_name, filename, predict=options)
    return _handed_over(cloud, job.model_copy(update={"inline": True}), body)


def invite_upload(
    cloud: Cloud,
    *,
    model_name: str,
    filename: str,
    train: TrainOptions | None = None,
    predict: PredictOptions | None = None,
) -> Invitation:
    """Make a job that waits for a file, of the kind whose options are given, and the form to post the file with.

    Raises:
        InvalidName, ModelNotFound, VersionNotFound, AliasNotFound: as for a direct submission.
        StorageUnavailable: the job could not be written.
    """
    if predict is not None:
        registry.resolve(cloud.artifacts, model_name, predict.version)
    kind: Kind = "train" if predict is None else "predict"
    seconds, max_bytes = cloud.stage.upload_expiry_seconds, cloud.stage.limits.upload_bytes
    job = _new_job(cloud, kind, model_name, filename, train=train, predict=predict)
    expires_at = job.created_at + timedelta(seconds=seconds)
    job = job.model_copy(update={"state": "awaiting_upload", "expires_at": expires_at})
    jobs.create(cloud, job)
    post = cloud.uploads.presigned_post(
        job.upload.key, metadata={JOB_ID_METADATA: job.job_id}, max_bytes=max_bytes, expires_seconds=seconds
    )
    return Invitation(job=job, post=post, max_bytes=max_bytes, expires_at=expires_at)


def _new_job(
    cloud: Cloud,
    kind: Kind,
    model_name: str,
    filename: str,
    *,
    train: TrainOptions | None = None,
    predict: PredictOptions | None = None,
) -> Job:
    """Return a queued job; its id is part of the upload's key, so no two jobs ever wait for the same object."""
    job_id, now = cloud.new_id(), cloud.now()
    path = f"{job_id}/{keys.safe_filename(filename)}"
    version = predict.version if predict else keys.LATEST
    key = keys.upload(kind, keys.checked_model_name(model_name), path, version=version)
    return Job(
        job_id=job_id,
        kind=kind,
        state="queued",
        model_name=model_name,
        created_at=now,
        queued_at=now,
        upload=Upload(bucket=cloud.uploads.bucket, key=key),
        train=train or (TrainOptions() if kind == "train" else None),
        predict=predict,
    )


def _handed_over(cloud: Cloud, job: Job, body: bytes) -> Job:
    """Write the job, then its file; should we die in between, the sweep fails the job as not received."""
    job = job.model_copy(update={"upload": job.upload.model_copy(update={"uploaded_at": job.created_at})})
    record = jobs.create(cloud, job)
    try:
        cloud.uploads.put_new(job.upload.key, body, metadata={JOB_ID_METADATA: job.job_id})
    except errors.AlreadyExists:
        return job  # our own write, repeated because its answer was lost; a second version would be a second job
    except errors.StorageUnavailable:
        _give_up(cloud, record)
        raise
    return job


def _give_up(cloud: Cloud, record: jobs.Record) -> None:
    """Fail a job whose file was refused, if the store still answers; else the sweep does."""
    try:
        jobs.fail(cloud, record, errors.UploadNotReceived("The file could not be stored; hand it over again."))
    except (errors.Unavailable, errors.StaleWrite):
        return
