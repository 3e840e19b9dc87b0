"""How a job ends when its worker cannot report it: it succeeds if its version was published, else it fails."""

import errno
from typing import Final

from mini_ml import errors, keys
from mini_ml.contracts import Manifest, TrainResult
from mini_ml.jobs import store
from mini_ml.jobs.job import Job, build_failure
from mini_ml.jobs.store import Record
from mini_ml.ports import Cloud
from mini_ml.registry import versions

_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk or the quota is full, or the file is larger than the file system allows."""


def fail(cloud: Cloud, record: Record, error: errors.MiniMLError) -> Record:
    """Fail a job with an error. Raises StaleWrite."""
    return store.write(cloud, record, record.job.fail(now=cloud.now(), failure=build_failure(error)))


def give_up(cloud: Cloud, record: Record, error: errors.MiniMLError) -> Record:
    """Fail a job, unless its worker has published the version and only could not report it. Raises StaleWrite."""
    manifest = find_published(cloud, record.job)
    if manifest is None:
        return fail(cloud, record, error)
    return _succeed(cloud, record, manifest)


def correct(cloud: Cloud, job_id: str) -> None:
    """Make a job succeed that was failed while its worker published, because the version exists."""
    try:
        record = store.load(cloud, job_id)
        manifest = find_published(cloud, record.job)
        if record.job.state == "failed" and manifest is not None:
            _succeed(cloud, record, manifest)
    except errors.StaleWrite:
        return  # a client retried it at the same moment; the next attempt finds the version


def _succeed(cloud: Cloud, record: Record, manifest: Manifest) -> Record:
    succeeded = record.job.succeed_training(
        now=cloud.now(),
        result=build_train_result(cloud, manifest),
        manifest=manifest,
        progress=record.job.progress,
    )
    return store.write(cloud, record, succeeded)


def reason_of(error: Exception) -> errors.MiniMLError:
    """Return what a client sees, after the last attempt, of an error that the client's data did not cause."""
    if isinstance(error, errors.Unavailable):
        return error
    if isinstance(error, MemoryError):
        return errors.OutOfMemory("The memory of its function was too small for this job. Upload fewer rows.")
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return errors.OutOfSpace("The disk of its function was too small for this job. Upload a smaller file.")
    return errors.Internal("The platform failed on this job; its log names the job id.")


def worker_lost(job: Job) -> errors.WorkerLost:
    """Return the error of a job that is given up, with its number of attempts and the last known cause."""
    attempts = job.attempts_made
    cause = f" The last that could say why ended with `{job.setback.code}`." if job.setback else ""
    return errors.WorkerLost(
        f"The job was given up after {attempts} {'attempt' if attempts == 1 else 'attempts'} without a result, most "
        f"often for lack of memory or time.{cause} Try a smaller dataset or a cheaper model type."
    )


def find_published(cloud: Cloud, job: Job) -> Manifest | None:
    """Return the manifest that an attempt at this job has published, or None if there is no readable one."""
    if job.intent is None or job.model_name is None:
        return None
    manifest = versions.find_manifest(cloud.artifacts, job.model_name, job.intent)
    return manifest if manifest is not None and manifest.job_id == job.job_id else None


def build_train_result(cloud: Cloud, manifest: Manifest) -> TrainResult:
    """Return the result of the training that published a version."""
    bucket = cloud.artifacts.bucket
    rejects_key = _rejects_key(manifest)
    return TrainResult(
        version=manifest.version,
        manifest_uri=f"s3://{bucket}/{keys.manifest(manifest.model_name, manifest.version)}",
        model_uri=f"s3://{bucket}/{manifest.artifact.key}",
        rejects_key=rejects_key,
        rejects_uri=rejects_key and f"s3://{bucket}/{rejects_key}",
    )


def _rejects_key(manifest: Manifest) -> str | None:
    """Return the key under which the attempt that published a version stored the rows that it left out, if any."""
    if manifest.file is None or not manifest.file.bad_rows:
        return None
    return keys.artifact(manifest.model_name, manifest.job_id, manifest.attempt, keys.REJECTS)
