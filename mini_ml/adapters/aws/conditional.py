"""Conditional writes to S3, with retries after conflicts."""

import time
from collections.abc import Callable
from random import SystemRandom
from typing import TypeVar

from botocore.exceptions import ClientError

from mini_ml.adapters.aws.failures import status_of, translate_errors
from mini_ml.errors import AlreadyExists, StaleWrite, StorageUnavailable

_CONFLICT = 409
_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.05
_random = SystemRandom()
"""Adds jitter to retries. Uses the system's randomness, so that forked workers get different values."""

Written = TypeVar("Written")


def write_if(
    failed_condition: type[AlreadyExists] | type[StaleWrite], key: str, write: Callable[[], Written]
) -> Written:
    """Make a conditional write, and retry it while S3 returns 409 (a concurrent write of the same key).

    A 412 can be the response to our own write, if the client sent it twice because the first response was lost.
    Workflows handle this case: they read the object and decide.

    Args:
        failed_condition: error to raise if the condition does not hold.
        key: key of the object, for error messages.
        write: makes the write and raises what boto3 raises.

    Raises:
        AlreadyExists, StaleWrite: `failed_condition`, if the condition does not hold.
        StorageUnavailable: the conflict persists, or S3 does not respond.
    """
    with translate_errors(key):
        for attempt in range(_TRIES):
            try:
                return write()
            except ClientError as error:
                if _is_failed_condition(error, failed_condition):
                    raise failed_condition(f"The write condition for `{key}` does not hold.") from error
                if status_of(error) != _CONFLICT:
                    raise
            time.sleep(_random.uniform(0.5, 1.0) * _FIRST_PAUSE_SECONDS * 2**attempt)
    raise StorageUnavailable("Concurrent writes of the same object did not end.")


def _is_failed_condition(error: ClientError, failed_condition: type[AlreadyExists] | type[StaleWrite]) -> bool:
    """Return whether the condition failed. S3 returns 404 for If-Match on a missing key."""
    return status_of(error) == 412 or (failed_condition is StaleWrite and status_of(error) == 404)
