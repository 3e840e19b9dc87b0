"""Clean column names: the same name may be spelled with other characters in a header, in JSON and in options."""

import unicodedata
from typing import Final

_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"))
"""Soft hyphens, zero-width characters and direction marks; some programs add them."""


def clean_name(name: str) -> str:
    """Return a column name without invisible characters and blanks around it, in the Unicode form NFC."""
    if name.isascii():
        return name.strip()
    return unicodedata.normalize("NFC", name.translate(_INVISIBLE)).strip()
