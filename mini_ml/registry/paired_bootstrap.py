"""The difference of a metric between two models on the same rows, with a bootstrap interval, in plain Python.

Rows are paired, so their difficulty cancels out: Dietterich, “Approximate Statistical Tests for Comparing Supervised
Classification Learning Algorithms”, Neural Computation 10, 1998, explains why this matters. A resample draws groups of
rows with replacement, at most 500 of them, so that many rows take little longer. The digest of a row decides its
group, which is as good as chance, so the sums of the groups vary as much as those of rows do, and 500 of them show it
to about 3 %. Rows with the same cells share a group, because they are not independent of each other.

Rows on which both models are equally right say nothing about the accuracy. If the few others all favour one model, the
resamples would too, however few they are. So the interval of the accuracy counts two more rows, one for each model:
Bonett and Price, “Adjusted Wald Confidence Interval for a Difference of Binomial Proportions Based on Paired Data”,
Journal of Educational and Behavioral Statistics 37, 2012.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random
from typing import Final

from mini_ml.contracts import Interval, MetricDifference

_MOST_GROUPS: Final = 500
_RESAMPLES: Final = 1_000
_TAIL: Final = 0.025
_SEED: Final = 0

_Group = tuple[int, float, float]
"""Number of rows, and the sums of both models."""


def compare_metric(
    metric: str, digests: Sequence[int], first: Sequence[float], second: Sequence[float]
) -> MetricDifference | None:
    """Return the difference of a metric between two models; the same rows always give the same interval.

    Args:
        metric: `log_loss`, `accuracy`, `rmse` or `mae`.
        digests: of each row; there must be one.
        first: for each row the log loss, 1 if the label is right, the squared or the absolute error of the first model.
        second: the same of the second model.

    Returns:
        None if a model has no probabilities, or the numbers are too large to compute with.
    """
    take_root = metric == "rmse"
    values = tuple(_finish(sum(losses), len(digests), take_root) for losses in (first, second))
    groups = _build_groups(digests, first, second)
    if metric == "accuracy":
        groups += [(1, 0.0, 1.0), (1, 1.0, 0.0)]
    resampled = _resample(groups, take_root)
    if not all(map(math.isfinite, (*values, *resampled))):
        return None
    cut, difference = int(_RESAMPLES * _TAIL), values[1] - values[0]
    return MetricDifference(
        metric=metric,
        values=(values[0], values[1]),
        difference=difference,
        interval=Interval(low=min(resampled[cut], difference), high=max(resampled[-1 - cut], difference)),
        greater_is_better=metric == "accuracy",
    )


def _finish(total: float, rows: int, take_root: bool) -> float:
    return math.sqrt(total / rows) if take_root else total / rows


def _build_groups(digests: Sequence[int], first: Sequence[float], second: Sequence[float]) -> list[_Group]:
    """Return the sums of groups of rows, in an order that depends on the digests only."""
    distinct = len(set(digests))
    codes = digests if distinct <= _MOST_GROUPS else [digest % _MOST_GROUPS for digest in digests]
    sizes, firsts, seconds = Counter(codes), defaultdict[int, float](float), defaultdict[int, float](float)
    for code, one, two in zip(codes, first, second, strict=True):
        firsts[code] += one
        seconds[code] += two
    return [(sizes[code], firsts[code], seconds[code]) for code in sorted(sizes)]


def _resample(groups: Sequence[_Group], take_root: bool) -> list[float]:
    """Return the differences, second minus first, of resamples of the groups, ascending."""
    random = Random(_SEED)  # noqa: S311  the result must be the same each time
    differences = []
    for _ in range(_RESAMPLES):
        sizes, firsts, seconds = zip(*random.choices(groups, k=len(groups)), strict=True)
        rows = sum(sizes)
        differences.append(_finish(sum(seconds), rows, take_root) - _finish(sum(firsts), rows, take_root))
    return sorted(differences)
