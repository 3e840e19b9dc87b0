"""Decide how much time the profile of a model may take."""

from typing import Final

_LEAST_SECONDS: Final = 1.0
_TRAINING_SHARE: Final = 0.1
_LEAST_PLANNED_SECONDS: Final = 0.6
_PLANNED_SHARE: Final = 0.04
"""Less than what is allowed, as estimates are rough and machines differ."""


def limit_profiling_seconds(training_seconds: float, *, most_seconds: float) -> float:
    """Return the maximum time of a profile: a tenth of its training, but a second, and what the training has left.

    Args:
        training_seconds: what the training took.
        most_seconds: maximum time of the job.
    """
    return min(max(_LEAST_SECONDS, _TRAINING_SHARE * training_seconds), max(0.0, most_seconds - training_seconds))


def plan_profiling_seconds(training_seconds: float, *, most_seconds: float) -> float:
    """Return the estimated time that a profile is planned for.

    The profile is never a reason to reject a training: it has to do with what the training leaves of its limit.

    Args:
        training_seconds: estimated time of the training.
        most_seconds: maximum estimated time of the job.
    """
    wanted = max(_LEAST_PLANNED_SECONDS, _PLANNED_SHARE * training_seconds)
    return min(wanted, max(0.0, most_seconds - training_seconds))
