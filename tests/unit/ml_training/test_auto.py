"""How `auto` chooses the task and the estimator."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from mini_ml.errors import LimitExceeded
from mini_ml.ml.training.auto import CANDIDATES, Encoded, choose
from mini_ml.ml.training.train import Trained
from mini_ml.topology import Limits
from tests.unit.ml_training.tables import flowers, mixed_labels, mixed_numbers, train_on, write

RANDOM = np.random.default_rng(0)


def two_clouds(rows: int, width: int = 3) -> Encoded:
    target = np.arange(rows) % 2
    matrix = RANDOM.normal(size=(rows, width))
    matrix[:, 0] += target
    return Encoded(matrix=matrix, target=target, labels=("no", "yes"))


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        (["red", "blue"] * 20, "classification"),
        (["true", "false"] * 20, "classification"),
        (["0", "1"] * 20, "classification"),
        (["1", "2", "3", "4"] * 10, "classification"),
        ([str(position % 5) for position in range(40)], "regression"),
        ([str(position) for position in range(40)], "regression"),
        ([f"{position % 3}.5" for position in range(40)], "regression"),
    ],
    ids=["text", "boolean", "zero or one", "few integers", "too many of 40 rows", "integers", "fractions"],
)
def test_the_target_decides_the_task(cells: list[str], task: str, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,target", *(f"{RANDOM.random()},{cell}" for cell in cells))

    assert train_on(table).task == task


def test_a_task_can_be_forced(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,target", *(f"{RANDOM.random()},{row % 4}" for row in range(60)))

    assert train_on(table, "auto:regression").task == "regression"
    assert train_on(table, "auto:classification").task == "classification"


def scores_of(trained: Trained) -> dict[str, float]:
    return {candidate.model_type: candidate.score or -1 for candidate in trained.candidates}


def test_candidates_and_scores_are_kept_and_the_best_classifier_is_trained(tmp_path: Path) -> None:
    trained = train_on(mixed_labels(tmp_path / "t.csv"))

    scores = scores_of(trained)
    assert tuple(scores) == CANDIDATES["classification"]
    assert {candidate.metric for candidate in trained.candidates} == {"f1_macro"}
    assert trained.model_type == max(scores, key=scores.__getitem__)


def test_candidates_and_scores_are_kept_and_the_best_regressor_is_trained(tmp_path: Path) -> None:
    trained = train_on(mixed_numbers(tmp_path / "t.csv"))

    scores = scores_of(trained)
    assert tuple(scores) == CANDIDATES["regression"]
    assert {candidate.metric for candidate in trained.candidates} == {"r2"}
    assert trained.model_type == max(scores, key=scores.__getitem__)


def test_a_named_model_type_has_no_candidates(tmp_path: Path) -> None:
    assert train_on(flowers(tmp_path / "t.csv"), "GaussianNB").candidates == ()


def test_with_too_few_rows_the_simplest_model_type_is_chosen_and_noted(tmp_path: Path) -> None:
    trained = train_on(write(tmp_path / "t.csv", "size,kind", "1,a", "2,b", "3,a", "4,b"))

    assert trained.model_type == "LogisticRegression"
    assert any("without comparing" in note for note in trained.notes)


def test_a_comparison_above_the_budget_uses_fewer_rows() -> None:
    choice = choose(two_clouds(4_000), "classification", limits=Limits(estimated_seconds=14), seed=0)

    assert any("of 4,000 training rows" in note for note in choice.notes)


def test_a_candidate_above_the_budget_is_left_out_with_the_reason() -> None:
    choice = choose(two_clouds(1_200), "classification", limits=Limits(estimated_seconds=6), seed=0)

    assert {candidate.note for candidate in choice.candidates} == {None, "too expensive to compare within the budget"}


def test_a_candidate_that_would_be_too_large_is_not_chosen() -> None:
    choice = choose(two_clouds(400), "classification", limits=Limits(artifact_bytes=50_000), seed=0)

    forest = next(c for c in choice.candidates if c.model_type == "RandomForestClassifier")
    assert choice.model_type != "RandomForestClassifier"
    assert "The model would take about" in str(forest.note)


def test_if_every_candidate_is_too_expensive_the_limit_is_named() -> None:
    with pytest.raises(LimitExceeded, match="the limit is 0 s"):
        choose(two_clouds(100), "classification", limits=Limits(estimated_seconds=0), seed=0)


def test_a_candidate_that_cannot_be_fitted_is_noted_and_another_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("it does not like this matrix")

    monkeypatch.setattr(RandomForestClassifier, "fit", fail)

    choice = choose(two_clouds(60), "classification", limits=Limits(), seed=0)

    failed = {candidate.model_type: candidate for candidate in choice.candidates}["RandomForestClassifier"]
    assert choice.model_type != "RandomForestClassifier"
    assert failed.score is None
    assert "it does not like this matrix" in (failed.note or "")
