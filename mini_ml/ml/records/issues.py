"""Collect everything that is wrong with a file, so that its owner hears of all of it at once."""

from dataclasses import dataclass, field
from typing import Final

from mini_ml.errors import Issue

MOST_LISTED: Final = 20
"""Faults listed by name; the rest are counted."""

_NAME_CHARS: Final = 60


@dataclass
class Issues:
    """The issues found so far: the first few in full, the others as a number."""

    listed: list[Issue] = field(default_factory=list)
    total: int = 0

    def add(self, fault: Issue) -> None:
        """Keep a fault, or only count it once the list is full."""
        self.count(1, [fault])

    def count(self, total: int, first: list[Issue]) -> None:
        """Take `total` issues of which `first` are spelled out."""
        self.total += total
        self.listed.extend(first[: MOST_LISTED - len(self.listed)])

    @property
    def service(self) -> int:
        """Return how many more issues will be listed."""
        return MOST_LISTED - len(self.listed)

    def all(self) -> tuple[Issue, ...]:
        """Return the listed issues, and one that says how many more there are."""
        hidden = self.total - len(self.listed)
        if not hidden:
            return tuple(self.listed)
        return (*self.listed, Issue(reason=f"{hidden} more issues are not listed"))


def short(name: str) -> str:
    """Return a name fit for a message: contents of files never travel in errors."""
    return name if len(name) <= _NAME_CHARS else name[: _NAME_CHARS - 1] + "…"
