"""Finds the job of an uploaded object: the job that waits for it, or a new one for a bare upload."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import PredictOptions, TrainOptions, Upload
from mini_ml.correlation import CORRELATION_ID_METADATA, parse_correlation_id
from mini_ml.jobs import options, outcome, store
from mini_ml.jobs.job import Job, build_failure
from mini_ml.jobs.job_log import add_job_fields
from mini_ml.jobs.store import Record
from mini_ml.jobs.uploads import build_unreadable_error, complete_upload
from mini_ml.ports import Cloud, ObjectHead

JOB_ID_METADATA = "job-id"
NO_MODEL = errors.Issue(parameter="key", reason="no model's name in the key", hint="use train/{model}/{file}")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An upload that has arrived, and its job."""

    upload: Upload
    record: Record


@dataclass(frozen=True, kw_only=True)
class _Request:
    """What an upload asks for; the options are None if they could not be read."""

    model_name: str | None
    train: TrainOptions | None = None
    predict: PredictOptions | None = None


def find_arrival(cloud: Cloud, upload: Upload) -> Arrival | None:
    """Return an upload with its job, which is created if there is none.

    Returns None if there is nothing to work on: the key lies outside the watched prefixes or is a folder marker, or
    this version of the object was removed. If S3 does not let the platform look at the object, its job has ended.
    """
    if keys.match_upload(upload.key) is None:
        return None
    try:
        head = cloud.uploads.head(upload.key, version_id=upload.version_id)
    except errors.ObjectMissing:
        return None
    except errors.ObjectUnreadable as error:
        return Arrival(upload=upload, record=_end_unreadable(cloud, upload, build_unreadable_error(error)))
    arrived = complete_upload(upload, head)
    record = _load_or_create(cloud, arrived, head)
    add_job_fields(record.job)
    return Arrival(upload=arrived, record=record)


def has_job(cloud: Cloud, upload: Upload) -> bool:
    """Return whether this object version needs no new job: it has one, or it was removed. Never creates a job."""
    if _exists(cloud, keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")):
        return True
    try:
        metadata = cloud.uploads.head(upload.key, version_id=upload.version_id).metadata
    except errors.ObjectMissing:
        return True
    except errors.ObjectUnreadable:
        metadata = _metadata_in_key(upload)
    named = _load_named(cloud, upload, metadata)
    return named is not None and named.job.waits_for(upload)


def _exists(cloud: Cloud, job_id: str) -> bool:
    try:
        cloud.artifacts.head(keys.job(job_id))
    except errors.ObjectMissing:
        return False
    return True


def _load_or_create(cloud: Cloud, upload: Upload, head: ObjectHead) -> Record:
    """Return the job that waits for the upload, else the upload's own, which is created if it does not exist."""
    named = _load_named(cloud, upload, head.metadata)
    if named is not None and named.job.waits_for(upload):
        return named
    job_id = keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")
    try:
        return store.load(cloud, job_id)
    except errors.JobNotFound:
        return store.create(cloud, _build_job(cloud, job_id, upload, head, named.job if named else None))


def _end_unreadable(cloud: Cloud, upload: Upload, error: errors.UploadUnreadable) -> Record:
    """End the job of an upload whose metadata cannot be read either; a bare upload gets a job that has failed.

    The job fails, unless an earlier attempt published its version. It keeps the object version that arrived, so that
    a client can retry it.
    """
    record = _load_named(cloud, upload, _metadata_in_key(upload))
    if record is None or not record.job.waits_for(upload):
        record = _load_or_create_unreadable(cloud, upload, error)
    add_job_fields(record.job)
    if not record.job.is_open or record.job.has_live_lease(cloud.now()):
        return record
    return outcome.give_up(cloud, replace(record, job=record.job.receive_upload(upload)), error)


def _metadata_in_key(upload: Upload) -> Mapping[str, str]:
    """Return the metadata that the key of a file shows that the api uploaded: `train/{model}/{job id}/{file}`."""
    return {JOB_ID_METADATA: keys.parse_upload(upload.key).filename.partition("/")[0]}


def _load_or_create_unreadable(cloud: Cloud, upload: Upload, error: errors.UploadUnreadable) -> Record:
    name, now = keys.parse_upload(upload.key), cloud.now()
    job_id = keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")
    try:
        return store.load(cloud, job_id)
    except errors.JobNotFound:
        job = Job(
            job_id=job_id,
            correlation_id=job_id,
            kind=name.kind,
            state="queued",
            model_name=name.model_name if keys.is_model_name(name.model_name) else None,
            created_at=upload.uploaded_at or now,
            queued_at=now,
            upload=upload,
        )
        return store.create(cloud, job.fail(now=now, failure=build_failure(error)))


def _load_named(cloud: Cloud, upload: Upload, metadata: Mapping[str, str]) -> Record | None:
    """Return the job that the metadata names, if it was made for exactly this key."""
    try:
        record = store.load(cloud, keys.validate_job_id(metadata.get(JOB_ID_METADATA, "")))
    except (errors.InvalidName, errors.JobNotFound, ValidationError):
        return None
    return record if record.job.is_for_object(upload) else None


def _build_job(cloud: Cloud, job_id: str, upload: Upload, head: ObjectHead, named: Job | None) -> Job:
    """Return the job of an upload that no job waits for; it has failed if its options cannot be read.

    Args:
        cloud: the ports.
        job_id: derived from the object version, so that the same event twice leads to the same job.
        upload: the object version.
        head: the stored object: its time of arrival, which is when the job began, the correlation id, or the job
            id if there is none, and the options of a bare upload.
        named: the job whose form was posted a second time with this file; this job gets the same options.
    """
    now, name = cloud.now(), keys.parse_upload(upload.key)

    def build(request: _Request) -> Job:
        return Job(
            job_id=job_id,
            correlation_id=parse_correlation_id(head.metadata.get(CORRELATION_ID_METADATA)) or job_id,
            kind=name.kind,
            state="queued",
            model_name=request.model_name,
            created_at=head.modified,
            queued_at=now,
            upload=upload,
            train=request.train,
            predict=request.predict,
        )

    if named is not None:
        return build(_Request(model_name=named.model_name, train=named.train, predict=named.predict))
    try:
        return build(_parse_request(name, head.metadata))
    except (errors.InvalidRequest, errors.Unprocessable) as error:
        model_name = name.model_name if keys.is_model_name(name.model_name) else None
        return build(_Request(model_name=model_name)).fail(now=now, failure=build_failure(error))


def _parse_request(name: keys.UploadName, metadata: Mapping[str, str]) -> _Request:
    """Return what the key and the metadata of a bare upload ask for. Raises InvalidRequest or Unprocessable."""
    model_name = keys.validate_model_name(name.model_name)
    given = options.read_metadata(metadata, name.kind)
    if name.kind == "train":
        return _Request(model_name=model_name, train=options.parse_train_options(given))
    version = keys.validate_version(name.version)
    return _Request(model_name=model_name, predict=options.parse_predict_options({**given, "version": version}))
