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
_IMPORTANCE_SHARE: Final = 0.6
"""Share of the time for the importance; the partial dependence has the rest."""


@dataclass(frozen=True, kw_only=True)
class FigureSizes:
    """How much is predicted for the figures."""

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
    shuffled = min(_SHUFFLED_ROWS, int(_IMPORTANCE_SHARE * affordable / columns))
    importance_rows = _limit_rows(rows, shuffled)
    averaged = int((1 - _IMPORTANCE_SHARE) * affordable / min(columns, MOST_EXPLAINED))
    values = next((values for values in _VALUES if _limit_rows(rows, averaged // values)), _VALUES[-1])
    return FigureSizes(
        importance_rows=importance_rows,
        shuffles=max(1, min(_MOST_SHUFFLES, shuffled // max(1, importance_rows))),
        dependence_rows=_limit_rows(rows, min(_DEPENDENCE_ROWS, averaged // values)),
        values=values,
    )


def _limit_rows(rows: int, most: int) -> int:
    return min(rows, most) if most >= min(rows, _FEWEST_ROWS) else 0
