"""Take the text of a number apart: sign, currency, digits with their marks, unit and bound.

Nothing is decided here about what a mark means; see `number_format`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Decimal = Literal[".", ","]

BLANKS: Final = " \u00a0\u2007\u2009\u202f"
"""Blanks that separate groups of digits: ordinary, no-break, figure, thin and narrow no-break."""
APOSTROPHES: Final = "'’"
_MINUS: Final = r"\-" + "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
_DASH: Final = r"\-" + "\u2013\u2014"
"""Stands for no cents, as in `5,-`."""
_SIGNS: Final = (
    "$\u00a2-\u00a5\u058f\u060b\u07fe\u07ff\u09f2\u09f3\u09fb\u0af1\u0bf9\u0e3f\u17db\u20a0-\u20c0\ua838\ufdfc\ufe69\uff04"
    "\uffe0\uffe1\uffe5\uffe6"
)
"""The currency signs of Unicode's first plane; looking for them when a process starts would take 0.1 s."""
_CODES: Final = (
    "USD|EUR|GBP|BRL|JPY|CNY|INR|CHF|CAD|AUD|NZD|MXN|ARS|CLP|COP|PEN|UYU|SEK|NOK|DKK|PLN|CZK|HUF|RON|RUB|TRY|ZAR|KRW|"
    "SGD|HKD|TWD|THB|ILS|AED|SAR|Kč|zł|kr|Ft|lei|Rs|руб"
)
_CURRENCY: Final = rf"(?:[A-Z]{{0,3}}[{_SIGNS}]|(?:{_CODES})(?![^\W\d_])\.?)"
_UNIT_WORD: Final = r"(?:[^\W\d_]|[°%‰µ])(?:[^\W\d_]|[°%²³/·]|(?<=[^\W\d_])[23](?!\d))*"
_BODY: Final = rf"(?:[0-9]+(?:[.,{APOSTROPHES}{BLANKS}][0-9]+)*[.,]?|[.,][0-9]+)(?:[eE][+-]?[0-9]{{1,3}}(?![0-9]))?"
_NUMBER: Final = re.compile(
    rf"(?P<open>\()?(?P<bound><=|>=|[<>≤≥])?[{BLANKS}]?"
    rf"(?P<sign>[+{_MINUS}])?[{BLANKS}]?(?P<before>{_CURRENCY})?[{BLANKS}]?(?P<behind_sign>\()?"
    rf"(?P<inner>[+{_MINUS}])?[{BLANKS}]?"
    rf"(?P<body>{_BODY})"
    rf"(?:(?<=[.,])[{_DASH}]{{1,2}})?(?P<behind>(?<![.,])[{_MINUS}](?=$|\)))?(?P<more>\+(?=$))?[{BLANKS}]?"
    rf"(?:(?P<after>{_CURRENCY})|(?P<unit>{_UNIT_WORD}(?: {_UNIT_WORD})?))?(?P<last>[{_MINUS}])?(?P<close>\))?"
)
_MOST_CHARS: Final = 60
_CACHED_UNITS: Final = 4096
_MOST_PREFIXED: Final = 3
"""Characters of a unit that may have a prefix, in which upper and lower case differ."""
_SIGN_OF_CODE: Final = {"brl": "r$", "usd": "us$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "krw": "₩"}
"""Currencies with a sign of their own, in the form of `unit_key`; `$` alone is that of many countries."""
_DURATION: Final = re.compile(
    rf"(?P<sign>[+{_MINUS}])?(?P<first>[0-9]{{1,5}}):(?P<second>[0-5][0-9])(?::(?P<third>[0-5][0-9](?:[.,][0-9]{{1,9}})?))?"
)


@dataclass(frozen=True)
class NumberText:
    """The parts of a cell that looks like a number."""

    negative: bool
    body: str
    """Digits and marks, such as `1.234,56` or `1e5`."""
    currency: str = ""
    """Sign or code, as written; empty if there is none."""
    unit: str = ""
    """Percent sign or unit behind the digits, as written; empty if there is none."""
    accounting: bool = False
    """Whether the number is negative by brackets or by a sign behind it."""
    bounded: bool = False
    """Whether the cell gives a bound, such as `<0.5` or `90+`."""


@lru_cache(maxsize=_CACHED_UNITS)
def unit_key(unit: str) -> str:
    """Return the form in which currencies and units are compared.

    `Kg` and `kg` are the same, as are `day` and `days`, and `BRL` and `R$`.
    """
    is_prefixed = len(unit) <= _MOST_PREFIXED and unit[:1] in "mM"  # mW and MW differ
    key = unit if is_prefixed else unit.casefold().replace("º", "°")
    if key in _SIGN_OF_CODE:
        return _SIGN_OF_CODE[key]
    return key[:-1] if len(key) > 2 and key.endswith("s") else key


def take_apart(text: str) -> NumberText | None:
    """Return the parts of a trimmed cell; None if it does not look like a number."""
    if len(text) > _MOST_CHARS or not any("0" <= sign <= "9" for sign in text):
        return None
    found = _NUMBER.fullmatch(text)
    if found is None or (found["unit"] or "")[:1].isnumeric():  # `1 ½` is not 1
        return None
    signs = [sign for sign in found.group("sign", "inner", "behind", "last") if sign]
    opened = [bracket for bracket in found.group("open", "behind_sign") if bracket]
    if len(opened) != (found["close"] is not None) or len(signs) + len(opened) > 1:
        return None
    if found["before"] and found["after"]:
        return None
    negative = bool(opened) or bool(signs and signs[0] != "+")
    return NumberText(
        negative=negative,
        body=found["body"],
        currency=(found["before"] or found["after"] or "").rstrip("."),
        unit=found["unit"] or "",
        accounting=bool(opened) or found["behind"] is not None or found["last"] is not None,
        bounded=bool(found["bound"] or found["more"]),
    )


@dataclass(frozen=True)
class Duration:
    """A cell such as `1:30` or `01:02:03.5`, with its parts from left to right."""

    negative: bool
    first: int
    second: int
    third: float | None

    def seconds(self, *, minutes_first: bool) -> float:
        """Return the duration; `minutes_first` reads two parts as minutes and seconds instead of hours and minutes."""
        if self.third is not None:
            total = self.first * 3600 + self.second * 60 + self.third
        else:
            total = (self.first * 60 + self.second) * (1.0 if minutes_first else 60.0)
        return -total if self.negative else total


def find_duration(text: str) -> Duration | None:
    """Return the parts of a duration; None if the trimmed cell is none."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    third = None if found["third"] is None else float(found["third"].replace(",", "."))
    return Duration(bool(found["sign"]) and found["sign"] != "+", int(found["first"]), int(found["second"]), third)
