"""Turns an uploaded object into its job: the one that waits for it, or a new one for a bare upload."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import Job, Upload
from mini_ml.ports import Cloud, ObjectHead
from mini_ml.workflows import jobs, options
from mini_ml.workflows.jobs import Record

JOB_ID_METADATA = "job-id"
NO_MODEL = errors.Issue(parameter="key", reason="no model's name in the key", hint="use train/{model}/{file}")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An upload that has arrived, and its job."""

    upload: Upload
    record: Record


def arrival(cloud: Cloud, upload: Upload) -> Arrival | None:
    """Return an upload with its job, made now if need be; None when there is nothing to work on.

    Nothing: the key lies outside the watched prefixes or is a folder marker, or exactly this version of the
    object has been removed since.
    """
    if keys.parse_upload(upload.key) is None:
        return None
    try:
        head = cloud.uploads.head(upload.key, version_id=upload.version_id)
    except errors.ObjectMissing:
        return None
    arrived = jobs.completed(upload, head)
    return Arrival(upload=arrived, record=_record_of(cloud, arrived, head))


def has_job(cloud: Cloud, upload: Upload) -> bool:
    """Tell whether a job knows of this object version, without making one; none needs to know of one that is gone."""
    if _exists(cloud, keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")):
        return True
    try:
        metadata = cloud.uploads.head(upload.key, version_id=upload.version_id).metadata
    except errors.ObjectMissing:
        return True
    named = _named(cloud, upload, metadata)
    return named is not None and _waits_for(named.job, upload)


def _exists(cloud: Cloud, job_id: str) -> bool:
    try:
        cloud.artifacts.head(keys.job(job_id))
    except errors.ObjectMissing:
        return False
    return True


def _record_of(cloud: Cloud, upload: Upload, head: ObjectHead) -> Record:
    """Return the job that waits for the upload, else the upload's own."""
    named = _named(cloud, upload, head.metadata)
    if named is not None and _waits_for(named.job, upload):
        return named
    job_id = keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")
    try:
        return jobs.load(cloud, job_id)
    except errors.JobNotFound:
        return jobs.create(cloud, _new_job(cloud, job_id, upload, head, named.job if named else None))


def _named(cloud: Cloud, upload: Upload, metadata: Mapping[str, str]) -> Record | None:
    """Return the job that the metadata names, if it was made for exactly this key."""
    try:
        record = jobs.load(cloud, keys.checked_job_id(metadata.get(JOB_ID_METADATA, "")))
    except (errors.InvalidName, errors.JobNotFound, ValidationError):
        return None
    made_for = record.job.upload
    return record if (made_for.bucket, made_for.key) == (upload.bucket, upload.key) else None


def _waits_for(job: Job, upload: Upload) -> bool:
    """Tell whether a job of this key has taken no other version of it."""
    return job.upload.version_id in (None, upload.version_id)


def _new_job(cloud: Cloud, job_id: str, upload: Upload, head: ObjectHead, named: Job | None) -> Job:
    """Return the job of an upload that none waits for; one whose options cannot be read has failed.

    Args:
        cloud: the ports.
        job_id: follows from the object version alone, so that the same event twice is the same job.
        upload: the object version.
        head: when it arrived, which is when its job began, whoever makes the job; and its options, where it is bare.
        named: the job whose form was posted once more with this file; its options hold for this one too.
    """
    now, name = cloud.now(), keys.parsed_upload(upload.key)
    job = Job(job_id=job_id, kind=name.kind, state="queued", created_at=head.modified, queued_at=now, upload=upload)
    if named is not None:
        wanted = {"model_name": named.model_name, "train": named.train, "predict": named.predict}
        return job.model_copy(update=wanted)
    try:
        return job.model_copy(update=_requested(name, head.metadata))
    except (errors.InvalidRequest, errors.Unprocessable) as refusal:
        model_name = name.model_name if keys.is_model_name(name.model_name) else None
        failed = {"state": "failed", "finished_at": now, "failure": jobs.failure_of(refusal)}
        return job.model_copy(update={"model_name": model_name, **failed})


def _requested(name: keys.UploadName, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return what the key and the metadata of a bare upload ask for. Raises what is wrong with them."""
    model_name = keys.checked_model_name(name.model_name)
    wanted = options.from_metadata(metadata)
    output = wanted.pop("output")
    if name.kind == "train":
        return {"model_name": model_name, "train": options.train_options(**wanted)}
    version = keys.checked_version(name.version)
    dropped = wanted["columns_to_drop"]
    predict = options.predict_options(version=version, columns_to_drop=dropped, output=output)
    return {"model_name": model_name, "predict": predict}
