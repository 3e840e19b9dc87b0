"""Round numbers around two bounds contain them; those between two bounds are inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.figures.rounding import list_between, round_outward

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(one=FLOATS, other=FLOATS)
def test_rounded_bounds_contain_the_bounds_and_are_near(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)

    found = round_outward(low, high, steps=20)

    assert found[0] <= low <= high <= found[1]
    if 1e-300 < high - low < 1e308:
        assert found[1] / 2 - found[0] / 2 <= 1.1001 * (high / 2 - low / 2)


@pytest.mark.parametrize(
    ("bounds", "rounded"),
    [((13.37, 99.9), (12.0, 100.0)), ((-0.0123, 0.0477), (-0.014, 0.048)), ((0.1, 0.3), (0.1, 0.3)), ((5, 5), (5, 5))],
)
def test_bounds_are_multiples_of_a_round_step(bounds: tuple[float, float], rounded: tuple[float, float]) -> None:
    assert round_outward(*bounds, steps=20) == rounded


def test_the_step_is_not_smaller_than_asked() -> None:
    assert round_outward(17, 45, steps=20, least=2) == (16, 46)


@given(one=FLOATS, other=FLOATS)
def test_numbers_between_two_bounds_ascend_and_are_few(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)

    found = list_between(low, high, steps=10)

    assert list(found) == sorted(set(found))
    assert all(low <= number <= high for number in found)
    assert len(found) <= 26
