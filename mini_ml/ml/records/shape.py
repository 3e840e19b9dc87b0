"""How many cells a row of a file has."""

from dataclasses import dataclass

from mini_ml.ml.records.record import Cells


@dataclass(frozen=True)
class Shape:
    """How many cells a row has."""

    columns: int
    trailing: int = 0
    """Cells that a row may have behind the last column."""

    def fits(self, cells: Cells) -> bool:
        """Return whether cells are a row: one for each column, and behind them only allowed or blank ones."""
        if len(cells) < self.columns:
            return False
        return len(cells) <= self.columns + self.trailing or not any(map(bytes.strip, cells[self.columns :]))
