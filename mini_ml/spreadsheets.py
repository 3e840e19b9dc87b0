"""Guard text cells that a spreadsheet would run as a formula: write them with a leading `'`, and remove it on reading.

A spreadsheet evaluates a cell that begins with one of these signs as a formula (CWE-1236), and treats a cell with a
leading `'` as text. Texts that begin with `'` are guarded too, so every text survives a round trip unchanged.
"""

import re
from typing import Final

_SIGNS: Final = frozenset("=+-@\t\r'")
_NUMBER: Final = re.compile(r"[+-](?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A signed number, with decimal point or comma; spreadsheets read it as a number, so it needs no guard."""


def guard(text: str) -> str:
    """Return a text as a cell to write: with a leading `'` if it begins like a formula and is not a number."""
    return f"'{text}" if _needs_guard(text) else text


def unguard(cell: str) -> str:
    """Return the text of a cell, without the `'` that `guard` adds; other cells are unchanged."""
    return cell[1:] if cell[:1] == "'" and _needs_guard(cell[1:]) else cell


def _needs_guard(text: str) -> bool:
    return text[:1] in _SIGNS and _NUMBER.fullmatch(text) is None
