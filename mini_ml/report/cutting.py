"""Cut names, values and lists that are too long for a page."""

from collections.abc import Iterable
from typing import Final

LONGEST_NAME: Final = 60
"""Maximum number of characters of a name on the page; longer ones are cut."""


def cut(text: object, length: int = LONGEST_NAME) -> str:
    """Return a name or a value, cut if it is too long for the page."""
    shown = str(text)
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def join(names: Iterable[str], most: int = 8) -> str:
    """Return at most a few names, separated by commas."""
    listed = list(names)
    return ", ".join(listed[:most]) + (", …" if len(listed) > most else "")
