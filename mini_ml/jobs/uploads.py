"""The upload of a job: the object version that arrived, the message that announces it, and why it cannot be read."""

from collections.abc import Mapping
from typing import Final

from mini_ml import errors
from mini_ml.contracts import Upload
from mini_ml.jobs.job import Job
from mini_ml.ports import Cloud, ObjectHead

_UNREADABLE: Final[Mapping[errors.UnreadableCause, tuple[type[errors.UploadUnreadable], str, str]]] = {
    "archived": (
        errors.UploadUnreadable,
        "is archived in S3 Glacier",
        "restore it with `aws s3api restore-object` and retry the job, or copy it again as STANDARD",
    ),
    "denied": (
        errors.UploadAccessDenied,
        "cannot be read, because S3 denies the platform access to it",
        "ask an operator to let the roles of the platform read the uploads bucket (`s3:GetObject`, "
        "`s3:GetObjectVersion`, `s3:ListBucket`) and to check its bucket policy; then retry the job, or upload the "
        "file again if the job cannot be retried",
    ),
    "encrypted": (
        errors.UploadUnreadable,
        "is encrypted with a key that the platform may not use",
        "copy it again without `--sse-kms-key-id` and `--sse-c`, so that the bucket encrypts it; for a key of your own "
        "in KMS, let the roles of the platform decrypt with it first",
    ),
}
"""The error of an upload that S3 does not return, what is wrong with the file, and what to do.

The bucket owns all of its objects and ignores ACLs, so a plain denial comes from a role or from the bucket policy.
"""


def announce(cloud: Cloud, job: Job) -> None:
    """Send a reference to the job's upload to the queue of its kind."""
    cloud.queues[job.kind].send(job.upload)


def find_upload(cloud: Cloud, job: Job) -> Upload | None:
    """Return the job's upload with the object version that arrived, or None if no file was uploaded.

    Raises:
        UploadUnreadable: S3 has a file, but does not let the platform look at it.
    """
    if job.upload.version_id is not None:
        return job.upload
    try:
        head = cloud.uploads.head(job.upload.key)
    except errors.ObjectMissing:
        return None
    except errors.ObjectUnreadable as error:
        raise build_unreadable_error(error) from error
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


def build_unreadable_error(error: errors.ObjectUnreadable) -> errors.UploadUnreadable:
    """Return the error of a job whose upload the store does not return."""
    kind, reason, hint = _UNREADABLE[error.cause]
    return kind(
        f"The uploaded file {reason}.", issues=[errors.Issue(parameter="key", reason=f"the file {reason}", hint=hint)]
    )
