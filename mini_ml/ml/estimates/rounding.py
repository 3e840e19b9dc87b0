"""What the estimates of trainings and of batches share; who scores online imports no more of either than this."""

import math
from typing import Final

from mini_ml.topology import MIB

BASE_BYTES: Final = 220 * MIB
"""The interpreter with the libraries, before it has read anything."""
READING_NANOSECONDS: Final = 400
"""For each cell of a table: to find it, tell its kind, and parse it."""


def round_down(number: int) -> int:
    """Return a number of two digits and zeros, no larger than the one given."""
    unit = int(10 ** max(0, len(str(number)) - 2))
    return number // unit * unit


def round_up(number: float) -> int:
    """Return a number of two digits and zeros, no smaller than the one given."""
    unit = int(10 ** max(0, len(str(int(number))) - 2))
    return math.ceil(number / unit) * unit
