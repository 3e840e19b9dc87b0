"""Find round numbers around and between two bounds, so that what is shown does not repeat single values."""

import math
import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

_MANTISSAS: Final = (5, 2, 1)


def round_outward(low: float, high: float, *, steps: int, least: int = 0) -> tuple[float, float]:
    """Return the nearest round numbers that have all numbers from `low` to `high` between them.

    Args:
        low: the lower bound.
        high: the upper bound, larger than `low`.
        steps: minimum number of steps between the bounds; round numbers are multiples of 1, 2 or 5 times a power of 10.
        least: the smallest step.
    """
    step = _choose_step(low, high, steps)
    if step is None:
        return low, high
    step = max(step, Decimal(least))
    bounds = _round(low, step, ROUND_FLOOR) * step, _round(high, step, ROUND_CEILING) * step
    return max(float(bounds[0]), -sys.float_info.max), min(float(bounds[1]), sys.float_info.max)


def list_between(low: float, high: float, *, steps: int) -> tuple[float, ...]:
    """Return the round numbers from `low` to `high`, from `steps` - 1 to about 2.5 times as many; none if too close."""
    step = _choose_step(low, high, steps)
    if step is None:
        return ()
    first, last = int(_round(low, step, ROUND_CEILING)), int(_round(high, step, ROUND_FLOOR))
    found = dict.fromkeys(float(number * step) for number in range(first, last + 1))
    return tuple(number for number in found if low <= number <= high)


def _choose_step(low: float, high: float, steps: int) -> Decimal | None:
    """Return the largest round number that fits `steps` times between the bounds; None without such a number."""
    widest = high / steps - low / steps
    if not 0 < widest < math.inf:
        return None
    exponent = Decimal(widest).adjusted()
    return next(Decimal((0, (m,), exponent)) for m in _MANTISSAS if Decimal((0, (m,), exponent)) <= Decimal(widest))


def _round(value: float, step: Decimal, rounding: str) -> Decimal:
    """Return a number of steps, exactly: floats near a multiple stay on their side of it."""
    return (Decimal(value) / step).to_integral_value(rounding=rounding)
