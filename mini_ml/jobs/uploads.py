"""The upload of a job: the object version that arrived, and the message that announces it."""

from mini_ml import errors
from mini_ml.contracts import Upload
from mini_ml.jobs.job import Job
from mini_ml.ports import Cloud, ObjectHead


def announce(cloud: Cloud, job: Job) -> None:
    """Send a reference to the job's upload to the queue of its kind."""
    cloud.queues[job.kind].send(job.upload)


def find_upload(cloud: Cloud, job: Job) -> Upload | None:
    """Return the job's upload with the object version that arrived, or None if no file was uploaded."""
    if job.upload.version_id is not None:
        return job.upload
    try:
        head = cloud.uploads.head(job.upload.key)
    except errors.ObjectMissing:
        return None
    return complete_upload(job.upload, head)


def complete_upload(upload: Upload, head: ObjectHead) -> Upload:
    """Return the upload with the version and size of the stored object; an upload time that is known stays."""
    return Upload(
        bucket=upload.bucket,
        key=upload.key,
        version_id=head.version_id,
        size=head.size,
        uploaded_at=upload.uploaded_at or head.modified,
    )
