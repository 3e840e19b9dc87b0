"""Parse a single cell as missing, number, boolean or category. CSV and JSON cells are both parsed here."""

import re
from decimal import Decimal as Exact
from typing import Final, Literal

Decimal = Literal[".", ","]

MISSING_WORDS: Final = frozenset({"", "-", "?", "na", "n/a", "nan", "null", "none", "#n/a", "<na>"})
"""Texts that mean a missing feature, in any case and surrounded by any blanks; a target is missing only if empty."""

LARGEST: Final = 1e30
"""Larger numbers are treated as missing: trees compute in 32 bits, and one such cell would fail a whole batch."""

TRUE_WORDS: Final = frozenset({"true", "yes", "t", "y", "sim", "1"})
FALSE_WORDS: Final = frozenset({"false", "no", "f", "n", "não", "nao", "0"})

_LONGEST_MISSING_WORD: Final = max(map(len, MISSING_WORDS))
_NUMBER: Final = {
    ".": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"),
    ",": re.compile(r"[+-]?(?:[0-9]+(?:,[0-9]*)?|,[0-9]+)(?:[eE][+-]?[0-9]+)?"),
}
_PLAIN: Final = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_SCIENTIFIC: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]{1,3}")
_PLAIN_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")


def is_missing(text: str) -> bool:
    """Return whether a trimmed feature cell means a missing value."""
    return len(text) <= _LONGEST_MISSING_WORD and text.lower() in MISSING_WORDS


def number(text: str, decimal: Decimal) -> float | None:
    """Parse a trimmed cell as a number, or return None; thousands separators are not supported."""
    if _NUMBER[decimal].fullmatch(text) is None:
        return None
    return usable(float(text.replace(",", ".")))


def usable(value: float) -> float | None:
    """Return the number if every estimator can compute with it; None for NaN, infinity and numbers above `LARGEST`."""
    return value if abs(value) <= LARGEST else None


def boolean(text: str) -> float | None:
    """Parse a trimmed cell as a boolean: 1.0, 0.0, or None if it is neither."""
    word = token(text.lower(), ".")
    if word in TRUE_WORDS:
        return 1.0
    return 0.0 if word in FALSE_WORDS else None


def token(text: str, decimal: Decimal) -> str:
    """Return the canonical category of a trimmed cell: `7`, `7.0` and `7e0` are the same, `007` is different."""
    if text[-1:].isdigit():
        pointed = text.replace(",", ".") if decimal == "," else text
        if _SCIENTIFIC.fullmatch(pointed):
            pointed = format(Exact(pointed), "f")
        plain = _PLAIN.fullmatch(pointed)
        return text if plain is None else _shortest(*plain.groups(default=""))
    lowered = text.lower()
    return lowered if lowered in ("true", "false") else text


def is_plain_integer(text: str) -> bool:
    """Return whether a label can become a JSON integer and still be written as in the file."""
    return _PLAIN_INTEGER.fullmatch(text) is not None


def _shortest(sign: str, whole: str, fraction: str) -> str:
    """Return a plain number without trailing zeros; `-0` becomes `0`."""
    fraction = fraction.rstrip("0")
    spelled = f"{whole}.{fraction}" if fraction else whole
    return spelled if spelled == "0" else sign + spelled
