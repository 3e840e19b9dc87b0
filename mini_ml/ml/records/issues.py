"""Collect all issues of a file, so that one error can report them together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mini_ml.errors import Issue

MOST_LISTED: Final = 20
"""Maximum number of issues listed in full; the rest are only counted."""

_NAME_CHARS: Final = 60
_MOST_NAMES: Final = 5


@dataclass
class Issues:
    """The issues found so far: the first `MOST_LISTED` in full, the others as a number."""

    listed: list[Issue] = field(default_factory=list)
    total: int = 0

    def add(self, issue: Issue) -> None:
        """Add an issue; if the list is full, only count it."""
        self.count(1, [issue])

    def count(self, total: int, first: list[Issue]) -> None:
        """Count `total` issues, and list as many of `first` as fit."""
        self.total += total
        self.listed.extend(first[: MOST_LISTED - len(self.listed)])

    @property
    def remaining(self) -> int:
        """Return how many more issues can be listed."""
        return MOST_LISTED - len(self.listed)

    def all(self) -> tuple[Issue, ...]:
        """Return the listed issues, plus one with the number of issues that are not listed."""
        hidden = self.total - len(self.listed)
        if not hidden:
            return tuple(self.listed)
        return (*self.listed, Issue(reason=f"{hidden} more issues are not listed"))


def short(name: str) -> str:
    """Return a column name or label, truncated for an error message."""
    return name if len(name) <= _NAME_CHARS else name[: _NAME_CHARS - 1] + "…"


def list_names(names: Sequence[str]) -> str:
    """Return the first names in quotes, and how many there are beside them."""
    shown = ", ".join(f"“{short(name)}”" for name in names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"
