"""The words that mean a missing value or a truth value, and the canonical spelling of a category."""

import re
from collections.abc import Container, Iterable
from decimal import Decimal as Exact
from typing import Final

from mini_ml.ml.cells.number_text import Decimal

MISSING_WORDS: Final = frozenset({"", "-", "?", "na", "n/a", "nan", "null", "none", "#n/a", "<na>"})
"""Texts that mean a missing number, truth value or date, in any case. A column can have words of its own too."""

MISSING_CATEGORIES: Final = frozenset({"", "nan", "null", "<na>", "#n/a"})
"""Texts that mean a missing category, in any case; `NA`, `None` and `-` are categories."""

_WORDS_FOR_NONE: Final = ("NA", "None", "-")
"""Categories that can stand for a gap; they are categories of their own in a file that has them."""

MISSING_LABELS: Final = frozenset({"", "na", "n/a", "nan", "null", "<na>", "#n/a"})
"""Texts that mean a missing label of a target, in any case."""

LARGEST: Final = 1e30
"""Larger numbers are treated as missing: trees compute in 32 bits, and one such cell would fail a whole batch."""

TRUTH_PAIRS: Final = (
    ("true", "false"),
    ("t", "f"),
    ("yes", "no"),
    ("y", "n"),
    ("sim", "não"),
    ("sim", "nao"),
    ("s", "n"),
    ("verdadeiro", "falso"),
    ("v", "f"),
    ("on", "off"),
)
"""Pairs of words for true and false, in lower case. The words of a boolean column are one of these pairs."""

_TRUTH: Final = {
    **{word: 1.0 for word, _ in TRUTH_PAIRS},
    **{word: 0.0 for _, word in TRUTH_PAIRS},
    "1": 1.0,
    "0": 0.0,
}
_LONGEST_MISSING_WORD: Final = max(map(len, MISSING_WORDS))
_PLAIN: Final = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_SCIENTIFIC: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]{1,3}")
_PLAIN_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")


def is_missing(text: str) -> bool:
    """Return whether a trimmed cell of a number, boolean or datetime column means a missing value."""
    return len(text) <= _LONGEST_MISSING_WORD and text.lower() in MISSING_WORDS


def is_missing_category(text: str) -> bool:
    """Return whether a trimmed cell of a categorical or text column means a missing value."""
    return len(text) <= _LONGEST_MISSING_WORD and text.lower() in MISSING_CATEGORIES


def find_category_for_gaps(categories: Container[str]) -> str | None:
    """Return the category that can stand for a gap where training had none: the only word for "none" among them."""
    found = [word for word in _WORDS_FOR_NONE if word in categories]
    return found[0] if len(found) == 1 else None


def is_missing_label(text: str) -> bool:
    """Return whether a trimmed cell of a classifier's target means a missing value."""
    return len(text) <= _LONGEST_MISSING_WORD and text.lower() in MISSING_LABELS


def usable(value: float) -> float | None:
    """Return the number if every estimator can compute with it; None for NaN, infinity and numbers above `LARGEST`."""
    return value if abs(value) <= LARGEST else None


def boolean(text: str) -> float | None:
    """Read a trimmed cell as a truth value in the words of any pair: 1.0, 0.0, or None if it is neither."""
    lowered = text.lower()
    found = _TRUTH.get(lowered)
    return _TRUTH.get(token(lowered, ".")) if found is None else found


def is_truth_pair(texts: Iterable[str]) -> bool:
    """Return whether the different cells of a column are the words of one pair, or one word of it."""
    lowered = {text.lower() for text in texts}
    return bool(lowered) and any(lowered <= set(pair) for pair in TRUTH_PAIRS)


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
