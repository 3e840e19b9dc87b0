"""The configurations that `auto` compares, chosen by measurement (docs/quality.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from mini_ml.contracts import Effort, Task
from mini_ml.ml.encoding.features import Encoding


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A model type with parameters, and how its matrix is encoded."""

    model_type: str
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    """Parameters that differ from the defaults."""
    encoding: Encoding = "one_hot"


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What about a dataset decides which configurations are worth comparing."""

    has_many_categories: bool = False
    """Whether a column has so many categories that their encoding is compared too."""
    rows_are_independent: bool = True
    """Whether rows relate to each other neither by time nor by group."""
    has_negative_targets: bool = False


@dataclass(frozen=True, kw_only=True)
class _Offer:
    """A configuration, and when it is worth comparing."""

    configuration: Configuration
    effort: Effort = "balanced"
    min_rows: int = 0
    """Number of training rows below which it is worse than the others."""

    def is_worth(self, *, rows: int, effort: Effort, traits: Traits) -> bool:
        """Return whether to compare it on a number of training rows."""
        params = self.configuration.params
        return (
            rows >= self.min_rows
            # Boosting sets random rows aside to know when to stop, which related rows make look too good.
            and (traits.rows_are_independent or not params.get("early_stopping"))
            and (effort == "best" or self.effort == "balanced")
            and (traits.has_many_categories or self.configuration.encoding != "target_mean")
            and not (traits.has_negative_targets and params.get("loss") == "poisson")
        )


_LEAVES_OF_8: Final[Mapping[str, JsonValue]] = {
    "learning_rate": 0.05,
    "max_leaf_nodes": 8,
    "max_iter": 200,
    "max_features": 0.5,
    "early_stopping": False,
}
"""Boosting that learns little at a time: the best on noisy targets, and on a few hundred rows."""
_STOPPED_EARLY: Final[Mapping[str, JsonValue]] = {
    "learning_rate": 0.05,
    "max_leaf_nodes": 15,
    "max_iter": 300,
    "early_stopping": True,
    "n_iter_no_change": 15,
}
"""Boosting for as long as it helps rows that are set aside, which a few hundred rows are too few for."""
_ROWS_TO_STOP_EARLY: Final = 400
_AS_DEEP_AS_IT_GOES: Final[Mapping[str, JsonValue]] = {"early_stopping": False}
"""The defaults: the best where the target has little noise."""
_STOPPED_EARLY_LARGE: Final[Mapping[str, JsonValue]] = {
    **_STOPPED_EARLY,
    "max_leaf_nodes": 31,
    "max_iter": 400,
    "max_features": 0.5,
}
_FACTORS: Final[Mapping[str, JsonValue]] = {
    **_LEAVES_OF_8,
    "max_leaf_nodes": 15,
    "max_iter": 300,
    "loss": "poisson",
}
"""Boosting whose trees multiply: prices, counts and durations differ by factors rather than by amounts."""
_CLASSIFIER: Final = "HistGradientBoostingClassifier"
_REGRESSOR: Final = "HistGradientBoostingRegressor"


def _offer(
    model_type: str,
    params: Mapping[str, JsonValue] | None = None,
    *,
    effort: Effort = "balanced",
    encoding: Encoding = "one_hot",
    min_rows: int = 0,
) -> _Offer:
    configuration = Configuration(model_type=model_type, params=params or {}, encoding=encoding)
    return _Offer(configuration=configuration, effort=effort, min_rows=min_rows)


_OFFERS: Final[Mapping[Task, tuple[_Offer, ...]]] = {
    "classification": (
        _offer("LogisticRegression"),
        _offer("RandomForestClassifier"),
        _offer(_CLASSIFIER, _STOPPED_EARLY, min_rows=_ROWS_TO_STOP_EARLY),
        _offer(_CLASSIFIER, _LEAVES_OF_8),
        _offer("LogisticRegression", encoding="target_mean"),
        _offer(_CLASSIFIER, _LEAVES_OF_8, encoding="target_mean"),
        _offer("LogisticRegression", {"C": 0.1}, effort="best"),
        _offer("RandomForestClassifier", {"min_samples_leaf": 3}, effort="best"),
        _offer("ExtraTreesClassifier", {"min_samples_leaf": 2}, effort="best"),
        _offer("RandomForestClassifier", {"min_samples_leaf": 3}, effort="best", encoding="target_mean"),
        _offer(_CLASSIFIER, _AS_DEEP_AS_IT_GOES, effort="best"),
        _offer(_CLASSIFIER, _STOPPED_EARLY_LARGE, effort="best", min_rows=_ROWS_TO_STOP_EARLY),
    ),
    "regression": (
        _offer("Ridge"),
        _offer("ExtraTreesRegressor", {"min_samples_leaf": 2, "max_features": 0.5}),
        _offer(_REGRESSOR, _AS_DEEP_AS_IT_GOES),
        _offer(_REGRESSOR, _FACTORS),
        _offer(_REGRESSOR, _LEAVES_OF_8),
        _offer("Ridge", encoding="target_mean"),
        _offer(_REGRESSOR, _LEAVES_OF_8, encoding="target_mean"),
        _offer("Ridge", {"alpha": 30.0}, effort="best"),
        _offer("RandomForestRegressor", effort="best"),
        _offer("RandomForestRegressor", {"min_samples_leaf": 5}, effort="best"),
        _offer("RandomForestRegressor", {"min_samples_leaf": 5}, effort="best", encoding="target_mean"),
        _offer(_REGRESSOR, _STOPPED_EARLY, effort="best", min_rows=_ROWS_TO_STOP_EARLY),
        _offer(_REGRESSOR, _STOPPED_EARLY_LARGE, effort="best", min_rows=_ROWS_TO_STOP_EARLY),
        _offer(_REGRESSOR, {**_STOPPED_EARLY_LARGE, "loss": "poisson"}, effort="best", min_rows=_ROWS_TO_STOP_EARLY),
    ),
}
"""Simplest first: it wins a tie."""


def configurations(task: Task, *, rows: int, effort: Effort, traits: Traits) -> list[Configuration]:
    """Return the configurations to compare, simplest first.

    Args:
        task: decides the estimators.
        rows: number of training rows.
        effort: whether to spend more time.
        traits: what about the dataset decides.
    """
    return [offer.configuration for offer in _OFFERS[task] if offer.is_worth(rows=rows, effort=effort, traits=traits)]
