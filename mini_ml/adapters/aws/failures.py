"""Translate boto3 exceptions to errors of the platform. Every call of boto3 is wrapped in `translate_errors`."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from mini_ml.errors import MiniMLError, ObjectMissing, ObjectUnreadable, StorageUnavailable, UnreadableCause

_MISSING_CODES = frozenset({"NoSuchKey", "NoSuchVersion", "404", "405"})
"""S3 returns 405 if the requested version is a delete marker."""
_BAD_VERSION_CODES = frozenset({"400", "InvalidArgument"})

_UNUSABLE_KEY_CODES = frozenset(
    {
        "KMS.DisabledException",
        "KMS.InvalidKeyUsageException",
        "KMS.InvalidStateException",
        "KMS.KMSInvalidStateException",
        "KMS.NotFoundException",
        "InvalidRequest",
    }
)
"""InvalidRequest: the object is encrypted with a key that the reader must send (SSE-C)."""


def code_of(error: ClientError) -> str:
    """Return the error code of S3 or SQS; for HEAD requests, which have no body, the HTTP status as text."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """Return the HTTP status of the response."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translate_errors(key: str = "") -> Iterator[None]:
    """Translate boto3 exceptions to StorageUnavailable, or to ObjectMissing if a bucket or key does not exist.

    403 becomes StorageUnavailable, so that missing permissions do not look like an empty registry. Every role that
    reads objects therefore needs s3:ListBucket; without it, S3 returns 403 for missing keys.

    Args:
        key: key of the object, for error messages.

    Raises:
        ObjectMissing: the object does not exist.
        StorageUnavailable: S3 or SQS does not respond, or rejects the call.
    """
    try:
        yield
    except ParamValidationError:
        raise  # a bug in the platform; nothing was sent
    except BotoCoreError as error:
        raise StorageUnavailable("The storage did not respond.") from error
    except ClientError as error:
        raise _translate(error, key) from error


@contextmanager
def translate_read_errors(key: str, *, versioned: bool) -> Iterator[None]:
    """Translate the exceptions of a call that reads an object or its metadata.

    Args:
        key: key of the object, for error messages.
        versioned: whether the call has a version id; a malformed version id is treated as missing.

    Raises:
        ObjectMissing: the object or version does not exist.
        ObjectUnreadable: S3 has the object, but does not return it.
        StorageUnavailable: S3 does not respond, or rejects the call.
    """
    with translate_errors(key):
        try:
            yield
        except ClientError as error:
            if versioned and code_of(error) in _BAD_VERSION_CODES:
                raise _missing(key) from error
            cause = _unreadable_cause(error)
            if cause is not None:
                raise ObjectUnreadable(key, cause) from error
            raise


def _translate(error: ClientError, key: str) -> MiniMLError:
    return _missing(key) if code_of(error) in _MISSING_CODES else StorageUnavailable("The storage rejected the call.")


def _missing(key: str) -> ObjectMissing:
    return ObjectMissing(f"Object `{key}` does not exist.")


def _unreadable_cause(error: ClientError) -> UnreadableCause | None:
    """Return why S3 does not return an object; None if another call may succeed, as with an expired credential."""
    code = code_of(error)
    if code == "InvalidObjectState":
        return "archived"
    if code in _UNUSABLE_KEY_CODES:
        return "encrypted"
    if code == "AccessDenied":
        return "encrypted" if "kms:" in str(error.response.get("Error", {}).get("Message")) else "denied"
    return None
