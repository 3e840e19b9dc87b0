"""No encoding carries the target of a row into its own features, or that of tested rows into a model."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoding, fit_encoder
from mini_ml.ml.encoding.target_means import TargetMeans
from mini_ml.ml.frame import Frame
from mini_ml.ml.training.folds import FoldScheme
from tests.unit.ml_reading.models import LIMITS, reader, table

ROWS = 300
seeds = st.integers(0, 2**32 - 1)


def parse(seed: int = 0) -> tuple[Reader, Frame]:
    """Return rows with unique codes, a column with many categories, words, numbers and dates."""
    random = np.random.default_rng(seed)
    lines = [
        f"{spell(place)},k{random.integers(60)},the {random.choice(['red', 'blue', 'green'])} one {spell(place)},"
        f"{random.normal():.3f},2024-{random.integers(1, 13):02}-{random.integers(1, 29):02},{'uv'[place % 2]}\n"
        for place in range(ROWS)
    ]
    csv = "code,city,remark,size,made,y\n" + "".join(lines)
    rules = reader(csv)
    return rules, rules.parse(table(csv))


def spell(number: int) -> str:
    """Return a word of its own for each number."""
    return "".join(chr(ord("a") + number // 26**power % 26) for power in range(3))


def score_out_of_fold(rules: Reader, frame: Frame, target: NDArray[np.int64], encoding: Encoding, seed: int) -> float:
    """Return the area under the ROC curve of a tree, for rows that it was not fitted on."""
    scores = np.zeros(len(target))
    for fold in FoldScheme(rows=len(target), codes=target).split(3, seed=seed):
        encoder, matrix = fit_encoder(
            rules, frame.take(fold.fitted), LIMITS, target=target[fold.fitted], classes=2, encoding=encoding, seed=seed
        )
        tree = DecisionTreeClassifier(min_samples_leaf=10, random_state=0).fit(matrix, target[fold.fitted])
        scores[fold.tested] = tree.predict_proba(encoder.transform(frame.take(fold.tested)))[:, 1]
    return float(roc_auc_score(target, scores))


@pytest.mark.parametrize("encoding", ["one_hot", "target_mean"])
@settings(max_examples=10)
@given(seed=seeds)
def test_a_shuffled_target_is_predicted_no_better_than_by_chance(encoding: Encoding, seed: int) -> None:
    rules, frame = parse(seed)
    target = np.random.default_rng(seed).permutation(np.arange(ROWS) % 2)

    area = score_out_of_fold(rules, frame, target, encoding, seed)

    assert abs(area - 0.5) < 0.17  # five standard errors of an area of 150 against 150 rows


def test_a_target_that_follows_a_category_is_predicted_out_of_fold() -> None:
    rules, frame = parse()
    target = (frame.tokens[1].codes % 2).astype(np.int64)

    assert score_out_of_fold(rules, frame, target, "target_mean", 0) > 0.8


@pytest.mark.parametrize("classes", [0, 2, 4])
@settings(max_examples=25)
@given(seed=seeds, row=st.integers(0, ROWS - 1))
def test_the_target_of_a_row_does_not_change_its_own_encoding(classes: int, seed: int, row: int) -> None:
    rules, frame = parse()
    target = make_target(classes, seed)
    other = target.copy()
    other[row] = (target[row] + 1) % classes if classes else target[row] + 1000

    _, before = fit_encoder(rules, frame, LIMITS, target=target, classes=classes, encoding="target_mean", seed=seed)
    _, after = fit_encoder(rules, frame, LIMITS, target=other, classes=classes, encoding="target_mean", seed=seed)

    assert before[row].tolist() == after[row].tolist()
    assert not np.array_equal(before, after)


@settings(max_examples=25)
@given(seed=seeds)
def test_unique_codes_say_nothing_of_the_targets_of_training_rows(seed: int) -> None:
    rules, frame = parse()
    target = make_target(0, seed)
    encoder, matrix = fit_encoder(rules, frame, LIMITS, target=target, classes=0, encoding="target_mean", seed=seed)
    column = encoder.feature_names.index("code.mean")

    assert np.corrcoef(matrix[:, column], target)[0, 1] < 0.1
    assert np.allclose(encoder.transform(frame)[:, column], target)


def test_only_the_seed_decides_which_rows_encode_which_others() -> None:
    rules, frame = parse()
    target = make_target(2, 0)

    matrices = [
        fit_encoder(rules, frame, LIMITS, target=target, classes=2, encoding="target_mean", seed=seed)[1]
        for seed in (0, 0, 1)
    ]

    assert np.array_equal(matrices[0], matrices[1])
    assert not np.array_equal(matrices[0], matrices[2])


def test_columns_without_mean_targets_are_encoded_as_new_rows_are() -> None:
    rules, frame = parse()
    encoder, matrix = fit_encoder(rules, frame, LIMITS, target=make_target(2, 0), classes=2, encoding="target_mean")
    means = [name.endswith(".mean") for name in encoder.feature_names]

    changed = (matrix != encoder.transform(frame)).any(axis=0)

    assert [type(column) is TargetMeans for column in encoder.columns] == [True, True, False]
    assert changed.tolist() == means


def make_target(classes: int, seed: int) -> NDArray[Any]:
    """Return class codes, or numbers for 0 classes, that have nothing to do with the rows."""
    random = np.random.default_rng(seed)
    return random.integers(0, classes, ROWS) if classes else random.normal(size=ROWS)
