"""Suggest the name that someone probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_MAX_CHARS: Final = 80
"""Longer names are compared by their beginning: comparing takes quadratic time."""


def suggest(name: str, known: Iterable[str], *, count: int = 1, min_similarity: float = 0.6) -> list[str]:
    """Return the known names that are most similar to `name`, best first; upper and lower case are equal.

    Args:
        name: what someone wrote.
        known: the names that exist.
        count: maximum number of suggestions.
        min_similarity: from 0 (anything) to 1 (equal), as in `difflib.SequenceMatcher.ratio`.
    """
    by_lower = {candidate[:_MAX_CHARS].lower(): candidate for candidate in known if candidate}
    near = get_close_matches(name[:_MAX_CHARS].lower(), by_lower, n=count, cutoff=min_similarity)
    return [by_lower[match] for match in near]


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str, count: int = 1) -> str:
    """Return the hint "did you mean `x`?", or `otherwise` if no known name is similar to `name`."""
    near = suggest(name, known, count=count)
    return f"did you mean {join_names(near)}?" if near else otherwise


def join_names(names: Iterable[str]) -> str:
    """Return names in backticks, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)
