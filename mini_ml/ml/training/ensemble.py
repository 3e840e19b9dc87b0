"""Combine out-of-fold predictions: losses, greedy selection of members, and the temperature of probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix
from mini_ml.ml.measures.losses import log_losses
from mini_ml.ml.model.averaging import sharpen

MAX_MEMBERS: Final = 5
_PICKS: Final = 10
"""More picks give finer weights, which were no better, and members that cost time for a twentieth of the prediction."""
_ENOUGH_ROWS: Final = 50
"""Tested rows below which neither an ensemble nor a temperature is chosen: luck would decide."""
_TEMPERATURES: Final = np.geomspace(0.8, 2.0, 41)
"""Lower ones would rest on errors that were not seen yet: predictions that are all right look too doubtful."""


@dataclass(frozen=True)
class Selection:
    """Weights of the candidates, which add up to 1, and what they achieve."""

    weights: tuple[float, ...]
    """One for each candidate; 0 for those that are not members."""
    predictions: Matrix
    """The weighted mean of the candidates' predictions."""
    loss: float

    @property
    def members(self) -> int:
        """Number of candidates that have a weight."""
        return sum(weight > 0 for weight in self.weights)


def row_losses(target: NDArray[Any], predictions: Matrix) -> Matrix:
    """Return the loss of each row, shape (rows,): the log loss of probabilities, or the squared error of numbers.

    Args:
        target: shape (rows,), class codes or numbers.
        predictions: shape (rows, classes) for class codes, shape (rows,) for numbers.
    """
    if predictions.ndim == 1:
        return np.square(target - predictions)
    return log_losses(target.astype(np.int64), predictions)


def select_members(target: NDArray[Any], candidates: Sequence[Matrix]) -> Selection:
    """Choose the weights of an ensemble, or a single candidate if the ensemble is not clearly better.

    Greedy selection with replacement (Caruana et al., Ensemble Selection from Libraries of Models, 2004), with at most
    `MAX_MEMBERS` different candidates. The best single one is kept unless the ensemble's gain exceeds the standard
    error of the difference of their losses row by row, and if there are fewer than 50 rows.

    Args:
        target: shape (rows,), class codes or numbers.
        candidates: the out-of-fold predictions of each candidate, simplest candidate first; at least one.
    """
    losses = [row_losses(target, predictions) for predictions in candidates]
    best = int(np.argmin([loss.mean() for loss in losses]))
    single = _weigh(candidates, np.eye(len(candidates))[best], target)
    if len(target) < _ENOUGH_ROWS:
        return single
    ensemble = _weigh(candidates, _pick(target, candidates, best), target)
    if is_clearly_better(row_losses(target, ensemble.predictions), losses[best]):
        return ensemble
    return single


def is_clearly_better(losses: Matrix, than: Matrix) -> bool:
    """Return whether losses are lower by more than the standard error of the mean difference row by row."""
    gains = than - losses
    noise = float(gains.std(ddof=1)) / np.sqrt(len(gains))
    return bool(gains.mean() > max(noise, 1e-12 * abs(float(than.mean()))))


def choose_temperature(target: NDArray[Any], probabilities: Matrix) -> float:
    """Return the temperature that minimises the log loss of out-of-fold probabilities; 1 if the gain is not clear."""
    if len(target) < _ENOUGH_ROWS:
        return 1.0
    unscaled = row_losses(target, probabilities)
    scaled = [row_losses(target, sharpen(probabilities, float(value))) for value in _TEMPERATURES]
    best = int(np.argmin([losses.mean() for losses in scaled]))
    return float(_TEMPERATURES[best]) if is_clearly_better(scaled[best], unscaled) else 1.0


def _pick(target: NDArray[Any], candidates: Sequence[Matrix], first: int) -> Matrix:
    """Return how often each candidate is picked, beginning with the best one: shape (candidates,)."""
    counts = np.zeros(len(candidates))
    counts[first] = 1
    total, best_counts, best_loss = (
        candidates[first],
        counts.copy(),
        float(row_losses(target, candidates[first]).mean()),
    )
    for picked in range(2, _PICKS + 1):
        allowed = [place for place in range(len(candidates)) if counts[place] or np.count_nonzero(counts) < MAX_MEMBERS]
        found = [float(row_losses(target, (total + candidates[place]) / picked).mean()) for place in allowed]
        place = allowed[int(np.argmin(found))]
        counts[place] += 1
        total = total + candidates[place]
        if min(found) < best_loss:
            best_counts, best_loss = counts.copy(), min(found)
    return best_counts


def _weigh(candidates: Sequence[Matrix], counts: Matrix, target: NDArray[Any]) -> Selection:
    weights = counts / counts.sum()
    used = [weight * predictions for weight, predictions in zip(weights, candidates, strict=True) if weight]
    predictions: Matrix = np.sum(used, axis=0)
    return Selection(tuple(weights.tolist()), predictions, float(row_losses(target, predictions).mean()))
