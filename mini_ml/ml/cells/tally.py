"""Count what a scoring found in its rows."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from mini_ml.ml.frame import Frame
from mini_ml.ml.records.issues import short

_MOST_NAMED: Final = 10
_MOST_KEPT: Final = 1_000


@dataclass
class Tally:
    """What was imputed, coerced and unseen, by column; complete once all rows are scored."""

    rows: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    coerced: Counter[str] = field(default_factory=Counter)
    unseen: dict[str, Counter[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, frame: Frame, unseen: dict[str, Counter[str]]) -> None:
        """Add what a run of rows had."""
        self.rows += frame.rows
        self.missing.update(frame.missing)
        self.coerced.update(frame.coerced)
        for name, counts in unseen.items():
            kept = self.unseen.setdefault(name, Counter())
            kept.update(counts)
            if len(kept) > 2 * _MOST_KEPT:
                self.unseen[name] = Counter(dict(kept.most_common(_MOST_KEPT)))

    def top_unseen(self) -> dict[str, dict[str, int]]:
        """Return the commonest unseen categories of each column."""
        return {
            name: {short(text): count for text, count in counts.most_common(_MOST_NAMED)}
            for name, counts in self.unseen.items()
        }
