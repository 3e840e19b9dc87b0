"""The results of all answers as one JSON document, from which the tables and the plot are made."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.quality.answers import (
    GivenAnswer,
    Losses,
    Numbers,
    baseline_losses,
    losses_of,
    read_answer,
    read_truth,
)
from bench.quality.comparison import interval_of_sets, mean_ranks, outcome_of
from bench.quality.competitors import COMPETITORS
from bench.quality.datasets import ALL
from bench.quality.definition import DataSet, splits_of

Document = dict[str, Any]

_POINTS: Final = {"win": 1.0, "tie": 0.0, "loss": -1.0}


@dataclass(frozen=True, kw_only=True)
class SetResult:
    """The answers of one competitor to all splits of a set."""

    losses: Sequence[Losses]
    answers: Sequence[GivenAnswer]
    baseline: float
    """Mean loss of the shares of the classes, or of the mean."""

    @property
    def loss(self) -> float:
        """Return the log loss, or 1 − R²; the mean over the splits."""
        return statistics.mean(losses.mean for losses in self.losses)

    @property
    def skill(self) -> float:
        """Return R², or its like for classes: 1 − log loss / log loss of the shares of the classes."""
        return 1 - self.loss / self.baseline

    @property
    def rows(self) -> list[Numbers]:
        """Return the loss of each test row, by split."""
        return [losses.rows for losses in self.losses]

    def document(self, dataset: DataSet) -> Document:
        """Return the figures of the table."""
        is_numeric = dataset.task == "regression"
        return {
            "score": 1 - self.loss if is_numeric else self.loss,
            "accuracy": None if is_numeric else statistics.mean(losses.accuracy for losses in self.losses),
            "skill": self.skill,
            **self.costs(),
            "note": self.answers[0].note or self.answers[0].error.strip().rpartition("\n")[2][:200],
        }

    def costs(self) -> Document:
        """Return the medians of times and sizes over the splits, and how many answers failed."""
        given = [answer for answer in self.answers if not answer.error]
        return {
            "fit_seconds": _median(answer.fit_seconds for answer in given),
            "row_seconds": _median(answer.row_seconds for answer in given),
            "model_bytes": _median(answer.model_bytes for answer in given),
            "failed": len(self.answers) - len(given),
        }


def summarize(folder: Path, names: Sequence[str], competitors: Sequence[str]) -> Document:
    """Compare competitors by the splits that all of them answered.

    Args:
        folder: the results: the files of the splits in `data`, the answers in `answers`.
        names: of the data sets.
        competitors: the names of those to compare.
    """
    splits = {name: found for name in names if (found := _common_splits(folder, name, competitors))}
    results = {name: _results_of(folder, name, found, competitors) for name, found in splits.items()}
    return {
        "competitors": {name: COMPETITORS[name].title for name in competitors},
        "sets": {
            name: {
                "task": ALL[name].task,
                "rows": _rows_of(folder, name),
                "splits": len(splits[name]),
                "results": {competitor: result.document(ALL[name]) for competitor, result in found.items()},
            }
            for name, found in results.items()
        },
        "overall": _overall(results, competitors) if results else {},
        "comparisons": [
            _compare(results, mine, theirs)
            for mine in competitors
            if COMPETITORS[mine].is_ours and COMPETITORS[mine].commit is None and results
            for theirs in competitors
            if theirs != mine
        ],
    }


def answered_by(folder: Path) -> list[str]:
    """Return the competitors that have answers in a folder."""
    found = {path.stem for path in (folder / "answers").glob("*/*/*.npz")}
    return [name for name in COMPETITORS if name in found]


def _common_splits(folder: Path, name: str, competitors: Sequence[str]) -> list[int]:
    answers = folder / "answers" / name
    return [
        split
        for split in range(splits_of(ALL[name]))
        if all((answers / str(split) / f"{competitor}.npz").exists() for competitor in competitors)
    ]


def _results_of(folder: Path, name: str, splits: Sequence[int], competitors: Sequence[str]) -> dict[str, SetResult]:
    is_classification = ALL[name].task != "regression"
    truths = [read_truth(folder / "data" / name / str(split) / "truth.csv") for split in splits]
    baseline = statistics.mean(baseline_losses(truth, is_classification=is_classification).mean for truth in truths)
    results = {}
    for competitor in competitors:
        answers = [read_answer(folder / "answers" / name / str(split) / f"{competitor}.npz") for split in splits]
        losses = [
            losses_of(answer, truth, is_classification=is_classification)
            for answer, truth in zip(answers, truths, strict=True)
        ]
        results[competitor] = SetResult(losses=losses, answers=answers, baseline=baseline)
    return results


def _rows_of(folder: Path, name: str) -> int:
    first = folder / "data" / name / "0"
    return sum(len(read_truth(first / file)) for file in ("train.csv", "truth.csv"))


def _overall(results: Mapping[str, Mapping[str, SetResult]], competitors: Sequence[str]) -> Document:
    ranks = mean_ranks([[found[competitor].loss for competitor in competitors] for found in results.values()])
    return {
        competitor: {
            "rank": rank,
            "skill": asdict(interval_of_sets([found[competitor].skill for found in results.values()])),
            **_costs_over_sets([found[competitor].costs() for found in results.values()]),
        }
        for competitor, rank in zip(competitors, ranks, strict=True)
    }


def _costs_over_sets(costs: Sequence[Document]) -> Document:
    """Return the medians over the sets, and how many answers failed."""
    medians = {
        name: _median(cost[name] for cost in costs if cost[name] is not None)
        for name in ("fit_seconds", "row_seconds", "model_bytes")
    }
    return {**medians, "failed": sum(cost["failed"] for cost in costs)}


def _compare(results: Mapping[str, Mapping[str, SetResult]], mine: str, theirs: str) -> Document:
    """Return wins, ties and losses over the sets, and their balance with a bootstrap of the sets."""
    outcomes = {name: outcome_of(found[mine].rows, found[theirs].rows) for name, found in results.items()}
    gains = [found[mine].skill - found[theirs].skill for found in results.values()]
    return {
        "ours": mine,
        "theirs": theirs,
        "outcomes": outcomes,
        "wins": list(outcomes.values()).count("win"),
        "ties": list(outcomes.values()).count("tie"),
        "losses": list(outcomes.values()).count("loss"),
        "balance": asdict(interval_of_sets([_POINTS[outcome] for outcome in outcomes.values()])),
        "skill_gain": asdict(interval_of_sets(gains)),
    }


def _median(numbers: Iterable[float]) -> float | None:
    found = list(numbers)
    return statistics.median(found) if found else None
