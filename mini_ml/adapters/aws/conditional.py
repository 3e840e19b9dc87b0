"""Conditional writes: the one place that retries a conflict and names a refusal."""

import time
from collections.abc import Callable
from random import SystemRandom
from typing import TypeVar

from botocore.exceptions import ClientError

from mini_ml.adapters.aws.failures import status_of, translated
from mini_ml.errors import AlreadyExists, StaleWrite, StorageUnavailable

_CONFLICT = 409
_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.05
_random = SystemRandom()
"""Spreads the retries of workers that met; it draws from the system, so forked ones do not draw alike."""

Written = TypeVar("Written")


def write_if(refusal: type[AlreadyExists] | type[StaleWrite], key: str, write: Callable[[], Written]) -> Written:
    """Make a conditional write, again while S3 answers 409 (another write of the key is under way).

    A 412 may be the answer to our own write, which the client sent twice because the first answer was lost. It is
    only reported here; workflows read the object and decide.

    Raises:
        AlreadyExists, StaleWrite: `refusal`, where the condition does not hold.
        StorageUnavailable: the conflict did not end, or S3 did not answer.
    """
    with translated(key):
        for attempt in range(_TRIES):
            try:
                return write()
            except ClientError as error:
                if _is_refusal(error, refusal):
                    raise refusal(f"The condition on `{key}` does not hold.") from error
                if status_of(error) != _CONFLICT:
                    raise
            time.sleep(_random.uniform(0.5, 1.0) * _FIRST_PAUSE_SECONDS * 2**attempt)
    raise StorageUnavailable("Another write of the same object did not end.")


def _is_refusal(error: ClientError, refusal: type[AlreadyExists] | type[StaleWrite]) -> bool:
    """Tell whether the condition failed; If-Match on a key that is gone is answered 404."""
    return status_of(error) == 412 or (refusal is StaleWrite and status_of(error) == 404)
