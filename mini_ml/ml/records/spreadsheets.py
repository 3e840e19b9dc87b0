"""Text cells that a spreadsheet would run as a formula: a `'` in front where we write them, undone where we read them.

A spreadsheet takes a cell that begins with one of these signs for a formula, whatever stands in it (CWE-1236), and one
with a `'` in front for text. Since a true `'` is guarded as well, every text comes back as it was.
"""

import re
from typing import Final

_SIGNS: Final = frozenset("=+-@\t\r'")
_NUMBER: Final = re.compile(r"[+-](?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A signed number, with decimal point or comma: a spreadsheet takes it for one."""


def guarded(text: str) -> str:
    """Return a text cell as it is written: with one `'` in front if it begins like a formula and is no number."""
    return f"'{text}" if _needs_guard(text) else text


def unguarded(cell: str) -> str:
    """Return the text that a cell stands for: without the `'` that `guarded` puts there; others are left alone."""
    return cell[1:] if cell[:1] == "'" and _needs_guard(cell[1:]) else cell


def _needs_guard(text: str) -> bool:
    return text[:1] in _SIGNS and _NUMBER.fullmatch(text) is None
