"""Who is better on which data set, beyond noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

Numbers = NDArray[np.float64]
Outcome = Literal["win", "tie", "loss"]

_CONFIDENCE: Final = 0.95
_RESAMPLES: Final = 2_000
_MANY_SPLITS: Final = 5
_TEST_BY_TRAINING: Final = 0.25
"""Number of test rows for each training row."""
_SEED: Final = 14


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """Return 1 or -1 if the interval is on one side of 0, otherwise 0."""
        return int(self.low > 0) - int(self.high < 0)


def outcome_of(mine: Sequence[Numbers], theirs: Sequence[Numbers]) -> Outcome:
    """Return whether my losses are lower than theirs, on the same rows, by more than noise.

    Few splits: a win is a 95 % interval of the difference that excludes 0, from a paired bootstrap of the test rows,
    and the same sign in every split. Many splits: the interval is Student's over the splits, widened because the
    splits share training rows (Nadeau and Bengio, 2003).

    Args:
        mine: the loss of each test row, by split.
        theirs: the same of the other competitor.
    """
    gains = [other - own for own, other in zip(mine, theirs, strict=True)]
    if len(gains) >= _MANY_SPLITS:
        sign = interval_of_repeats([float(gain.mean()) for gain in gains]).sign
    else:
        sign = interval_of_rows(gains).sign
        if any(np.sign(gain.mean()) != sign for gain in gains):
            sign = 0
    return "win" if sign > 0 else "loss" if sign < 0 else "tie"


def interval_of_rows(gains: Sequence[Numbers]) -> Interval:
    """Return the mean over splits of the mean gain, with the interval of a bootstrap of the rows of each split."""
    random = np.random.default_rng(_SEED)
    means = np.mean([_resampled_means(gain, random) for gain in gains], axis=0)
    return _interval(float(np.mean([gain.mean() for gain in gains])), means)


def interval_of_repeats(gains: Sequence[float]) -> Interval:
    """Return the mean gain over repeated splits, with an interval that allows for training rows in common."""
    count, mean = len(gains), float(np.mean(gains))
    spread = float(np.std(gains, ddof=1)) * np.sqrt(1 / count + _TEST_BY_TRAINING)
    reach = float(student.ppf((1 + _CONFIDENCE) / 2, count - 1)) * spread
    return Interval(value=mean, low=mean - reach, high=mean + reach)


def interval_of_sets(values: Sequence[float]) -> Interval:
    """Return the mean over data sets, with the interval of a bootstrap of the sets."""
    numbers = np.asarray(values, dtype=np.float64)
    return _interval(float(numbers.mean()), _resampled_means(numbers, np.random.default_rng(_SEED)))


def mean_ranks(losses: Sequence[Sequence[float]]) -> list[float]:
    """Return the mean rank of each competitor, 1 for the lowest loss; equal losses share their mean rank.

    Args:
        losses: of all competitors, by data set.
    """
    table = np.asarray(losses, dtype=np.float64)
    lower = (table[:, np.newaxis, :] < table[:, :, np.newaxis]).sum(axis=2)
    equal = (table[:, np.newaxis, :] == table[:, :, np.newaxis]).sum(axis=2)
    return [float(rank) for rank in (lower + (equal + 1) / 2).mean(axis=0)]


def _resampled_means(numbers: Numbers, random: np.random.Generator) -> Numbers:
    """Return the mean of each of many samples with replacement."""
    return np.array([numbers[random.integers(len(numbers), size=len(numbers))].mean() for _ in range(_RESAMPLES)])


def _interval(value: float, means: Numbers) -> Interval:
    tail = (1 - _CONFIDENCE) / 2
    low, high = (float(bound) for bound in np.quantile(means, (tail, 1 - tail)))
    return Interval(value=value, low=low, high=high)
