"""Shorten the figures of a model version, so that an answer can contain them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mini_ml.contracts import ColumnProfile, Profile, ProfileNote


@dataclass(frozen=True, kw_only=True)
class _Step:
    columns: int
    """Columns that are kept, the first ones in the file; of importance, the most important ones."""
    values: int
    """Categories and words of each column that are kept; with none of them, its histograms go too."""


_STEPS: Final = (
    *(_Step(columns=2_000, values=values) for values in (10, 5, 2, 0)),
    *(_Step(columns=columns, values=0) for columns in (1_000, 500, 250, 100, 30, 5)),
)


def shorten_profile(profile: Profile, *, fits: Callable[[Profile], bool]) -> Profile:
    """Return a profile that fits, with a note of what it lacks; the same if it fits already.

    Args:
        profile: the figures.
        fits: whether an answer with these figures can be returned.
    """
    if fits(profile):
        return profile
    for step in _STEPS:
        shortened = _shorten(profile, step)
        if fits(shortened):
            break
    return shortened


def _shorten(profile: Profile, step: _Step) -> Profile:
    notes = [ProfileNote(code="fewer_values", part="columns", count=step.values)]
    further = len(profile.columns) - step.columns
    if further > 0:
        notes.append(ProfileNote(code="columns_not_listed", part="columns", count=further))
    return profile.model_copy(
        update={
            "columns": tuple(_shorten_column(column, step.values) for column in profile.columns[: step.columns]),
            "importance": profile.importance[: step.columns],
            "notes": (*profile.notes, *notes),
        }
    )


def _shorten_column(column: ColumnProfile, values: int) -> ColumnProfile:
    """Return a column with fewer categories and words; its histograms go with the last of them."""
    left_out = sum(frequency.count for frequency in column.frequencies[values:])
    return column.model_copy(
        update={
            "frequencies": column.frequencies[:values],
            "other": column.other + left_out,
            "words": column.words[:values],
            "histogram": column.histogram if values else None,
            "quantiles": column.quantiles if values else None,
        }
    )
