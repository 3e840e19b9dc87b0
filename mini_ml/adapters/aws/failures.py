"""What AWS refuses, in the words of the error tree; every call of boto3 is made inside `translated`."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from mini_ml.errors import MiniMLError, ObjectMissing, StorageUnavailable

_MISSING_CODES = frozenset({"NoSuchKey", "NoSuchVersion", "404", "405"})
"""405 is what S3 answers where the version asked for is a delete marker."""
_BAD_VERSION_CODES = frozenset({"400", "InvalidArgument"})


def code_of(error: ClientError) -> str:
    """Return the error code of S3 or SQS; for a HEAD, which has no body, the HTTP status as text."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """Return the HTTP status of the answer."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translated(key: str = "", *, versioned: bool = False) -> Iterator[None]:
    """Turn what boto3 raises into ObjectMissing or StorageUnavailable.

    403 is StorageUnavailable, never "missing": a role that lacks a right must not look like an empty registry. So
    every role that reads needs s3:ListBucket, without which S3 answers 403 for a key that does not exist.

    Args:
        key: the object that the call is about, for the message.
        versioned: the call names a version; one that S3 finds malformed does not exist.
    """
    try:
        yield
    except ParamValidationError:
        raise  # our own mistake, found before anything was sent
    except BotoCoreError as error:
        raise StorageUnavailable("The storage did not answer.") from error
    except ClientError as error:
        raise _translation(error, key, versioned) from error


def _translation(error: ClientError, key: str, versioned: bool) -> MiniMLError:
    code = code_of(error)
    if code in _MISSING_CODES or (versioned and code in _BAD_VERSION_CODES):
        return ObjectMissing(f"No object `{key}`.")
    return StorageUnavailable("The storage refused the call.")
