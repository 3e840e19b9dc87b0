"""All errors of Mini-ML-Platform, in one tree. adapters/http/answering/problems.py maps them to HTTP statuses.

MiniMLError
├── InvalidRequest              the request itself is malformed
├── Unauthenticated
├── Forbidden
├── NotFound
│   ├── RouteNotFound
│   ├── JobNotFound
│   ├── ModelNotFound
│   ├── VersionNotFound
│   └── AliasNotFound
├── MethodNotAllowed
├── Conflict
│   ├── JobNotFinished
│   ├── JobNotRetryable
│   ├── JobNotCancellable
│   ├── AliasMoved
│   ├── NotBetter
│   ├── JobCancelled
│   └── UploadNotReceived
├── UploadTooLarge
├── AnswerTooLarge
├── BodyTooSlow
├── UnsupportedMediaType
├── Unprocessable               the request parses, but a value in it is wrong
│   ├── InvalidName
│   ├── InvalidOption
│   ├── UnknownModelType
│   ├── InvalidDataset
│   │   └── LimitExceeded
│   ├── InvalidTarget
│   ├── UnknownColumn
│   ├── UploadUnreadable
│   │   └── UploadAccessDenied
│   ├── SchemaMismatch
│   ├── TrainingFailed
│   ├── ProbabilitiesUnavailable
│   ├── ModelNeedsRetraining
│   ├── WorkerLost
│   ├── TimedOut
│   ├── OutOfMemory
│   └── OutOfSpace
├── Unavailable                 the same call may succeed later
│   ├── StorageUnavailable
│   │   └── ObjectUnreadable
│   ├── ServiceUnavailable
│   └── CredentialsUnavailable
└── Internal                    a bug, or a signal between parts of the platform
    ├── ObjectMissing
    ├── AlreadyExists
    ├── StaleWrite
    ├── LeaseLost
    ├── UnknownEvent
    ├── EventNotSent
    ├── EventRejected
    └── ArtifactRejected
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

UnreadableCause = Literal["archived", "denied", "encrypted"]
"""Why an object cannot be read: its storage class, its permissions, or a key that this process may not use."""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One problem: what is wrong, where, and how to fix it."""

    reason: str
    hint: str | None = None
    column: str | None = None
    line: int | None = None
    """Line of the CSV, counted from 1; the header is line 1."""
    parameter: str | None = None
    """Name of a form field, option, header, or path or query parameter; `body` means the whole body."""
    limit: str | None = None
    """Name of the exceeded limit, as in topology/limits.py."""


class MiniMLError(Exception):
    """Base class of all errors.

    `detail` is a sentence for the client; it must not contain paths, host names or tracebacks.
    """

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, *, issues: Iterable[Issue] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.issues = tuple(issues)


class InvalidRequest(MiniMLError):
    """A field is missing or unknown, or the body cannot be parsed."""

    code = "invalid_request"
    title = "Malformed request"


class Unauthenticated(MiniMLError):
    """The request carries no valid credential."""

    code = "unauthorized"
    title = "Unauthorized"


class Forbidden(MiniMLError):
    """The credential is valid but lacks a scope that the request needs."""

    code = "forbidden"
    title = "Forbidden"


class NotFound(MiniMLError):
    """The resource in the URL does not exist."""

    code = "not_found"
    title = "Not found"


class RouteNotFound(NotFound):
    """No route matches this path."""

    code = "route_not_found"
    title = "Route not found"


class JobNotFound(NotFound):
    """No job has this id."""

    code = "job_not_found"
    title = "Job not found"


class ModelNotFound(NotFound):
    """No version of this model has been published."""

    code = "model_not_found"
    title = "Model not found"


class VersionNotFound(NotFound):
    """The model exists, but this version does not."""

    code = "version_not_found"
    title = "Model version not found"


class AliasNotFound(NotFound):
    """The model has no such alias."""

    code = "alias_not_found"
    title = "Alias not found"


class MethodNotAllowed(MiniMLError):
    """The route exists but does not support this method."""

    code = "method_not_allowed"
    title = "Method not allowed"


class Conflict(MiniMLError):
    """The request conflicts with the current state of the resource."""

    code = "conflict"
    title = "Conflict"


class JobNotFinished(Conflict):
    """The job has no result yet."""

    code = "job_not_finished"
    title = "The job is not finished"
    retryable = True


class JobNotRetryable(Conflict):
    """Only a failed job can be retried."""

    code = "job_not_retryable"
    title = "The job cannot be retried"


class JobNotCancellable(Conflict):
    """Only an open job can be cancelled."""

    code = "job_not_cancellable"
    title = "The job cannot be cancelled"


class AliasMoved(Conflict):
    """Another request moved the alias at the same time."""

    code = "alias_moved"
    title = "The alias was moved by another request"
    retryable = True


class NotBetter(Conflict):
    """The alias was to move only to a better version, and this one is not known to be better."""

    code = "not_better"
    title = "The version is not better"

    def __init__(
        self, detail: str, *, issues: Iterable[Issue] = (), comparison: Mapping[str, object] | None = None
    ) -> None:
        """Create the error; `comparison` is the JSON form of a `VersionComparison`."""
        super().__init__(detail, issues=issues)
        self.comparison = comparison


class JobCancelled(Conflict):
    """The job was cancelled before it finished."""

    code = "cancelled"
    title = "The job was cancelled"


class UploadNotReceived(Conflict):
    """The job's file was not uploaded before the upload form expired."""

    code = "upload_not_received"
    title = "The upload was not received"


class UploadTooLarge(MiniMLError):
    """The body or file has more bytes than this route accepts."""

    code = "upload_too_large"
    title = "Upload too large"


class AnswerTooLarge(MiniMLError):
    """The answer has more bytes than AWS Lambda can return."""

    code = "answer_too_large"
    title = "Answer too large"


class BodyTooSlow(MiniMLError):
    """The request body did not arrive within the time limit."""

    code = "body_too_slow"
    title = "Request body too slow"


class UnsupportedMediaType(MiniMLError):
    """This route does not accept the content type of the body."""

    code = "unsupported_media_type"
    title = "Unsupported media type"


class Unprocessable(MiniMLError):
    """The request parses, but a value in it is wrong."""

    code = "unprocessable"
    title = "The request cannot be processed"


class InvalidName(Unprocessable):
    """A model name, version, alias, job id or file name does not have the allowed format."""

    code = "invalid_name"
    title = "Invalid name"


class InvalidOption(Unprocessable):
    """An option or model parameter has a value that is not allowed."""

    code = "invalid_option"
    title = "Invalid option"


class UnknownModelType(Unprocessable):
    """The model type is not in the catalogue."""

    code = "unknown_model_type"
    title = "Unknown model type"


class InvalidDataset(Unprocessable):
    """The file is not a CSV that the platform can train on or score."""

    code = "invalid_dataset"
    title = "Invalid dataset"


class LimitExceeded(InvalidDataset):
    """The dataset has more rows, columns or characters than allowed, or the model would be too large."""

    code = "limit_exceeded"
    title = "Limit exceeded"


class InvalidTarget(Unprocessable):
    """A model cannot be trained on the target column."""

    code = "invalid_target"
    title = "Invalid target column"


class UnknownColumn(Unprocessable):
    """The dataset does not have a column that the request names."""

    code = "unknown_column"
    title = "Unknown column"


class UploadUnreadable(Unprocessable):
    """S3 has the uploaded file, but does not let the platform read it."""

    code = "upload_unreadable"
    title = "The upload cannot be read"


class UploadAccessDenied(UploadUnreadable):
    """S3 denies the platform access to the uploaded file, because a role or a bucket policy lacks a permission."""

    code = "upload_access_denied"
    title = "Access to the upload is denied"


class SchemaMismatch(Unprocessable):
    """The rows are missing feature columns that the model was trained on."""

    code = "schema_mismatch"
    title = "The rows do not match the model's schema"


class TrainingFailed(Unprocessable):
    """The estimator cannot be fitted to this dataset with these parameters."""

    code = "training_failed"
    title = "Training failed"


class ProbabilitiesUnavailable(Unprocessable):
    """The model type does not compute probabilities."""

    code = "probabilities_unavailable"
    title = "Probabilities unavailable"


class ModelNeedsRetraining(Unprocessable):
    """The model was saved with another minor version of scikit-learn, or by a release that reads cells otherwise."""

    code = "model_needs_retraining"
    title = "The model needs retraining"


class WorkerLost(Unprocessable):
    """Every worker that ran the job stopped without reporting an error, usually because it ran out of memory."""

    code = "worker_lost"
    title = "Worker lost"


class TimedOut(Unprocessable):
    """The job took longer than the timeout of its function."""

    code = "timed_out"
    title = "The job timed out"


class OutOfMemory(Unprocessable):
    """The job needs more memory than its function has."""

    code = "out_of_memory"
    title = "The job ran out of memory"


class OutOfSpace(Unprocessable):
    """The job needs more disk space than its function has."""

    code = "out_of_space"
    title = "The job ran out of disk space"


class Unavailable(MiniMLError):
    """A dependency of the platform is unavailable; the same call may succeed later."""

    code = "unavailable"
    title = "Temporarily unavailable"
    retryable = True


class StorageUnavailable(Unavailable):
    """The object store or the queue returned an error or did not respond."""

    code = "storage_unavailable"
    title = "Storage unavailable"


class ObjectUnreadable(StorageUnavailable):
    """The store does not let this process read the object until an operator changes a key or a permission."""

    def __init__(self, key: str, cause: UnreadableCause) -> None:
        super().__init__("The storage does not let the platform read an object.")
        self.key = key
        self.cause: UnreadableCause = cause


class ServiceUnavailable(Unavailable):
    """Another service of the platform did not respond."""

    code = "service_unavailable"
    title = "Service unavailable"


class CredentialsUnavailable(Unavailable):
    """The token issuer or the secret store did not respond."""

    code = "credentials_unavailable"
    title = "Credentials cannot be checked"


class Internal(MiniMLError):
    """A bug, or an internal signal that should never reach a client."""


class ObjectMissing(Internal):
    """The store has no object with this key, or no such version of it."""


class AlreadyExists(Internal):
    """A create-only write failed because the key already has an object."""


class StaleWrite(Internal):
    """An If-Match write failed because the object changed after it was read."""


class LeaseLost(Internal):
    """The worker no longer holds the job's lease and must stop without writing anything else."""


class UnknownEvent(Internal):
    """A function received an event or a queue message that it cannot read."""


class EventNotSent(Internal):
    """The event bus did not accept an event; the sweep sends it again."""


class EventRejected(Internal):
    """The event bus will never accept this event."""


class ArtifactRejected(Internal):
    """A manifest or its artifact failed verification (seal or digest); the model is not loaded."""

    code = "artifact_rejected"
    title = "Artifact rejected"
