"""Figures that are too large for an answer lose the least important values first, and say so."""

import pytest

from mini_ml.contracts import Frequency, Profile, ProfileNote
from mini_ml.report.shortening import shorten_profile
from tests.fixtures.reported_models import make_manifest, make_profile


def make_wide_profile(columns: int) -> Profile:
    """Return a profile whose columns have 20 categories each."""
    found = make_profile(make_manifest(columns=columns))
    frequencies = tuple(Frequency(value=f"category {number}", count=20 - number) for number in range(20))
    wide = tuple(column.model_copy(update={"frequencies": frequencies, "other": 5}) for column in found.columns)
    return found.model_copy(update={"columns": wide})


def test_figures_that_fit_stay_as_they_are() -> None:
    profile = make_wide_profile(3)

    assert shorten_profile(profile, fits=lambda _: True) is profile


def test_the_most_frequent_categories_are_kept_and_the_others_counted() -> None:
    shortened = shorten_profile(
        make_wide_profile(3), fits=lambda one: all(len(column.frequencies) <= 5 for column in one.columns)
    )

    column = shortened.columns[0]
    assert [one.value for one in column.frequencies] == [f"category {number}" for number in range(5)]
    assert sum(one.count for one in column.frequencies) + column.other == sum(range(21)) + 5
    assert column.histogram is not None
    assert shortened.notes == (ProfileNote(code="fewer_values", part="columns", count=5),)


def test_columns_are_left_out_only_after_their_values() -> None:
    shortened = shorten_profile(make_wide_profile(2000), fits=lambda one: len(one.columns) <= 500)

    assert [len(shortened.columns), len(shortened.importance)] == [500, 500]
    assert {(one.frequencies, one.histogram, one.quantiles) for one in shortened.columns} == {((), None, None)}
    assert ProfileNote(code="columns_not_listed", part="columns", count=1500) in shortened.notes


@pytest.mark.parametrize("most_bytes", [1_000_000, 200_000, 50_000])
def test_the_figures_of_many_columns_are_shortened_until_they_fit(most_bytes: int) -> None:
    def fits(profile: Profile) -> bool:
        return len(profile.model_dump_json()) <= most_bytes

    assert fits(shorten_profile(make_wide_profile(2000), fits=fits))
