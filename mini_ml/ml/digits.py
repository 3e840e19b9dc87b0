"""Read decimal numbers out of bytes, many at once, to the same last bit as Python's own `float`.

Eight characters are read as one 64-bit word; the decimal mark is taken out, and three multiplications add the digits
up. An integer below 2**53 divided by a power of ten up to 10**22 is then correctly rounded, since both are exact; a
longer one is divided with twice the precision, and where even that comes too near a tie, the cell is left to `float`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.block import Offsets
from mini_ml.ml.frame import Matrix
from mini_ml.ml.words import Decimal

Marks = NDArray[np.bool_]
Words = NDArray[np.uint64]

LONGEST: Final = 24
"""Characters, sign not counted, beyond which a cell is left to `float`."""
_MOST_DIGITS: Final = 18
_EXACT: Final = 1 << 53

_ONES: Final = np.uint64(0x0101010101010101)
_HIGHS: Final = np.uint64(0x8080808080808080)
_ZEROS: Final = np.uint64(0x3030303030303030)
_OVER_NINE: Final = np.uint64(0x7676767676767676)
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_LAST: Final = np.uint64(0xFF)
_NONE, _ONE, _THREE, _SEVEN, _BYTE = (np.uint64(number) for number in (0, 1, 3, 7, 8))
_SPLITTER: Final = float(2**27 + 1)
_POWERS: Final[Matrix] = np.array([10.0**power for power in range(23)])
_INT_POWERS: Final = np.array([10**power for power in range(9)], dtype=np.int64)
_MARKS: Final = {".": np.uint64(0x2E2E2E2E2E2E2E2E), ",": np.uint64(0x2C2C2C2C2C2C2C2C)}


@dataclass(frozen=True)
class Numbers:
    """What some cells are as numbers."""

    values: Matrix
    """NaN where the cell was not read."""
    read: Marks
    """Whether the cell was read here; the others may be numbers still, in a form that is left to `float`."""
    fractional: Marks
    """Whether a cell that was read has a decimal mark."""


def read_numbers(words: Words, starts: Offsets, stops: Offsets, decimal: Decimal) -> Numbers:
    """Read cells of the form `[-]digits[mark digits]` without padding zeros; `words` as of `words_of`."""
    first = words[starts] & np.uint64(0xFF)
    negative = first == ord("-")
    begins = starts + negative
    chars = stops - begins
    values = np.full(len(starts), np.nan)
    read = np.zeros(len(starts), dtype=np.bool_)
    fractional = np.zeros(len(starts), dtype=np.bool_)
    for pieces in (1, 2, 3):
        chosen = np.flatnonzero((chars > 8 * (pieces - 1)) & (chars <= 8 * pieces))
        if len(chosen):
            taken = slice(None) if len(chosen) == len(starts) else chosen
            mantissas, fractions, sound = _mantissas(words, begins[taken], chars[taken], pieces, _MARKS[decimal])
            quotients, sure = _quotients(mantissas, np.maximum(fractions, 0))
            sound &= sure
            values[taken] = np.where(sound, quotients, np.nan)
            read[taken] = sound
            fractional[taken] = fractions >= 0
    return Numbers(np.where(negative, -values, values), read, fractional & read)


def words_of(cells: bytes) -> Words:
    """Return, for each place of the buffer but the last seven, the eight bytes that begin there, as a number."""
    return np.ndarray(shape=(len(cells) - 7,), dtype="<u8", buffer=cells, strides=(1,))


def _mantissas(
    words: Words, begins: Offsets, chars: Offsets, pieces: int, mark: np.uint64
) -> tuple[NDArray[np.int64], Offsets, Marks]:
    """Return all digits as one integer, how many follow the mark (-1: there is none), and whether that is right."""
    size = chars - 8 * (pieces - 1)
    mantissa, digits, after, sound = _piece(words[begins], size, mark)
    sound &= ~_zero_padded(words[begins], chars)
    place = begins + size
    for _ in range(pieces - 1):
        more, more_digits, more_after, more_sound = _piece(words[place], np.full_like(size, 8), mark)
        sound &= more_sound & ((after < 0) | (more_after < 0))
        mantissa = mantissa * _INT_POWERS[more_digits] + more
        after = np.where(after >= 0, after + more_digits, more_after)
        digits = digits + more_digits
        place = place + 8
    return mantissa, after, sound & (digits > 0) & (digits <= _MOST_DIGITS)


def _piece(word: Words, size: Offsets, mark: np.uint64) -> tuple[NDArray[np.int64], Offsets, Offsets, Marks]:
    """Read up to eight characters: their digits as a number, how many, how many behind the mark, and if all is well."""
    unused = (8 - size).astype(np.uint64) << _THREE
    # What follows the cell is shifted out; the blanks that come in front become anything but a mark.
    placed = word << unused
    odd = placed ^ (mark << unused)
    odd |= ~(_ALL << unused)
    hits = odd - _ONES
    hits &= ~odd
    hits &= _HIGHS
    # The lowest bit of the first mark's byte; zero where there is none, and then all bytes are below it.
    lowest = (hits & (~hits + _ONE)) >> _SEVEN
    below = lowest - _ONE
    marked = lowest != 0
    # Take the mark out: what is before it moves up by one character.
    digits = placed & ~(below | lowest * _LAST)
    placed &= below
    placed <<= np.where(marked, _BYTE, _NONE)
    digits |= placed
    count = size - marked
    # A shift by 64 gives 0 in numpy, so that no digits at all are no zeros either.
    digits ^= _ZEROS << ((8 - count).astype(np.uint64) << _THREE)
    sound: Marks = (((digits + _OVER_NINE) | digits) & _HIGHS) == 0
    after = np.where(marked, 7 - (np.bitwise_count(below) >> 3).astype(np.int64), -1)
    return _sum(digits), count, after, sound


def _sum(digits: Words) -> NDArray[np.int64]:
    """Add eight digits up, the first of them in the lowest byte."""
    pairs = (digits * np.uint64(2561)) >> _BYTE & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(6553601)) >> np.uint64(16) & np.uint64(0x0000FFFF0000FFFF)
    return ((fours * np.uint64(42949672960001)) >> np.uint64(32)).astype(np.int64)


def _zero_padded(word: Words, chars: Offsets) -> Marks:
    """Mark cells such as 007: whether they are numbers at all is for others to say."""
    second = (word >> _BYTE) & np.uint64(0xFF)
    padded: Marks = ((word & np.uint64(0xFF)) == ord("0")) & (chars > 1) & (second >= ord("0")) & (second <= ord("9"))
    return padded


def _quotients(mantissas: NDArray[np.int64], fractions: Offsets) -> tuple[Matrix, Marks]:
    """Divide by powers of ten; correctly rounded where the second answer says so."""
    powers = _POWERS[np.minimum(fractions, 22)]
    quotients: Matrix = mantissas / powers
    long = np.flatnonzero(mantissas >= _EXACT)
    sure = np.ones(len(mantissas), dtype=np.bool_)
    if len(long):
        quotients[long], sure[long] = _long_quotients(mantissas[long], powers[long])
    return quotients, sure


def _long_quotients(mantissas: NDArray[np.int64], powers: Matrix) -> tuple[Matrix, Marks]:
    """Divide as a pair of doubles, then round once; not sure where the rest is near half a unit of the last place."""
    head = mantissas.astype(np.float64)
    tail = (mantissas - head.astype(np.int64)).astype(np.float64)
    first = head / powers
    product, error = _product(first, powers)
    second = ((head - product) - error + tail) / powers
    total = first + second
    rest = second - (total - first)
    is_power_of_two = np.frexp(total)[0] == 0.5
    return total, (np.abs(rest) < 0.499999 * np.spacing(total)) & ~is_power_of_two


def _product(left: Matrix, right: Matrix) -> tuple[Matrix, Matrix]:
    """Return a product and its rounding error, exactly (Dekker)."""
    product = left * right
    left_head, left_tail = _halves(left)
    right_head, right_tail = _halves(right)
    error = ((left_head * right_head - product) + left_head * right_tail + left_tail * right_head) + (
        left_tail * right_tail
    )
    return product, error


def _halves(value: Matrix) -> tuple[Matrix, Matrix]:
    scaled = value * _SPLITTER
    head = scaled - (scaled - value)
    return head, value - head
