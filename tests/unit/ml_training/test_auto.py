"""How `auto` chooses the task and the estimator."""

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from mini_ml.catalogue import ENSEMBLE
from mini_ml.contracts import Candidate, Effort, TrainingProgress, TrainOptions
from mini_ml.errors import LimitExceeded
from mini_ml.ml.training.auto import Choice, choose
from mini_ml.ml.training.comparison import Comparison
from mini_ml.ml.training.configurations import Configuration
from mini_ml.ml.training.fit_estimator import learned_params
from mini_ml.ml.training.prepare import prepare, read_dataset
from mini_ml.ml.training.train import train
from mini_ml.topology import Limits
from tests.unit.ml_training.tables import LIMITS, flowers, mixed_labels, mixed_numbers, train_on, write

RANDOM = np.random.default_rng(0)


def compare(folder: Path, rows: int, limits: Limits = LIMITS, effort: Effort = "balanced") -> Choice:
    """Choose for a table of two overlapping classes of `rows` training rows."""
    kinds = np.arange(rows * 5 // 4) % 2
    points = RANDOM.normal(size=(len(kinds), 2))
    lines = (f"{x + kind:.4f},{y:.4f},{'ab'[kind]}" for (x, y), kind in zip(points, kinds, strict=True))
    dataset = read_dataset(write(folder / "t.csv", "x,y,kind", *lines), TrainOptions(), limits=limits, seed=0)
    prepared = prepare(dataset, limits=limits, check_estimate=lambda shape, footprint: None)
    comparison = Comparison(task="classification", labels=("a", "b"), effort=effort, limits=limits, seed=0)
    return choose(prepared.rows, prepared.encoder, dataset.split.fold_scheme, comparison)


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


def test_the_leaderboard_of_a_classification_is_ordered_by_log_loss(tmp_path: Path) -> None:
    trained = train_on(mixed_labels(tmp_path / "t.csv"))

    scores = [candidate.score for candidate in trained.candidates if candidate.score is not None]
    assert {candidate.metric for candidate in trained.candidates} == {"log_loss"}
    assert scores == sorted(scores)
    assert {"LogisticRegression", "RandomForestClassifier", "HistGradientBoostingClassifier"} <= {
        candidate.model_type for candidate in trained.candidates
    }


def test_the_leaderboard_of_a_regression_is_ordered_by_error(tmp_path: Path) -> None:
    trained = train_on(mixed_numbers(tmp_path / "t.csv"))

    scores = [candidate.score for candidate in trained.candidates if candidate.score is not None]
    assert {candidate.metric for candidate in trained.candidates} == {"rmse"}
    assert scores == sorted(scores)


def test_what_is_published_is_what_the_leaderboard_gives_weight_to(tmp_path: Path) -> None:
    trained = train_on(mixed_labels(tmp_path / "t.csv"))

    weights = {(candidate.model_type, candidate.weight) for candidate in trained.candidates if candidate.weight}
    assert sum(weight for _, weight in weights if weight) == pytest.approx(1)
    if trained.members:
        assert weights == {(member.model_type, member.weight) for member in trained.members}
    else:
        assert weights == {(trained.model_type, 1.0)}


def test_times_and_sizes_are_measured_with_the_clock_that_is_given(tmp_path: Path) -> None:
    seconds = count(step=2.0)

    trained = train(mixed_labels(tmp_path / "t.csv"), TrainOptions(), limits=LIMITS, clock=lambda: next(seconds))

    compared = [candidate for candidate in trained.candidates if candidate.fit_seconds is not None]
    assert {candidate.fit_seconds for candidate in compared} == {2.0}
    assert all(candidate.size_bytes for candidate in compared)


def test_every_compared_candidate_is_reported_with_the_best_score_so_far(tmp_path: Path) -> None:
    reported: list[TrainingProgress] = []

    trained = train(mixed_labels(tmp_path / "t.csv"), TrainOptions(), limits=LIMITS, report=reported.append)

    compared = [progress for progress in reported if progress.stage == "comparing"]
    assert [progress.candidates_done for progress in compared] == list(range(1, compared[-1].candidates + 1))
    singles = [one.score for one in trained.candidates if one.model_type != ENSEMBLE and one.score is not None]
    assert compared[-1].best_score == min(singles)
    assert [progress.stage for progress in reported if progress.stage != "comparing"] == [
        "reading",
        "fitting",
        "evaluating",
        "profiling",
    ]


def test_a_named_model_type_has_no_candidates(tmp_path: Path) -> None:
    assert train_on(flowers(tmp_path / "t.csv"), "GaussianNB").candidates == ()


def test_best_effort_compares_more_candidates(tmp_path: Path) -> None:
    balanced, best = (len(compare(tmp_path, 60, effort=effort).candidates) for effort in ("balanced", "best"))

    assert best > balanced


def test_with_too_few_rows_the_simplest_model_type_is_chosen_and_noted(tmp_path: Path) -> None:
    trained = train_on(write(tmp_path / "t.csv", "size,kind", "1,a", "2,b", "3,a", "4,b"))

    assert trained.model_type == "LogisticRegression"
    assert any("without comparing" in note for note in trained.notes)


def test_a_comparison_above_the_budget_drops_the_dearest_candidate_and_keeps_all_rows(tmp_path: Path) -> None:
    choice = compare(tmp_path, 1_200, Limits(estimated_seconds=3))

    notes = {candidate.note for candidate in choice.candidates}
    assert notes == {None, "too expensive to compare within the budget"}
    assert not any("of 1,200 training rows" in note for note in choice.notes)


def test_a_candidate_that_would_be_too_large_is_not_chosen(tmp_path: Path) -> None:
    choice = compare(tmp_path, 400, Limits(artifact_bytes=50_000))

    forest = next(c for c in choice.candidates if c.model_type == "RandomForestClassifier")
    assert forest.weight == 0
    assert "The model would take about" in str(forest.note)


def test_if_every_candidate_is_too_expensive_the_limit_is_named(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded, match="the limit is 0 s"):
        compare(tmp_path, 100, Limits(estimated_seconds=0))


def test_a_candidate_that_cannot_be_fitted_is_noted_and_others_are_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("it does not like this matrix")

    monkeypatch.setattr(RandomForestClassifier, "fit", fail)

    choice = compare(tmp_path, 60)

    failed = next(c for c in choice.candidates if c.model_type == "RandomForestClassifier")
    assert (failed.score, failed.weight) == (None, 0.0)
    assert "it does not like this matrix" in (failed.note or "")


def test_boosting_that_stopped_early_is_fitted_on_all_rows_for_as_many_iterations() -> None:
    configuration = Configuration(
        model_type="HistGradientBoostingClassifier",
        params={"learning_rate": 0.05, "early_stopping": True, "n_iter_no_change": 15, "max_iter": 300},
    )

    found = learned_params(configuration, [SimpleNamespace(n_iter_=40), SimpleNamespace(n_iter_=61)])

    assert found == {"learning_rate": 0.05, "early_stopping": False, "max_iter": 50}


def losses(choice: Iterable[Candidate]) -> set[object]:
    """Return the losses that the candidates of boosting optimise; None for the default."""
    boosting = (candidate for candidate in choice if candidate.model_type == "HistGradientBoostingRegressor")
    return {candidate.model_params.get("loss") for candidate in boosting}


@pytest.mark.parametrize("effort", ["balanced", "best"])
def test_trees_that_multiply_are_compared_unless_a_target_is_negative(effort: Effort, tmp_path: Path) -> None:
    sizes = RANDOM.normal(size=600)
    prices = write(tmp_path / "p.csv", "size,price", *(f"{size:.4f},{np.exp(3 + size):.4f}" for size in sizes))
    gains = write(tmp_path / "g.csv", "size,gain", *(f"{size:.4f},{np.exp(3 + size) - 9:.4f}" for size in sizes))

    of_prices, of_gains = (
        train(table, TrainOptions(effort=effort), limits=LIMITS).candidates for table in (prices, gains)
    )

    assert "poisson" in losses(of_prices)
    assert losses(of_gains) == {None}


def test_a_negative_target_among_the_holdout_rows_counts(tmp_path: Path) -> None:
    sizes = np.arange(1, 101)
    table = write(tmp_path / "t.csv", "size,gain", *(f"{size},{size / 2}" for size in sizes))
    holdout = int(train_on(table, "Ridge").holdout_rows[0])
    cells = [f"{size},{-0.5 if row == holdout else size / 2}" for row, size in enumerate(sizes)]

    trained = train(write(tmp_path / "n.csv", "size,gain", *cells), TrainOptions(refit=True), limits=LIMITS)

    assert trained.refitted
    assert losses(trained.candidates) == {None}
