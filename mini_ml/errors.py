"""Every error of the product, as one tree; what each one means over HTTP lives in adapters/http/problems.py.

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
│   ├── JobCancelled
│   └── UploadNotReceived
├── UploadTooLarge
├── BodyTooSlow
├── UnsupportedMediaType
├── Unprocessable               it parses, and what it says is wrong
│   ├── InvalidName
│   ├── InvalidOption
│   ├── UnknownModelType
│   ├── InvalidDataset
│   │   └── LimitExceeded
│   ├── InvalidTarget
│   ├── UnknownColumn
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
│   ├── ServiceUnavailable
│   └── CredentialsUnavailable
└── Internal                    our fault, or a signal between our own parts
    ├── ObjectMissing
    ├── AlreadyExists
    ├── StaleWrite
    ├── LeaseLost
    ├── UnknownEvent
    └── ArtifactRejected
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One thing that is wrong, where it is, and what to do about it."""

    reason: str
    hint: str | None = None
    column: str | None = None
    line: int | None = None
    """Line of the CSV as an editor counts it: the header is line 1."""
    parameter: str | None = None
    """A field, option, header or part of the address; `body` is the body as a whole."""
    limit: str | None = None
    """Name of the limit that is exceeded, as in topology/limits.py."""


class MiniMLError(Exception):
    """Base of all errors; `detail` is a sentence for the client and leaks nothing of the machine."""

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
    title = "The request is malformed"


class Unauthenticated(MiniMLError):
    """The request carries no valid credential."""

    code = "unauthorized"
    title = "Unauthorized"


class Forbidden(MiniMLError):
    """The credential is valid, and lacks the scope that the request needs."""

    code = "forbidden"
    title = "Forbidden"


class NotFound(MiniMLError):
    """What the address names does not exist."""

    code = "not_found"
    title = "Not found"


class RouteNotFound(NotFound):
    """No route has this path."""

    code = "route_not_found"
    title = "No such route"


class JobNotFound(NotFound):
    """No job has this id."""

    code = "job_not_found"
    title = "No such job"


class ModelNotFound(NotFound):
    """No version of this model has been published."""

    code = "model_not_found"
    title = "No such model"


class VersionNotFound(NotFound):
    """The model exists, this version of it does not."""

    code = "version_not_found"
    title = "No such model version"


class AliasNotFound(NotFound):
    """The model has no such alias."""

    code = "alias_not_found"
    title = "No such alias"


class MethodNotAllowed(MiniMLError):
    """The route exists for other methods."""

    code = "method_not_allowed"
    title = "Method not allowed"


class Conflict(MiniMLError):
    """The request does not fit the state of what it names."""

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
    """Somebody else moved the alias at the same moment."""

    code = "alias_moved"
    title = "The alias was moved by another request"
    retryable = True


class JobCancelled(Conflict):
    """The job was cancelled before it finished."""

    code = "cancelled"
    title = "The job was cancelled"


class UploadNotReceived(Conflict):
    """The file of the job did not arrive in time."""

    code = "upload_not_received"
    title = "The upload was not received"


class UploadTooLarge(MiniMLError):
    """The file has more bytes than this door takes."""

    code = "upload_too_large"
    title = "The upload is too large"


class BodyTooSlow(MiniMLError):
    """The body of the request did not arrive in time."""

    code = "body_too_slow"
    title = "The body took too long"


class UnsupportedMediaType(MiniMLError):
    """The body has a content type that this route does not read."""

    code = "unsupported_media_type"
    title = "Unsupported media type"


class Unprocessable(MiniMLError):
    """The request parses; what it says is wrong."""

    code = "unprocessable"
    title = "The request cannot be processed"


class InvalidName(Unprocessable):
    """A model name, version, alias, job id or file name is not of the allowed form."""

    code = "invalid_name"
    title = "Invalid name"


class InvalidOption(Unprocessable):
    """An option or model parameter has a value outside its range."""

    code = "invalid_option"
    title = "Invalid option"


class UnknownModelType(Unprocessable):
    """The catalogue has no such model type."""

    code = "unknown_model_type"
    title = "Unknown model type"


class InvalidDataset(Unprocessable):
    """The file is no CSV that can be trained on or scored."""

    code = "invalid_dataset"
    title = "The dataset is invalid"


class LimitExceeded(InvalidDataset):
    """The dataset has more rows, columns or characters than allowed, or the model would be too large."""

    code = "limit_exceeded"
    title = "A limit is exceeded"


class InvalidTarget(Unprocessable):
    """The target column cannot be learned."""

    code = "invalid_target"
    title = "The target cannot be learned"


class UnknownColumn(Unprocessable):
    """A named column is not in the dataset."""

    code = "unknown_column"
    title = "Unknown column"


class SchemaMismatch(Unprocessable):
    """The rows lack feature columns that the model was trained on."""

    code = "schema_mismatch"
    title = "The rows do not fit the model's schema"


class TrainingFailed(Unprocessable):
    """The estimator refused this dataset with these parameters."""

    code = "training_failed"
    title = "Training failed"


class ProbabilitiesUnavailable(Unprocessable):
    """The model type gives no probabilities."""

    code = "probabilities_unavailable"
    title = "Probabilities are unavailable"


class ModelNeedsRetraining(Unprocessable):
    """The model was persisted by another minor version of scikit-learn."""

    code = "model_needs_retraining"
    title = "The model needs retraining"


class WorkerLost(Unprocessable):
    """Every attempt at the job ended without a word, most often for lack of memory."""

    code = "worker_lost"
    title = "The worker was lost"


class TimedOut(Unprocessable):
    """The job took longer than its function may run."""

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
    """Something that the product needs is away; the same call may succeed later."""

    code = "unavailable"
    title = "Temporarily unavailable"
    retryable = True


class StorageUnavailable(Unavailable):
    """The object store or the queue refused or did not answer."""

    code = "storage_unavailable"
    title = "The storage is unavailable"


class ServiceUnavailable(Unavailable):
    """Another service of the platform did not answer."""

    code = "service_unavailable"
    title = "A service is unavailable"


class CredentialsUnavailable(Unavailable):
    """What credentials are checked against did not answer."""

    code = "credentials_unavailable"
    title = "Credentials cannot be checked"


class Internal(MiniMLError):
    """Our fault, or a signal between our own parts that no client should ever see."""


class ObjectMissing(Internal):
    """The store has no object under this key (or not this version of it)."""


class AlreadyExists(Internal):
    """A create-only write found an object under its key."""


class StaleWrite(Internal):
    """An If-Match write found that the object had changed since it was read."""


class LeaseLost(Internal):
    """The worker no longer holds the job; it must stop without writing anything more."""


class UnknownEvent(Internal):
    """A function was called with an event, or a queue gave a message, that it cannot read."""


class ArtifactRejected(Internal):
    """A manifest or its artifact is damaged, forged or exchanged; nothing of it is unpickled."""

    code = "artifact_rejected"
    title = "The artifact was rejected"
