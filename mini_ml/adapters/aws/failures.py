"""Translate boto3 exceptions to errors of the platform. Every call of boto3 is wrapped in `translate_errors`."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from mini_ml.errors import MiniMLError, ObjectMissing, StorageUnavailable

_MISSING_CODES = frozenset({"NoSuchKey", "NoSuchVersion", "404", "405"})
"""S3 returns 405 if the requested version is a delete marker."""
_BAD_VERSION_CODES = frozenset({"400", "InvalidArgument"})


def code_of(error: ClientError) -> str:
    """Return the error code of S3 or SQS; for HEAD requests, which have no body, the HTTP status as text."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """Return the HTTP status of the response."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translate_errors(key: str = "", *, versioned: bool = False) -> Iterator[None]:
    """Translate boto3 exceptions to ObjectMissing or StorageUnavailable.

    403 becomes StorageUnavailable, so that missing permissions do not look like an empty registry. Every role that
    reads objects therefore needs s3:ListBucket; without it, S3 returns 403 for missing keys.

    Args:
        key: key of the object, for error messages.
        versioned: whether the call has a version id; a malformed version id is treated as missing.

    Raises:
        ObjectMissing: the object or version does not exist.
        StorageUnavailable: S3 or SQS does not respond, or rejects the call.
    """
    try:
        yield
    except ParamValidationError:
        raise  # a bug in the platform; nothing was sent
    except BotoCoreError as error:
        raise StorageUnavailable("The storage did not respond.") from error
    except ClientError as error:
        raise _translate(error, key, versioned) from error


def _translate(error: ClientError, key: str, versioned: bool) -> MiniMLError:
    code = code_of(error)
    if code in _MISSING_CODES or (versioned and code in _BAD_VERSION_CODES):
        return ObjectMissing(f"Object `{key}` does not exist.")
    return StorageUnavailable("The storage rejected the call.")
