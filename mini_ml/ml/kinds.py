"""Judge what a column is from the evidence of all its rows."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.contracts import ColumnKind
from mini_ml.ml import dates, words
from mini_ml.ml.evidence import Evidence
from mini_ml.ml.words import Decimal

ALMOST_ALL: Final = 0.99
"""Share of present cells that must be numbers for a column to be numeric; the others are taken as missing."""
_FEWEST_IDENTIFIERS: Final = 10
"""Below so many rows, unique cells prove nothing."""
_TEXT_WORDS: Final = 4
"""Unique cells with so many words on average are text, with fewer an identifier."""
_TEXT_DISTINCT: Final = 50


@dataclass(frozen=True)
class Verdict:
    """What a column is; `kind` None means that it is left out for `reason`."""

    kind: ColumnKind | None
    format: str | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    fallback: ColumnKind | None = None
    """What an identifier is read as if nothing else is left."""


def judge(name: str, evidence: Evidence, decimal: Decimal) -> Verdict:
    """Return the kind of a column."""
    if not evidence.present:
        return Verdict(None, reason="all cells are missing")
    if len({words.token(text, decimal) for text in evidence.texts}) == 1:
        return Verdict(None, reason="constant: all cells are the same")
    if evidence.share(decimal) >= ALMOST_ALL and not _zero_padded(evidence):
        return _numeric(evidence, decimal)
    if all(words.boolean(text) is not None for text in evidence.texts):
        return Verdict("boolean")
    dated = _dated(evidence)
    if dated is not None and dated.kind is not None:
        return dated
    verdict = _textual(evidence)
    return verdict if dated is None else Verdict(verdict.kind, None, verdict.reason, dated.notes, verdict.fallback)


def _numeric(evidence: Evidence, decimal: Decimal) -> Verdict:
    values = evidence.numbers(decimal)
    known = values[~np.isnan(values)]
    strange = evidence.present - int(evidence.counts[~np.isnan(values)].sum())
    if not strange and _counts_up(known, evidence.present):
        return Verdict(None, reason="identifier: integers that count the rows", fallback="numeric")
    notes = (f"{strange} cells are no numbers and are taken as missing",) if strange else ()
    return Verdict("numeric", notes=notes)


def _counts_up(values: "np.ndarray[tuple[int], np.dtype[np.float64]]", rows: int) -> bool:
    """Tell whether the values are consecutive integers, each of them once."""
    if rows < _FEWEST_IDENTIFIERS or len(values) != rows or not np.all(values == np.floor(values)):
        return False
    return bool(values.max() - values.min() == rows - 1) and len(np.unique(values)) == rows


def _zero_padded(evidence: Evidence) -> bool:
    """Tell codes such as 007 and 01310 from numbers: more than a few cells have a leading zero."""
    padded = [
        len(digits) > 1 and digits.startswith("0") and digits.isdigit()
        for digits in (text.lstrip("+-") for text in evidence.texts)
    ]
    return float(evidence.counts[np.array(padded, dtype=np.bool_)].sum()) > (1 - ALMOST_ALL) * evidence.present


def _dated(evidence: Evidence) -> Verdict | None:
    """Find the date formats that read every cell; where only some cells are dates, say so."""
    sample = evidence.texts[:50]
    if not any(text[:1].isalnum() and any(char.isdigit() for char in text) for text in sample):
        return None
    fitting = [form for form in dates.FORMATS if all(dates.epoch(text, form) is not None for text in evidence.texts)]
    if fitting:
        ambiguous = fitting[0].startswith("%d") and len(fitting) > 1
        notes = (f"day and month cannot be told apart; read as {fitting[0]}",) if ambiguous else ()
        return Verdict("datetime", format=fitting[0], notes=notes)
    if any(dates.epoch(text, form) is not None for form in dates.FORMATS for text in sample):
        return Verdict(None, notes=("some cells look like dates, but no one format reads all; read as text",))
    return None


def _textual(evidence: Evidence) -> Verdict:
    distinct = len(evidence.texts)
    words_per_cell = sum(len(text.split()) for text in evidence.texts) / distinct
    unique = distinct == evidence.present
    if words_per_cell >= _TEXT_WORDS and distinct >= min(_TEXT_DISTINCT, max(3, evidence.present // 2)):
        return Verdict("text")
    if unique and evidence.present >= _FEWEST_IDENTIFIERS:
        return Verdict(None, reason="identifier: every cell is different", fallback="categorical")
    return Verdict("categorical")
