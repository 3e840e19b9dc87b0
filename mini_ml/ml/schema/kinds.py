"""Decide the kind of a column from the evidence of all its rows."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from mini_ml.contracts import ColumnKind
from mini_ml.ml.cells import dates, words
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.schema.evidence import Evidence, NumberRange

ALMOST_ALL: Final = 0.99
"""Fraction of the cells that must be numbers for a column to be numeric; the others are treated as missing."""
_MIN_IDENTIFIERS: Final = 10
"""With fewer rows, a column of unique cells is not treated as an identifier."""
_TEXT_WORDS: Final = 4
"""Minimum average number of words per cell of a text column; unique cells with fewer words are identifiers."""
_TEXT_DISTINCT: Final = 50
_SAMPLE: Final = 50


@dataclass(frozen=True)
class Verdict:
    """The kind of a column; `kind` is None if the column is left out, and `reason` says why."""

    kind: ColumnKind | None
    format: str | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    fallback: ColumnKind | None = None
    """Kind of an identifier column if no other column is left."""


def judge_column(evidence: Evidence, decimal: Decimal) -> Verdict:
    """Decide the kind of a column from its cells."""
    if not evidence.present:
        return Verdict(None, reason="all cells are missing")
    numbers = evidence.numbers(decimal)
    few = (1 - ALMOST_ALL) * evidence.present
    if evidence.present - numbers.count <= few and evidence.zero_padded() <= few:
        return _judge_numbers(evidence, numbers, decimal)
    if len({words.token(text, decimal) for text in evidence.texts}) == 1:
        return Verdict(None, reason="constant: all cells are the same")
    if all(words.boolean(text) is not None for text in evidence.texts):
        return Verdict("boolean")
    dated = _judge_dates(evidence)
    if dated.kind is not None:
        return dated
    return replace(_judge_text(evidence), notes=(*dated.notes, *_note_nearly_numeric(evidence, numbers)))


def _note_nearly_numeric(evidence: Evidence, numbers: NumberRange) -> tuple[str, ...]:
    """Add a note if at least half of the cells are numbers, but too few for a numeric column."""
    if numbers.count < evidence.present / 2 or evidence.zero_padded():
        return ()
    return (f"{numbers.count} of {evidence.present} cells are numbers, too few to read the column as numbers",)


def _judge_numbers(evidence: Evidence, numbers: NumberRange, decimal: Decimal) -> Verdict:
    not_numbers = evidence.present - numbers.count
    notes = (f"{not_numbers} cells are not numbers and are treated as missing",) if not_numbers else ()
    if numbers.minimum == numbers.maximum:
        return Verdict(None, reason="constant: all cells are the same", notes=notes)
    # Consecutive integers, each exactly once, in any order.
    is_consecutive = numbers.whole and numbers.maximum - numbers.minimum == numbers.count - 1
    if not not_numbers and is_consecutive and numbers.count >= _MIN_IDENTIFIERS and evidence.all_distinct(decimal):
        return Verdict(None, reason="identifier: integers that count the rows", fallback="numeric")
    return Verdict("numeric", notes=notes)


def _judge_dates(evidence: Evidence) -> Verdict:
    """Return a datetime verdict if one format parses every cell; add a note if only some cells look like dates."""
    sample = list(islice(evidence.texts, _SAMPLE))
    likely = [form for form in dates.FORMATS if any(dates.epoch(text, form) is not None for text in sample)]
    fitting = [form for form in likely if all(dates.epoch(text, form) is not None for text in evidence.texts)]
    if fitting:
        ambiguous = (
            len({form.replace("%B", "%b") for form in fitting}) > 1
        )  # %B also matches short names, so the two formats are the same here
        notes = (f"day and month are ambiguous; read as {fitting[0]}",) if ambiguous else ()
        return Verdict("datetime", format=fitting[0], notes=notes)
    if likely:
        return Verdict(
            None, notes=("some cells look like dates, but no single format fits all of them; not read as dates",)
        )
    return Verdict(None)


def _judge_text(evidence: Evidence) -> Verdict:
    distinct = len(evidence.texts)
    words_per_cell = sum(len(text.split()) for text in evidence.texts) / distinct
    if words_per_cell >= _TEXT_WORDS and distinct >= min(_TEXT_DISTINCT, max(3, evidence.present // 2)):
        return Verdict("text")
    if distinct == evidence.present >= _MIN_IDENTIFIERS:
        return Verdict(None, reason="identifier: every cell is different", fallback="categorical")
    return Verdict("categorical")
