"""Turns an uploaded object into its job: the one that waits for it, or a new one for a bare upload."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mini_ml import errors, keys
from mini_ml.contracts import Job, Upload
from mini_ml.ports import Cloud
from mini_ml.workflows import jobs, options
from mini_ml.workflows.jobs import Record

JOB_ID_METADATA = "job-id"


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
    record = _waiting(cloud, arrived, head.metadata.get(JOB_ID_METADATA)) or _bare(cloud, arrived, head.metadata)
    return Arrival(upload=arrived, record=record)


def has_job(cloud: Cloud, upload: Upload) -> bool:
    """Tell whether a job knows of this object version, without making one."""
    bare = keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")
    if _exists(cloud, bare):
        return True
    head = cloud.uploads.head(upload.key, version_id=upload.version_id)
    return _waiting(cloud, upload, head.metadata.get(JOB_ID_METADATA)) is not None


def _exists(cloud: Cloud, job_id: str) -> bool:
    try:
        cloud.artifacts.head(keys.job(job_id))
    except errors.ObjectMissing:
        return False
    return True


def _waiting(cloud: Cloud, upload: Upload, job_id: str | None) -> Record | None:
    """Return the job that the metadata names, if it waits for exactly this key and for no other version of it."""
    try:
        record = jobs.load(cloud, keys.checked_job_id(job_id or ""))
    except (errors.InvalidName, errors.JobNotFound):
        return None
    expected = record.job.upload
    if (expected.bucket, expected.key) != (upload.bucket, upload.key):
        return None
    return record if expected.version_id in (None, upload.version_id) else None


def _bare(cloud: Cloud, upload: Upload, metadata: Mapping[str, str]) -> Record:
    """Return the job of an upload that none waits for; its id follows from the object version alone."""
    job_id = keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")
    try:
        return jobs.load(cloud, job_id)
    except errors.JobNotFound:
        return _created(cloud, job_id, upload, metadata)


def _created(cloud: Cloud, job_id: str, upload: Upload, metadata: Mapping[str, str]) -> Record:
    now = cloud.now()
    name = keys.parsed_upload(upload.key)
    job = Job(job_id=job_id, kind=name.kind, state="queued", created_at=now, queued_at=now, upload=upload)
    try:
        return jobs.create(cloud, job.model_copy(update=_requested(name, metadata)))
    except (errors.InvalidRequest, errors.Unprocessable) as refusal:
        named = keys.is_model_name(name.model_name)
        record = jobs.create(cloud, job.model_copy(update={"model_name": name.model_name if named else None}))
        return jobs.fail(cloud, record, refusal) if record.job.is_open else record


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
