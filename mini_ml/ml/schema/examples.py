"""Show by example how the cells of a column are read."""

import math
import re

import numpy as np

from mini_ml.ml.cells.dates import DateFormat
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.schema.data_warnings import cut


def shows_format(text: str) -> tuple[bool, int]:
    """Return a key by which a cell that is more than digits, a point and a sign is preferred, then a longer one."""
    return bool(text.strip("0123456789.+-")) or text.endswith("-"), len(text)


def shows_order(text: str) -> tuple[bool, int]:
    """Return a key by which a date whose first two numbers differ is preferred, then a longer one."""
    numbers = re.findall("[0-9]+", text)[:2]
    return len(set(numbers)) > 1, len(text)


def describe_number(text: str, form: NumberFormat) -> str | None:
    """Return for example `1.234,56 → 1234.56`; None if the cell is a plain number."""
    value = form.value(text)
    if value is None:
        return None
    shown = f"{value:.12g}"
    return None if shown == text else f"{cut(text)} → {shown}"


def describe_date(text: str, form: DateFormat) -> str | None:
    """Return for example `5/jan/2021 → 2021-01-05`; None if the cell is an ISO date."""
    value = form.value(text)
    if value is None:
        return None
    shown = spell_moment(value, form)
    return None if shown == text else f"{cut(text)} → {shown}"


def spell_moment(value: float, form: DateFormat) -> str:
    """Return seconds since 1970 as an ISO date, or as a date and time if the column has times of day."""
    moment = str(np.datetime64(math.floor(value), "s"))  # datetime has no years before 1 and after 9999
    return f"{moment}Z" if form.timed else moment.partition("T")[0]
