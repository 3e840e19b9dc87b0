"""Judge whether a column is numeric, from plain numbers that were parsed together or from each of its cells."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from mini_ml.ml.cells import words
from mini_ml.ml.cells.number_format import NumberFormat, Reading
from mini_ml.ml.schema.data_warnings import cut
from mini_ml.ml.schema.evidence import Evidence, NumberRange
from mini_ml.ml.schema.examples import describe_number, shows_format
from mini_ml.ml.schema.findings import MOST_WORDS, Finding, find_cells
from mini_ml.ml.schema.number_choice import choose_format, different_units
from mini_ml.ml.schema.number_votes import NumberVotes
from mini_ml.ml.schema.verdict import (
    ALMOST_ALL,
    CONSTANT,
    EMPTY,
    MIN_DISTINCT,
    MOST,
    FileMarks,
    Verdict,
    find_missing_words,
    find_words,
)

MIN_IDENTIFIERS: Final = 10
"""With fewer rows, row numbers and columns of different codes are kept."""
MAX_PADDED: Final = 0.01
"""Fraction of integers with leading zeros above which a column is one of codes."""
_LARGEST_EXACT: Final = 2**53
"""Larger integers are rounded, since numbers have 64 bits."""
_SAMPLE: Final = 2_000
_PHONE_DIGITS: Final = 9
_ROW_NUMBER: Final = re.compile(
    r"(?:.*[^a-z])?(?:id|idx|index|indice|índice|row|rows|row ?num(?:ber)?|row ?id|nr|no|num|number|n|nº|n°|n\.º|seq|"
    r"sequence|obs|observation|record|linha|item|unnamed: ?[0-9]+)\.?|#|"
)
"""Names, in lower case with blanks between words, that row numbers have."""

_IP_ADDRESS: Final = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")


@dataclass
class _Numbers:
    """The cells of a column, read in a number format; numbers of cells by text."""

    format: NumberFormat
    range: NumberRange
    distinct: int = 0
    usual: str = ""
    """A cell that is written in the format: the one that shows most of it."""
    others: dict[str, int] = field(default_factory=dict)
    """Cells in another form."""
    bounds: dict[str, int] = field(default_factory=dict)
    rest: dict[str, int] = field(default_factory=dict)
    """Cells that are not numbers, and do not mean a missing number."""

    def add(self, text: str, count: int, reading: Reading | None) -> None:
        if reading is None:
            self.rest[text] = count
            return
        self.range.add_one(reading.value, count)
        self.distinct += 1
        if reading.form == "other":
            self.others[text] = count
        elif reading.form == "bound":
            self.bounds[text] = count
        else:
            self.usual = max(self.usual, text, key=shows_format)


def judge_plain_numbers(evidence: Evidence) -> Verdict:
    """Judge a column whose cells are all plain numbers or missing."""
    numbers = evidence.plain
    if not numbers.count:
        return Verdict(None, reason=EMPTY)
    if numbers.minimum == numbers.maximum and numbers.count == evidence.table.rows:
        return Verdict(None, reason=CONSTANT)
    rounds = numbers.whole and max(-numbers.minimum, numbers.maximum) > _LARGEST_EXACT
    numeric = Verdict(
        "numeric",
        numbers=NumberFormat(truth_words=_is_zero_or_one(numbers)),
        findings=(Finding("rounded_integers"),) if rounds else (),
    )
    if not evidence.counts_rows() or numbers.count < MIN_IDENTIFIERS:
        return numeric
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.\s]+", " ", evidence.name).strip().lower()
    if _ROW_NUMBER.fullmatch(name):
        return Verdict(None, reason="row number: it numbers the rows in file order", fallback="numeric")
    return replace(numeric, findings=(Finding("row_number_kept"),))


def _is_zero_or_one(numbers: NumberRange) -> bool:
    return numbers.whole and numbers.minimum >= 0 and numbers.maximum <= 1


def judge_numbers(evidence: Evidence, votes: NumberVotes, marks: FileMarks) -> Verdict:
    """Judge whether the cells of a column are numbers in one format; the kind is None if they are not."""
    if _are_addresses(evidence):
        return Verdict(None)
    choice = choose_format(votes, marks.decimal, marks.delimiter)
    if not votes.may_be_numbers or (choice.format.grouping == " " and _are_phones(evidence)):
        return Verdict(None, decimal=choice.format.decimal)
    numbers = _read_all(evidence, choice.format)
    if _is_zero_or_one(numbers.range):
        numbers = _read_all(evidence, replace(choice.format, truth_words=True))
    decimal = choice.format.decimal
    present = numbers.range.count + sum(numbers.rest.values())
    if evidence.zero_padded() > MAX_PADDED * present or not numbers.range.count:
        return Verdict(None, decimal=decimal)
    words_for_missing = find_missing_words(numbers.rest, numbers.range.count, numbers.distinct, present)
    if numbers.range.count < ALMOST_ALL * present and not words_for_missing:
        return Verdict(None, decimal=decimal, findings=tuple(_explain_no_numbers(numbers, votes, present)))
    rounds = numbers.range.whole and max(-numbers.range.minimum, numbers.range.maximum) > _LARGEST_EXACT
    is_constant = numbers.range.minimum == numbers.range.maximum and not (rounds and numbers.distinct > 1)
    if is_constant and numbers.range.count == evidence.table.rows:
        return Verdict(None, reason=CONSTANT)
    return Verdict(
        "numeric",
        numbers=numbers.format,
        missing_words=words_for_missing,
        format=describe_number(numbers.usual, choice.format),
        findings=(
            *choice.findings,
            *((Finding("rounded_integers"),) if rounds else ()),
            *find_words(numbers.rest, words_for_missing, "numbers"),
            *find_cells("other_form", numbers.others),
            *find_cells("bounds", numbers.bounds),
        ),
        decimal=decimal,
    )


def _are_addresses(evidence: Evidence) -> bool:
    """Return whether most cells are IP addresses; `192.168.100.101` could be a number with groups too."""
    first = list(islice(evidence.others, _SAMPLE))
    return sum(_IP_ADDRESS.fullmatch(text) is not None for text in first) > MOST * len(first)


def _are_phones(evidence: Evidence) -> bool:
    """Return whether all cells have the same number of digits, nine or more, with blanks: amounts differ in length."""
    lengths = {sum(map(str.isdigit, text)) for text in islice(evidence.others, _SAMPLE)}
    return len(lengths) == 1 and min(lengths) >= _PHONE_DIGITS


def _read_all(evidence: Evidence, form: NumberFormat) -> _Numbers:
    """Read all cells of a column; plain numbers are not read again if they mean the same in this format."""
    keep_plain = evidence.keeps_plain and form.decimal == "." and not form.durations
    numbers = _Numbers(form, replace(evidence.plain) if keep_plain else NumberRange())
    numbers.distinct = MIN_DISTINCT if keep_plain and evidence.plain.maximum > evidence.plain.minimum else 0
    cells: Mapping[str, int] = evidence.others if keep_plain else evidence.texts
    texts = [text for text in cells if not words.is_missing(text)]
    for text, value, how in zip(texts, *form.read_many(texts), strict=True):
        numbers.add(text, cells[text], None if how is None else Reading(float(value), how))
    return numbers


def _explain_no_numbers(numbers: _Numbers, votes: NumberVotes, present: int) -> Iterable[Finding]:
    """Yield why a column of which at least half of the cells are numbers is not read as numbers."""
    units = different_units(votes)
    with_units = sum(votes.currencies.values()) + sum(votes.units.values())
    if 2 <= len(units) <= MOST_WORDS and with_units >= MOST * present:
        yield Finding("mixed_units", with_units, (), {"units": ", ".join(map(cut, units))})
    elif numbers.range.count >= MOST * present:
        texts = tuple(islice(numbers.rest, MOST_WORDS))
        params: dict[str, str | int] = {"numbers": numbers.range.count, "cells": present}
        yield Finding("nearly_numeric", sum(numbers.rest.values()), texts, params)
