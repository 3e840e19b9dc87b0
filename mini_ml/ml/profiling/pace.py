"""Keep the predictions for a profile within its time, also if a model is slower than its estimate."""

from collections.abc import Callable
from typing import Final

from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.model.prediction_cost import estimate_prediction_nanoseconds

_CHUNK_SECONDS: Final = 0.05
"""Estimated time of the rows that are predicted at a time: the clock is read between them."""
_SLOW_SECONDS: Final = 0.1
"""Chunks that take longer have been estimated too low, and later ones have fewer rows."""


class Pace:
    """The clock of a profile, and how fast its model was measured to be."""

    def __init__(self, clock: Callable[[], float], *, latest: float) -> None:
        """Start a profile.

        Args:
            clock: returns seconds.
            latest: when the profile must end, by this clock.
        """
        self._clock = clock
        self._latest = latest
        self._seconds_per_row = 0.0

    def is_late(self) -> bool:
        """Return whether there is no time left."""
        return self._clock() > self._latest

    def count_rows(self, model: FittedModel) -> int:
        """Return how many rows to predict at a time."""
        estimated = estimate_prediction_nanoseconds(model) / 1e9
        return max(1, int(_CHUNK_SECONDS / max(estimated, self._seconds_per_row)))

    def predict(self, model: FittedModel, rows: Frame) -> Predictions | None:
        """Return the predictions of rows, with probabilities if the model has them; None if there is no time left."""
        parts: list[Predictions] = []
        start = 0
        while start < rows.rows:
            if self.is_late():
                return None
            part = rows.take(slice(start, start + self.count_rows(model)))
            began = self._clock()
            parts.append(model.predict_all(part))
            self._measure(self._clock() - began, part.rows)
            start += part.rows
        return Predictions.join(parts)

    def _measure(self, seconds: float, rows: int) -> None:
        if seconds > _SLOW_SECONDS:
            self._seconds_per_row = seconds / rows
