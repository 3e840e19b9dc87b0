"""What the rows of a batch are compared with: the counts of a training profile, by the same bins for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from mini_ml.contracts import ColumnProfile, Label, Profile
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.count_table import CountTable, build_table

_TRUTHS: Final = ("false", "true")
_BETWEEN_TRUTHS: Final = np.array([0.5])
_NO_BOUNDS: Final = np.empty(0)


@dataclass(frozen=True, kw_only=True)
class NumberReference:
    """The training rows in a column of numbers, dates or truth values."""

    profile: ColumnProfile
    bounds: Matrix
    """Shape (ranges - 1,): the bounds between the ranges, ascending; a range contains its lower one."""
    training: tuple[int, ...]
    """Rows by range, then those with a missing cell."""
    low: float
    high: float
    """The minimum and maximum of the training rows."""


@dataclass(frozen=True, kw_only=True)
class CategoryReference:
    """The training rows in a column of categories."""

    profile: ColumnProfile
    places: Mapping[str, int]
    """The bin of each category that has its own."""
    training: tuple[int, ...]
    """Rows by category, then those with another category, then those with a missing cell."""
    is_text: bool
    """Whether the column has texts, of which only missing cells are compared."""


@dataclass(frozen=True, kw_only=True)
class PredictionReference:
    """The predictions of the hold-out rows."""

    bounds: Matrix
    """Regression: the bounds between the ranges."""
    places: Mapping[Label, int]
    """Classification: the bin of each label."""
    holdout: tuple[int, ...]
    """Rows by range or label."""


@dataclass(frozen=True, kw_only=True)
class DriftReference:
    """The reference of each column that can be compared."""

    numbers: Sequence[NumberReference | None]
    """One for each column of numbers, in the reader's order; None if the profile does not have it."""
    categories: Sequence[CategoryReference | None]
    """One for each column of tokens, in the reader's order; None if the profile does not have it."""
    predictions: PredictionReference | None
    """None if there are no hold-out rows."""

    @cached_property
    def indexes(self) -> int:
        """Return how many indexes a batch has."""
        categories = (one for one in self.categories if one is not None and not one.is_text)
        numbers = (one for one in self.numbers if one is not None)
        return sum(1 for _ in (*numbers, *categories)) + (self.predictions is not None)

    @cached_property
    def number_table(self) -> CountTable:
        """Return the columns of numbers that can be compared; the last bin is that of missing cells."""
        found = {place: one for place, one in enumerate(self.numbers) if one is not None}
        profiles = [one.profile for one in found.values()]
        return build_table(list(found), profiles, [one.training for one in found.values()], last=1)

    @cached_property
    def category_table(self) -> CountTable:
        """Return the columns of tokens that can be compared; the last bins are other categories and missing cells.

        Texts have no counts.
        """
        found = {place: one for place, one in enumerate(self.categories) if one is not None}
        training = [() if one.is_text else one.training for one in found.values()]
        return build_table(list(found), [one.profile for one in found.values()], training, last=2)

    @cached_property
    def bounds(self) -> Matrix:
        """Return the bounds between ranges, shape (bounds, columns of numbers, 1); infinity if a column has fewer."""
        bounds = [_NO_BOUNDS if column is None else column.bounds for column in self.numbers]
        stacked = np.full((max(map(len, bounds), default=0), len(bounds), 1), np.inf)
        for place, found in enumerate(bounds):
            stacked[: len(found), place, 0] = found
        return stacked

    @cached_property
    def low(self) -> Matrix:
        """Return the minimum of each column of numbers, shape (columns, 1)."""
        return np.array([-np.inf if one is None else one.low for one in self.numbers]).reshape(-1, 1)

    @cached_property
    def high(self) -> Matrix:
        """Return the maximum of each column of numbers, shape (columns, 1)."""
        return np.array([np.inf if one is None else one.high for one in self.numbers]).reshape(-1, 1)


def build_drift_reference(model: FittedModel, profile: Profile) -> DriftReference:
    """Return what rows that the model scores are compared with."""
    profiles = {column.name: column for column in profile.columns}
    ranges = {column.name: (column.minimum, column.maximum) for column in model.schema.columns}
    return DriftReference(
        numbers=[
            _refer_to_numbers(feature, profiles.get(feature.name), *ranges[feature.name])
            for feature in model.reader.number_features
        ],
        categories=[
            _refer_to_categories(feature, profiles.get(feature.name)) for feature in model.reader.token_features
        ],
        predictions=_refer_to_predictions(model, profile),
    )


def _refer_to_numbers(
    feature: Feature, profile: ColumnProfile | None, low: float | None, high: float | None
) -> NumberReference | None:
    if profile is None:
        return None
    if feature.kind == "boolean":
        found = {frequency.value: frequency.count for frequency in profile.frequencies}
        bounds, counts = _BETWEEN_TRUTHS, [found.get(truth, 0) for truth in _TRUTHS]
    elif profile.quantiles is not None:
        bounds, counts = np.array(profile.quantiles.edges[1:-1]), list(profile.quantiles.counts)
    else:
        bounds, counts = _NO_BOUNDS, [profile.rows - profile.missing]
    return NumberReference(
        profile=profile,
        bounds=bounds,
        training=(*counts, profile.missing),
        low=-np.inf if low is None else low,
        high=np.inf if high is None else high,
    )


def _refer_to_categories(feature: Feature, profile: ColumnProfile | None) -> CategoryReference | None:
    if profile is None:
        return None
    counts = [frequency.count for frequency in profile.frequencies]
    return CategoryReference(
        profile=profile,
        places={frequency.value: place for place, frequency in enumerate(profile.frequencies)},
        training=(*counts, profile.other, profile.missing),
        is_text=feature.kind == "text",
    )


def _refer_to_predictions(model: FittedModel, profile: Profile) -> PredictionReference | None:
    """Return the predictions of the hold-out rows; None if there are none."""
    labels, quantiles = model.schema.labels, profile.prediction_quantiles
    if labels is not None and len(profile.prediction_counts) == len(labels) and any(profile.prediction_counts):
        places = {label: place for place, label in enumerate(labels)}
        return PredictionReference(bounds=_NO_BOUNDS, places=places, holdout=profile.prediction_counts)
    if labels is None and quantiles is not None and any(quantiles.counts):
        return PredictionReference(bounds=np.array(quantiles.edges[1:-1]), places={}, holdout=quantiles.counts)
    return None
