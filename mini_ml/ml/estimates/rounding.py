"""Constants and rounding shared by the estimates of trainings and of batches."""

import math
from typing import Final

from mini_ml.topology import MIB

BASE_BYTES: Final = 220 * MIB
"""Memory of the interpreter and the libraries before any data is read."""
READING_NANOSECONDS: Final = 400
"""Time per cell of a table: to split it, infer its kind, and parse it."""


def round_down(number: int) -> int:
    """Round down to two significant digits."""
    unit = int(10 ** max(0, len(str(number)) - 2))
    return number // unit * unit


def round_up(number: float) -> int:
    """Round up to two significant digits."""
    unit = int(10 ** max(0, len(str(int(number))) - 2))
    return math.ceil(number / unit) * unit
