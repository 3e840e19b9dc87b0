"""What one cell means: missing, a number, a boolean or a category token. Every door reads cells through here."""

import re
from decimal import Decimal as Exact
from typing import Final, Literal

Decimal = Literal[".", ","]

MISSING_WORDS: Final = frozenset({"", "-", "?", "na", "n/a", "nan", "null", "none", "#n/a", "<na>"})
"""What stands for a missing feature, in any case and with any blanks around; a target is missing only when empty."""

LARGEST: Final = 1e30
"""Larger numbers are taken as missing: trees compute in 32 bits and refuse a whole batch over one such cell."""

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
    """Tell whether a feature cell, already trimmed, stands for a missing value."""
    return len(text) <= _LONGEST_MISSING_WORD and text.lower() in MISSING_WORDS


def number(text: str, decimal: Decimal) -> float | None:
    """Return the number that a trimmed cell spells, or None; thousands separators are not read."""
    if _NUMBER[decimal].fullmatch(text) is None:
        return None
    return usable(float(text.replace(",", ".")))


def usable(value: float) -> float | None:
    """Return a number that every estimator can compute with, else None: no NaN, infinity or overflow to come."""
    return value if abs(value) <= LARGEST else None


def boolean(text: str) -> float | None:
    """Return 1.0 or 0.0 for a trimmed cell that says yes or no, else None."""
    word = token(text.lower(), ".")
    if word in TRUE_WORDS:
        return 1.0
    return 0.0 if word in FALSE_WORDS else None


def token(text: str, decimal: Decimal) -> str:
    """Return the category that a trimmed cell names: `7`, `7.0` and `7e0` are one, `007` is another."""
    if text[-1:].isdigit():
        pointed = text.replace(",", ".") if decimal == "," else text
        if _SCIENTIFIC.fullmatch(pointed):
            pointed = format(Exact(pointed), "f")
        plain = _PLAIN.fullmatch(pointed)
        return text if plain is None else _shortest(*plain.groups(default=""))
    lowered = text.lower()
    return lowered if lowered in ("true", "false") else text


def is_plain_integer(text: str) -> bool:
    """Tell whether a label can be given as a JSON integer and still be spelled as it was."""
    return _PLAIN_INTEGER.fullmatch(text) is not None


def _shortest(sign: str, whole: str, fraction: str) -> str:
    """Spell a plain number without trailing zeros; there is one zero."""
    fraction = fraction.rstrip("0")
    spelled = f"{whole}.{fraction}" if fraction else whole
    return spelled if spelled == "0" else sign + spelled
