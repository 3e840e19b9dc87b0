"""ROC, precision-recall and calibration are those of scikit-learn, at a limited number of points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from mini_ml.contracts import ClassCurves, Curve
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.profiling.curves import MOST_LABELS, MOST_POINTS, build_curves

RANKED = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1)),
    min_size=2,
    max_size=80,
).filter(lambda rows: 0 < sum(own for own, _ in rows) < len(rows))


def curves_of(truth: Codes, scores: Matrix) -> ClassCurves:
    """Return the curves of the second of two labels."""
    found = build_curves(truth, np.column_stack([1 - scores, scores]), ("no", "yes"))
    assert [one.label for one in found] == ["yes"]
    return found[0]


def split(rows: list[tuple[bool, float]]) -> tuple[Codes, Matrix]:
    return np.array([own for own, _ in rows]).astype(np.intp), np.array([score for _, score in rows])


def many_rows() -> tuple[Codes, Matrix]:
    """Return 3,000 rows with different scores, a tenth of them with the label."""
    random = np.random.default_rng(3)
    truth = (random.random(3_000) < 0.1).astype(np.intp)
    return truth, 1 / (1 + np.exp(3 - 2.5 * truth - random.normal(0, 1, 3_000)))


def points_of(curve: Curve) -> set[tuple[float, float]]:
    return {(round(x, 9), round(y, 9)) for x, y in zip(curve.x, curve.y, strict=True)}


def rounded(x: Matrix, y: Matrix) -> set[tuple[float, float]]:
    return {(round(one, 9), round(other, 9)) for one, other in zip(x.tolist(), y.tolist(), strict=True)}


@given(RANKED)
def test_the_roc_curve_of_few_rows_is_that_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    truth, scores = split(rows)

    found = curves_of(truth, scores)

    false, true, _ = roc_curve(truth, scores, drop_intermediate=False)
    assert points_of(found.roc) == rounded(false, true)
    assert found.roc_auc == pytest.approx(roc_auc_score(truth, scores))


@given(RANKED)
def test_the_precision_recall_curve_of_few_rows_is_that_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    truth, scores = split(rows)

    found = curves_of(truth, scores)

    precision, recall, _ = precision_recall_curve(truth, scores)
    expected = rounded(recall, precision)
    assert points_of(found.precision_recall) <= expected
    assert {x for x, _ in points_of(found.precision_recall)} == {x for x, _ in expected}
    assert found.average_precision == pytest.approx(average_precision_score(truth, scores))


@given(RANKED)
def test_calibration_is_that_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    truth, scores = split(rows)

    found = curves_of(truth, scores).calibration

    shares, means = calibration_curve(truth, scores, n_bins=10, strategy="quantile")
    assert [one.share for one in found] == pytest.approx(shares.tolist())
    assert [one.probability for one in found] == pytest.approx(means.tolist())
    assert sum(one.rows for one in found) == len(rows)


@given(RANKED)
def test_curves_go_from_left_to_right(rows: list[tuple[bool, float]]) -> None:
    found = curves_of(*split(rows))

    for curve in (found.roc, found.precision_recall):
        assert list(curve.x) == sorted(curve.x)
        assert (curve.x[0], curve.x[-1]) == (0.0, 1.0)


def test_curves_of_many_rows_have_points_of_the_whole_curve() -> None:
    truth, scores = many_rows()

    found = curves_of(truth, scores)

    false, true, _ = roc_curve(truth, scores, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(truth, scores)
    assert points_of(found.roc) <= rounded(false, true)
    assert points_of(found.precision_recall) <= rounded(recall, precision)
    assert max(len(found.roc.x), len(found.precision_recall.x)) <= MOST_POINTS


def test_the_points_of_many_rows_lie_close_together() -> None:
    truth, scores = many_rows()

    found = curves_of(truth, scores)

    assert np.diff(found.roc.x).max() < 0.03
    assert np.diff(found.roc.y).max() < 0.03
    assert np.diff(found.precision_recall.x).max() < 0.02
    assert np.trapezoid(found.roc.y, found.roc.x) == pytest.approx(roc_auc_score(truth, scores), abs=2e-3)


def test_each_of_several_labels_is_compared_with_all_others() -> None:
    random = np.random.default_rng(1)
    truth, probabilities = np.repeat([0, 1, 2], [50, 30, 20]), random.dirichlet([1, 1, 1], 100)

    found = build_curves(truth, probabilities, ("a", "b", "c"))

    assert [(one.label, one.rows) for one in found] == [("a", 50), ("b", 30), ("c", 20)]
    expected = [roc_auc_score(truth == code, probabilities[:, code]) for code in range(3)]
    assert [one.roc_auc for one in found] == pytest.approx(expected)


def test_of_250_labels_the_most_frequent_ones_have_curves() -> None:
    random = np.random.default_rng(1)
    truth = np.concatenate([np.arange(250), np.repeat(np.arange(100, 112), 3)])

    found = build_curves(truth, random.dirichlet(np.ones(250), len(truth)), tuple(range(250)))

    assert [one.label for one in found] == list(range(100, 112))
    assert len(found) == MOST_LABELS


@pytest.mark.parametrize("truth", [[0, 0, 0], [1, 1, 1]])
def test_a_label_that_all_rows_or_none_have_has_no_curves(truth: list[int]) -> None:
    assert build_curves(np.array(truth), np.full((3, 2), 0.5), ("no", "yes")) == ()
