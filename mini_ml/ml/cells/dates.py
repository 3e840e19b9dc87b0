"""The date formats of datetime columns, and how a cell is parsed in one of them, independent of any locale."""

import re
from datetime import date
from functools import cache
from typing import Final

_DAYS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y")
_TIMES: Final = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_NAMED: Final = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y")

FORMATS: Final = (
    *_DAYS,
    *(f"{day} {time}" for day in _DAYS for time in _TIMES),
    *(
        f"%Y-%m-%d{between}{time}{zone}"
        for between in "T "
        for time in _TIMES
        for zone in ("", "%z")
        if between + zone != " "
    ),
    *_NAMED,
)
"""In the order in which they are tried; a column gets the first format that parses all its cells."""

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_FIELDS: Final = {
    "%Y": r"(?P<Y>[0-9]{4})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%d": r"(?P<d>[0-9]{1,2})",
    "%H": r"(?P<H>[0-9]{1,2})",
    "%M": r"(?P<M>[0-9]{2})",
    "%S": r"(?P<S>[0-9]{2})",
    "%f": r"(?P<f>[0-9]{1,9})",
    "%z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%b": r"(?P<b>[A-Za-z]{3})",
    "%B": r"(?P<b>[A-Za-z]{3,9})",
}
_UNIX_EPOCH: Final = date(1970, 1, 1).toordinal()


def epoch(text: str, form: str) -> float | None:
    """Parse a trimmed cell; return seconds since 1970-01-01 UTC, or None. A time without a zone is UTC."""
    found = _pattern(form).fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    month = _month(parts["b"]) if "b" in parts else int(parts["m"])
    try:
        day = date(int(parts["Y"]), month, int(parts["d"])).toordinal() - _UNIX_EPOCH
    except ValueError:
        return None
    hours, minutes, seconds = (int(parts.get(field, 0)) for field in "HMS")
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    fraction = float(f"0.{parts['f']}") if "f" in parts else 0.0
    return day * 86_400 + hours * 3600 + minutes * 60 + seconds - _offset(parts.get("z", "Z")) + fraction


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Compile the pattern of a format; day, month and hour may have no leading zero."""
    return re.compile(re.sub("%[A-Za-z]", lambda field: _FIELDS[field[0]], form.replace(".", r"\.")))


def _month(name: str) -> int:
    """Return the number of a month from its English name or the first three letters; 0 if it is unknown."""
    lowered = name.lower()
    known = [place for place, month in enumerate(_MONTHS, start=1) if lowered in (month, month[:3])]
    return known[0] if known else 0


def _offset(zone: str) -> int:
    """Return the offset of a zone from UTC in seconds."""
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)
