"""Take the cell values out of a profile, for readers who may not see the data."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from mini_ml.contracts import ColumnProfile, PartialDependence, Profile
from mini_ml.figures.rounding import list_between

_STEPS: Final = 10
"""Minimum number of steps between the round numbers that replace the points of a partial dependence."""


def without_values(profile: Profile) -> Profile:
    """Return a profile with counts in place of cell values.

    Categories become `#1`, `#2`, … by their frequency, the same in all figures of a column. Words of texts are out,
    and so are the bounds of ranges with as many rows each, because they are cells, and the actual and predicted values
    of single rows. The points of partial dependence, which are cells too, are replaced by round numbers between them,
    and its lines by their values there. Class labels stay: they are what the model answers.
    """
    ranks = {
        column.name: _rank(frequency.value for frequency in column.frequencies)
        for column in profile.columns
        if column.kind != "boolean"  # `true` and `false`, whatever its cells are
    }
    regression = profile.regression
    return profile.model_copy(
        update={
            "columns": tuple(_hide_column(column, ranks.get(column.name, {})) for column in profile.columns),
            "target": profile.target.model_copy(update={"quantiles": None}),
            "prediction_quantiles": None,
            "regression": regression and regression.model_copy(update={"actual": (), "predicted": ()}),
            "dependence": tuple(
                hidden
                for one in profile.dependence
                if (hidden := _hide_dependence(one, ranks.get(one.name, {}))) is not None
            ),
            "worst_errors": tuple(
                error.model_copy(update={"actual": None, "predicted": None}) for error in profile.worst_errors
            ),
        }
    )


def _rank(values: Iterable[str]) -> dict[str, str]:
    return {value: f"#{number}" for number, value in enumerate(dict.fromkeys(values), start=1)}


def _hide_column(column: ColumnProfile, ranks: dict[str, str]) -> ColumnProfile:
    hidden = tuple(one.model_copy(update={"value": ranks.get(one.value, one.value)}) for one in column.frequencies)
    return column.model_copy(update={"frequencies": hidden, "words": (), "quantiles": None})


def _hide_dependence(dependence: PartialDependence, ranks: dict[str, str]) -> PartialDependence | None:
    """Return a partial dependence without cells; None if its points are too close for round numbers between them."""
    if dependence.kind == "boolean":
        return dependence
    if dependence.numbers:
        return _move_to_round_numbers(dependence)
    names = dict(ranks)
    for category in dependence.categories:
        if category is not None:
            names.setdefault(category, f"#{len(names) + 1}")
    hidden = tuple(None if category is None else names[category] for category in dependence.categories)
    return dependence.model_copy(update={"categories": hidden})


def _move_to_round_numbers(dependence: PartialDependence) -> PartialDependence | None:
    numbers = list_between(dependence.numbers[0], dependence.numbers[-1], steps=_STEPS)
    if len(numbers) < _STEPS - 1:
        return None
    lines = tuple(
        line.model_copy(
            update={"values": tuple(_interpolate(number, dependence.numbers, line.values) for number in numbers)}
        )
        for line in dependence.lines
    )
    return dependence.model_copy(update={"numbers": numbers, "lines": lines})


def _interpolate(at: float, numbers: Sequence[float], values: Sequence[float]) -> float:
    """Return the value of a line at a number between its first and its last point."""
    for (low, high), (before, after) in zip(pairwise(numbers), pairwise(values), strict=True):
        if at in (low, high):
            return before if at == low else after
        if at < high:
            share = (at / 2 - low / 2) / (high / 2 - low / 2)  # halves, as the difference of large numbers is infinite
            return before * (1 - share) + after * share
    return values[-1]
