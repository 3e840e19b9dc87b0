"""Columns are scaled with the statistics of the training rows only."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mini_ml.ml.encoding.scaling import Scaling


@given(arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 4)), elements=st.integers(-1000, 1000)))
def test_standard_columns_have_mean_0_and_deviation_1_or_are_constant(matrix: np.ndarray) -> None:
    scaled = Scaling.fit(matrix, "standard").apply(matrix)

    constant = np.ptp(matrix, axis=0) == 0
    assert scaled.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert scaled.std(axis=0) == pytest.approx(np.where(constant, 0, 1))


@pytest.mark.parametrize("number", [0.1, -1 / 3, 1e9 + 0.3, 1e-12, 1e30])
def test_a_column_that_is_constant_in_training_is_scaled_to_0_for_every_row(number: float) -> None:
    scaling = Scaling.fit(np.full((80_000, 1), number), "standard")

    assert scaling.apply(np.array([[number], [number + 5.0]])).tolist() == [[0.0], [0.0]]


def test_fitting_a_scaling_allocates_no_second_matrix() -> None:
    matrix = np.random.default_rng(0).normal(size=(50_000, 40))
    tracemalloc.start()

    Scaling.fit(matrix, "standard")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < matrix.nbytes / 5
