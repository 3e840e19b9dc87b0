"""Judge what a column is from the evidence of all its rows."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from mini_ml.contracts import ColumnKind
from mini_ml.ml.cells import dates, words
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.schema.evidence import Evidence, Spread

ALMOST_ALL: Final = 0.99
"""Share of present cells that must be numbers for a column to be numeric; the others are taken as missing."""
_FEWEST_IDENTIFIERS: Final = 10
"""Below so many rows, unique cells prove nothing."""
_TEXT_WORDS: Final = 4
"""Unique cells with so many words on average are text, with fewer an identifier."""
_TEXT_DISTINCT: Final = 50
_SAMPLE: Final = 50


@dataclass(frozen=True)
class Verdict:
    """What a column is; `kind` None means that it is left out for `reason`."""

    kind: ColumnKind | None
    format: str | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    fallback: ColumnKind | None = None
    """What an identifier is read as if nothing else is left."""


def judge(evidence: Evidence, decimal: Decimal) -> Verdict:
    """Return the kind of a column."""
    if not evidence.present:
        return Verdict(None, reason="all cells are missing")
    numbers = evidence.numbers(decimal)
    few = (1 - ALMOST_ALL) * evidence.present
    if evidence.present - numbers.count <= few and evidence.zero_padded() <= few:
        return _numeric(evidence, numbers, decimal)
    if len({words.token(text, decimal) for text in evidence.texts}) == 1:
        return Verdict(None, reason="constant: all cells are the same")
    if all(words.boolean(text) is not None for text in evidence.texts):
        return Verdict("boolean")
    dated = _dated(evidence)
    if dated.kind is not None:
        return dated
    return replace(_textual(evidence), notes=(*dated.notes, *_nearly_numeric(evidence, numbers)))


def _nearly_numeric(evidence: Evidence, numbers: Spread) -> tuple[str, ...]:
    """Tell of a column that its reader may take for numbers, and that some other spellings have made words."""
    if numbers.count < evidence.present / 2 or evidence.zero_padded():
        return ()
    return (f"{numbers.count} of {evidence.present} cells are numbers, too few to read the column as numbers",)


def _numeric(evidence: Evidence, numbers: Spread, decimal: Decimal) -> Verdict:
    strange = evidence.present - numbers.count
    notes = (f"{strange} cells are no numbers and are taken as missing",) if strange else ()
    if numbers.least == numbers.most:
        return Verdict(None, reason="constant: all cells are the same", notes=notes)
    # Consecutive integers, each of them once, in any order.
    in_a_row = numbers.whole and numbers.most - numbers.least == numbers.count - 1
    if not strange and in_a_row and numbers.count >= _FEWEST_IDENTIFIERS and evidence.all_distinct(decimal):
        return Verdict(None, reason="identifier: integers that count the rows", fallback="numeric")
    return Verdict("numeric", notes=notes)


def _dated(evidence: Evidence) -> Verdict:
    """Find the date formats that read every cell; where only some cells are dates, say so."""
    sample = list(islice(evidence.texts, _SAMPLE))
    likely = [form for form in dates.FORMATS if any(dates.epoch(text, form) is not None for text in sample)]
    fitting = [form for form in likely if all(dates.epoch(text, form) is not None for text in evidence.texts)]
    if fitting:
        ambiguous = len({form.replace("%B", "%b") for form in fitting}) > 1  # short months are spelled as long ones
        notes = (f"day and month cannot be told apart; read as {fitting[0]}",) if ambiguous else ()
        return Verdict("datetime", format=fitting[0], notes=notes)
    if likely:
        return Verdict(None, notes=("some cells look like dates, but no one format reads all; not read as dates",))
    return Verdict(None)


def _textual(evidence: Evidence) -> Verdict:
    distinct = len(evidence.texts)
    words_per_cell = sum(len(text.split()) for text in evidence.texts) / distinct
    if words_per_cell >= _TEXT_WORDS and distinct >= min(_TEXT_DISTINCT, max(3, evidence.present // 2)):
        return Verdict("text")
    if distinct == evidence.present >= _FEWEST_IDENTIFIERS:
        return Verdict(None, reason="identifier: every cell is different", fallback="categorical")
    return Verdict("categorical")
