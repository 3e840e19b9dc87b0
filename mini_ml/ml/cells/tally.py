"""Count missing, unreadable and unknown cells while rows are scored."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from mini_ml.contracts import FileReport
from mini_ml.ml.frame import Frame
from mini_ml.ml.notices import Notices
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.reading import FileReading

_MAX_REPORTED: Final = 10
_MAX_COUNTED: Final = 1_000


@dataclass
class Tally:
    """Missing cells, notices and unseen categories by column; complete after all rows are scored."""

    rows: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    notices: Notices = field(default_factory=Notices)
    unseen: dict[str, Counter[str]] = field(default_factory=dict)
    """Unseen categories by column; of very many, the most frequent."""
    unseen_cells: Counter[str] = field(default_factory=Counter)
    """Number of cells with an unseen category, by column."""
    reading: FileReading | None = None
    """How the CSV was read; None for JSON rows."""
    unknown_columns: list[str] = field(default_factory=list)
    """Names in `columns_to_drop` that the rows do not have."""

    def add(self, frame: Frame, unseen: dict[str, Counter[str]]) -> None:
        """Add the counts of more rows."""
        self.rows += frame.rows
        self.missing.update(frame.missing)
        self.notices.update(frame.notices)
        for name, counts in unseen.items():
            kept = self.unseen.setdefault(name, Counter())
            kept.update(counts)
            self.unseen_cells[name] += counts.total()
            if len(kept) > 2 * _MAX_COUNTED:
                self.unseen[name] = Counter(dict(kept.most_common(_MAX_COUNTED)))

    @property
    def file(self) -> FileReport | None:
        """Return how the CSV was read, as answers and summaries say it; None for JSON rows."""
        return None if self.reading is None else self.reading.report

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Return the rows of the CSV without a prediction."""
        return () if self.reading is None else tuple(self.reading.bad_rows)

    @property
    def coerced(self) -> dict[str, int]:
        """Return the number of unreadable cells of each column that has some."""
        return {column: notice.count for column, code, notice in self.notices if code == "unreadable_cells"}

    def top_unseen(self) -> dict[str, dict[str, int]]:
        """Return the most frequent unseen categories of each column, with their counts."""
        return {
            name: {short(text): count for text, count in counts.most_common(_MAX_REPORTED)}
            for name, counts in self.unseen.items()
        }
