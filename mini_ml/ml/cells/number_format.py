"""The format of a numeric column, and how a cell is read in it.

A mark before digits can separate groups or the fraction. `certain_marks` says what one cell alone shows; the format of
a column is chosen from all its cells (see `schema.number_choice`) and never changes afterwards.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np

from mini_ml.ml.cells import words
from mini_ml.ml.cells.number_text import (
    APOSTROPHES,
    BLANKS,
    Decimal,
    NumberText,
    find_duration,
    take_apart,
    unit_key,
)
from mini_ml.ml.cells.words import LARGEST, usable
from mini_ml.ml.frame import Matrix

Grouping = Literal["", ",", ".", " ", "'"]
"""How groups of three digits are separated; a blank stands for every kind of blank, `'` for both apostrophes."""

Form = Literal["usual", "other", "bound"]
"""How a cell was read: in the format of its column, in another unambiguous form, or as the number of a bound."""

_CACHED_CELLS: Final = 1 << 15
_CACHED_CHARS: Final = 60
"""Longer cells are not kept, so that the cache stays small."""
_GROUP_MARKS: Final = {",": ",", ".": r"\.", " ": f"[{BLANKS}]", "'": f"[{APOSTROPHES}]"}
_EXPONENT: Final = "(?:[eE][+-]?[0-9]+)?"
_PLAIN: Final[dict[Decimal, re.Pattern[str]]] = {
    decimal: re.compile(rf"[+-]?(?:[0-9]+(?:{re.escape(decimal)}[0-9]*)?|{re.escape(decimal)}[0-9]+){_EXPONENT}")
    for decimal in (".", ",")
}


_READ: Final = "\x01"
"""Stands before the number in a rewritten line."""
_WITHOUT_BLANKS: Final = str.maketrans("", "", BLANKS)
_WITHOUT_APOSTROPHES: Final = str.maketrans("", "", APOSTROPHES)


class Reading(NamedTuple):
    """The number of a cell, and how it was read."""

    value: float
    form: Form


class Marks(NamedTuple):
    """What the marks of one number certainly mean; None is unknown."""

    decimal: Decimal | None
    grouping: Grouping | None


@dataclass(frozen=True)
class NumberFormat:
    """How the cells of a numeric column are written."""

    decimal: Decimal = "."
    grouping: Grouping = ""
    currency: str = ""
    """Currency sign or code; cells without it are read too, cells with another one are not."""
    unit: str = ""
    """Percent sign or unit; cells without it are read too, cells with another one are not."""
    accounting: bool = False
    """Whether negative numbers have brackets or a sign behind them."""
    durations: Literal["", "hours", "minutes"] = ""
    """Whether cells are durations, read as seconds: two parts are hours and minutes, or minutes and seconds."""
    truth_words: bool = False
    """Whether words such as yes and no are read as 1 and 0, because the column has no other numbers."""

    @property
    def is_plain(self) -> bool:
        """Return whether cells are usually digits with at most a decimal mark."""
        return not (self.grouping or self.currency or self.unit or self.durations)

    def read(self, text: str) -> Reading | None:
        """Read a trimmed, non-missing cell; None if it is not a number of this column."""
        return _read(text, self) if len(text) <= _CACHED_CHARS else _read.__wrapped__(text, self)

    def read_many(self, texts: Sequence[str]) -> tuple[Matrix, list[Form | None]]:
        """Read many cells as `read` does: their numbers, NaN where there is none, and how they were read."""
        values = np.full(len(texts), np.nan)
        forms: list[Form | None] = [None] * len(texts)
        joined = "\n".join(texts)
        lines = [] if self.durations or _READ in joined else _rewrite(joined, self).split("\n")
        together = len(lines) == len(texts)  # else a cell has several lines
        for place, text in enumerate(texts):
            if together and lines[place][:1] == _READ:
                value = float(lines[place][1:])
                if -LARGEST <= value <= LARGEST:
                    values[place], forms[place] = value, "usual"
            elif (reading := self.read(text)) is not None:
                values[place], forms[place] = reading
        return values, forms

    def value(self, text: str) -> float | None:
        """Return the number of a trimmed, non-missing cell, or None."""
        reading = self.read(text)
        return None if reading is None else reading.value


def _rewrite(lines: str, form: NumberFormat) -> str:
    """Write the usual cells among some lines as numbers with a decimal point, behind a sign that says so."""
    rewritten = _usual_pattern(form).sub(_READ + r"\1\2", lines)
    if form.grouping == " ":
        rewritten = rewritten.translate(_WITHOUT_BLANKS)
    elif form.grouping == "'":
        rewritten = rewritten.translate(_WITHOUT_APOSTROPHES)
    elif form.grouping:
        rewritten = rewritten.replace(form.grouping, "")
    return rewritten.replace(form.decimal, ".")


@cache
def _usual_pattern(form: NumberFormat) -> re.Pattern[str]:
    """Compile the pattern of a line that is a usual cell: its sign and its digits are the two groups."""
    currency = rf"(?:{re.escape(form.currency)} ?)?" if form.currency else ""
    unit = rf"(?: ?{re.escape(form.unit)})?" if form.unit else ""
    return re.compile(
        rf"^(-?){currency}({_body_pattern(form.decimal, form.grouping).pattern}){unit}$", re.MULTILINE | re.ASCII
    )


@lru_cache(maxsize=_CACHED_CELLS)
def _read(text: str, form: NumberFormat) -> Reading | None:
    if form.durations:
        return _read_duration(text, form)
    if _PLAIN[form.decimal].fullmatch(text):
        return _finish(float(text.replace(",", ".")), "usual")
    if form.truth_words and (truth := words.boolean(text)) is not None:
        return Reading(truth, "other")
    parts = take_apart(text)
    if parts is None or not _has_its_units(parts, form):
        return None
    return _read_parts(parts, form)


def _has_its_units(parts: NumberText, form: NumberFormat) -> bool:
    same_currency = not parts.currency or unit_key(parts.currency) == unit_key(form.currency)
    return same_currency and (not parts.unit or unit_key(parts.unit) == unit_key(form.unit))


def _read_parts(parts: NumberText, form: NumberFormat) -> Reading | None:
    other_sign = parts.accounting and not form.accounting
    how: Form = "bound" if parts.bounded else "other" if other_sign else "usual"
    value = parse_body(parts.body, form.decimal, form.grouping)
    if value is None:
        certain = certain_marks(parts.body)
        if certain is None:
            return None
        value = parse_body(parts.body, certain.decimal or form.decimal, certain.grouping or "")
        how = "bound" if parts.bounded else "other"
    return None if value is None else _finish(-value if parts.negative else value, how)


def _read_duration(text: str, form: NumberFormat) -> Reading | None:
    found = find_duration(text)
    return None if found is None else _finish(found.seconds(minutes_first=form.durations == "minutes"), "usual")


def _finish(value: float, form: Form) -> Reading | None:
    return None if usable(value) is None else Reading(value, form)


def parse_body(body: str, decimal: Decimal, grouping: Grouping) -> float | None:
    """Return the number of digits with marks, such as `1.234,56`, if the marks mean this; else None."""
    if _body_pattern(decimal, grouping).fullmatch(body) is None:
        return None
    digits = body
    if grouping:
        for mark in BLANKS if grouping == " " else APOSTROPHES if grouping == "'" else grouping:
            digits = digits.replace(mark, "")
    return float(digits.replace(decimal, "."))


@cache
def _body_pattern(decimal: Decimal, grouping: Grouping) -> re.Pattern[str]:
    whole = "[0-9]+"
    if grouping:
        mark = _GROUP_MARKS[grouping]
        groups = rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
        indian = rf"[1-9][0-9]?(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"
        whole = rf"(?:{whole}|{groups}|{indian})"
    point = re.escape(decimal)
    fraction = rf"(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)" if grouping != decimal else whole
    return re.compile(fraction + _EXPONENT)


_ONE_MARK: Final = re.compile(r"([0-9]*)([.,])([0-9]*)([eE].*)?")


@lru_cache(maxsize=_CACHED_CELLS)
def certain_marks(body: str) -> Marks | None:
    """Return what the marks of a number certainly mean; None if they are ambiguous or impossible.

    One point or comma before exactly three digits is ambiguous, unless the digits before it exclude a group.
    """
    single = _ONE_MARK.fullmatch(body)
    if single is not None:
        before, mark, after, exponent = single.groups()
        if len(after) == 3 and not exponent and 1 <= len(before) <= 3 and before[0] != "0":
            return None
        return Marks("," if mark == "," else ".", None)
    for grouping in ("", " ", "'", ",", "."):
        for decimal in (".", ","):
            if grouping != decimal and parse_body(body, decimal, grouping) is not None:
                has_fraction = decimal in body
                return Marks(decimal if has_fraction else None, grouping or None)
    return None


def has_three_digits(body: str) -> bool:
    """Return whether a number has one point or comma, and exactly three digits behind it."""
    single = _ONE_MARK.fullmatch(body)
    return single is not None and len(single[3]) == 3


def is_ambiguous(body: str) -> bool:
    """Return whether a number has one point or comma that may separate a group or a fraction."""
    return _ONE_MARK.fullmatch(body) is not None and certain_marks(body) is None
