"""Decide the kind of a column, and how its cells are read, from the evidence of all its rows."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

from mini_ml.ml.cells import words
from mini_ml.ml.schema.date_choice import DateVotes
from mini_ml.ml.schema.date_kind import judge_dates
from mini_ml.ml.schema.evidence import Evidence
from mini_ml.ml.schema.number_kind import MAX_PADDED, MIN_IDENTIFIERS, judge_numbers, judge_plain_numbers
from mini_ml.ml.schema.number_votes import NumberVotes
from mini_ml.ml.schema.verdict import ALMOST_ALL, CONSTANT, EMPTY, MOST, FileMarks, Verdict

_MAX_TRUTH_WORDS: Final = 12
"""Most different cells of a boolean column: two words in any case, and words that mean a missing value."""
_SAMPLE: Final = 2_000
"""Different cells that show whether words recur."""
_RECURRING: Final = 0.2
"""Fraction of the different cells that must have a word that recurs."""
_TOKEN: Final = re.compile(r"\w+")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_HEXADECIMAL: Final = re.compile("[0-9a-f]+")


def judge_column(evidence: Evidence, votes: NumberVotes, dates: DateVotes, marks: FileMarks) -> Verdict:
    """Decide the kind of a column from its cells.

    Args:
        evidence: the cells.
        votes: what they show about numbers; without counts if the column is plain.
        dates: what they show about dates.
        marks: what other columns show.
    """
    if evidence.is_plain:
        has_codes = evidence.padded > MAX_PADDED * evidence.plain.count
        return _judge_text(evidence) if has_codes else judge_plain_numbers(evidence)
    if all(map(words.is_missing, evidence.texts)):
        return Verdict(None, reason=EMPTY)
    number = judge_numbers(evidence, votes, marks)
    if number.kind is not None or number.reason:
        return number
    if _has_truth_words(evidence):
        return Verdict(None, reason=CONSTANT) if _is_constant(evidence) else Verdict("boolean")
    dated = judge_dates(evidence, dates, marks)
    if dated.kind is not None or dated.reason:
        return dated
    findings = (*number.findings, *dated.findings)
    judged = _judge_text(evidence)
    if findings and judged.fallback is not None:
        judged = Verdict(judged.fallback)  # different cells, but many are numbers or dates: no identifier
    return replace(judged, findings=findings, decimal=number.decimal)


def _has_truth_words(evidence: Evidence) -> bool:
    return len(evidence.texts) <= _MAX_TRUTH_WORDS and words.is_truth_pair(evidence.present())


def _is_constant(evidence: Evidence) -> bool:
    """Return whether all rows have the same word, and none a gap."""
    return len({text.lower() for text in evidence.texts}) == 1 and evidence.texts.total() == evidence.table.rows


def _judge_text(evidence: Evidence) -> Verdict:
    texts = {text: count for text, count in evidence.texts.items() if not words.is_missing_category(text)}
    present = sum(texts.values())
    missing = evidence.table.rows - present
    distinct = len({words.token(text, ".") for text in texts})
    if distinct == 1 and not missing:
        return Verdict(None, reason=CONSTANT)
    if not distinct:
        return Verdict(None, reason=EMPTY)
    if len(texts) >= max(MIN_IDENTIFIERS, MOST * present) and _has_recurring_words(texts):
        return Verdict("text")
    if len(texts) == present >= MIN_IDENTIFIERS and _are_codes(texts):
        return Verdict(None, reason="identifier: every cell is a different code", fallback="categorical")
    return Verdict("categorical")


def _are_codes(texts: Iterable[str]) -> bool:
    """Return whether at least half of the cells have a digit; names and other words are not codes."""
    cells = list(islice(texts, _SAMPLE))
    return sum(any(map(str.isdigit, cell)) for cell in cells) >= MOST * len(cells)


def _has_recurring_words(texts: Iterable[str]) -> bool:
    """Return whether enough cells have a word that some other cells have too, but not all.

    A word in all cells, as in `Order 1` and `Order 2`, tells nothing; words that occur once tell nothing of new rows.
    """
    cells = [set(_TOKEN.findall(text.lower())) for text in islice(texts, _SAMPLE)]
    if sum(map(_is_hexadecimal, cells)) >= ALMOST_ALL * len(cells):
        return False
    counts = Counter(word for cell in cells for word in cell if _WORD.fullmatch(word))
    shared = sum(any(1 < counts[word] < len(cells) for word in cell) for cell in cells)
    return shared >= _RECURRING * len(cells)


def _is_hexadecimal(tokens: Collection[str]) -> bool:
    """Return whether a cell looks like a hash, a UUID or a hardware address, whose letters are digits."""
    return all(map(_HEXADECIMAL.fullmatch, tokens)) and any(
        not token.isdigit() and not token.isalpha() for token in tokens
    )
