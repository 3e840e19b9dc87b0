"""Decide how many rows the figures that need predictions are computed from, so that they take a given time."""

from dataclasses import dataclass
from typing import Final

from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.prediction_cost import estimate_prediction_nanoseconds

MOST_EXPLAINED: Final = 6
"""Number of columns that have a partial dependence."""
_VALUES: Final = (20, 10)
"""Numbers of values of a column at which its partial dependence is computed: the first one that is affordable."""
_SHUFFLED_ROWS: Final = 1_000
"""Rows of each column that are predicted for its importance; fewer hold-out rows are shuffled several times."""
_MOST_SHUFFLES: Final = 5
_DEPENDENCE_ROWS: Final = 100
_FEWEST_ROWS: Final = 20
"""Rows below which a figure says little."""
_ENOUGH_ROWS: Final = 100
"""Rows that show the importance of a column well enough: with fewer, some columns are left out instead."""
_ENOUGH_COLUMNS: Final = 12
"""Columns that are rather measured on few rows than left out."""
_IMPORTANCE_SHARE: Final = 0.6
"""Share of the time for the importance; the partial dependence has the rest."""


@dataclass(frozen=True, kw_only=True)
class FigureSizes:
    """How much is predicted for the figures."""

    importance_columns: int
    """Columns whose cells are shuffled; 0 if there is no time."""
    importance_rows: int
    """Hold-out rows whose cells are shuffled; 0 if there is no time."""
    shuffles: int
    """How many times the cells of each column are shuffled."""
    dependence_rows: int
    """Hold-out rows whose predictions are averaged; 0 if there is no time."""
    values: int
    """Maximum number of values of a column at which they are averaged."""


def choose_sizes(model: FittedModel, rows: int, *, seconds: float) -> FigureSizes:
    """Return the sizes of the figures of a model.

    Args:
        model: the model that predicts.
        rows: number of hold-out rows.
        seconds: time that the figures may take together.
    """
    affordable = seconds * 1e9 / estimate_prediction_nanoseconds(model)
    columns = len(model.reader.features)
    measured, shuffled = _divide(int(_IMPORTANCE_SHARE * affordable), columns, rows)
    importance_rows = min(rows, shuffled)
    averaged = int((1 - _IMPORTANCE_SHARE) * affordable / min(columns, MOST_EXPLAINED))
    values = next((values for values in _VALUES if _limit_rows(rows, averaged // values)), _VALUES[-1])
    return FigureSizes(
        importance_columns=measured,
        importance_rows=importance_rows,
        shuffles=max(1, min(_MOST_SHUFFLES, shuffled // max(1, importance_rows))),
        dependence_rows=_limit_rows(rows, min(_DEPENDENCE_ROWS, averaged // values)),
        values=values,
    )


def _divide(affordable: int, columns: int, rows: int) -> tuple[int, int]:
    """Return how many columns are measured, and on how many rows each, counting each shuffle; (0, 0) if on too few.

    Args:
        affordable: number of rows that can be predicted.
        columns: number of columns.
        rows: number of hold-out rows.
    """
    if affordable // columns >= min(rows, _ENOUGH_ROWS):
        return columns, min(_SHUFFLED_ROWS, affordable // columns)
    for enough in (_ENOUGH_ROWS, _FEWEST_ROWS):
        each = min(rows, enough)
        if affordable // each >= min(columns, _ENOUGH_COLUMNS):
            break
    return (min(columns, affordable // each), each) if affordable >= each else (0, 0)


def _limit_rows(rows: int, most: int) -> int:
    return min(rows, most) if most >= min(rows, _FEWEST_ROWS) else 0
