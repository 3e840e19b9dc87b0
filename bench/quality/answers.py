"""Answers of competitors as files, and their losses."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LEAST_PROBABILITY: Final = 1e-15
"""Probabilities are raised to this, so that no competitor's log loss is infinite."""


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """What a competitor predicted of a test file; `error` says why there is nothing."""

    predictions: Numbers
    classes: tuple[str, ...]
    fit_seconds: float
    row_seconds: float
    model_bytes: int
    note: str
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Losses:
    """How wrong an answer is."""

    rows: Numbers
    """Log loss of each test row, or its squared error divided by the variance of the target: lower is better."""
    accuracy: float
    """Share of the labels that are right; NaN for numbers."""

    @property
    def mean(self) -> float:
        """Return the log loss, or 1 − R²."""
        return float(self.rows.mean())


def read_answer(path: Path) -> GivenAnswer:
    """Read the answer of a runner."""
    with np.load(path) as file:
        error = str(file["error"]) if "error" in file else ""
        if error:
            nothing = np.empty(0)
            return GivenAnswer(
                predictions=nothing, classes=(), fit_seconds=0, row_seconds=0, model_bytes=0, note="", error=error
            )
        return GivenAnswer(
            predictions=file["predictions"],
            classes=tuple(str(name) for name in file["classes"]),
            fit_seconds=float(file["fit_seconds"]),
            row_seconds=float(file["row_seconds"]),
            model_bytes=int(file["model_bytes"]),
            note=str(file["note"]),
        )


def write_failure(path: Path, problem: str) -> None:
    """Write why a competitor gave no answer."""
    np.savez_compressed(path, error=problem or "It gave no answer.")


def read_truth(path: Path) -> list[str]:
    """Return the cells of the target of the test rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return [cells[0] for cells in csv.reader(file)][1:]


def losses_of(answer: GivenAnswer, truth: Sequence[str], *, is_classification: bool) -> Losses:
    """Return the losses of an answer; all competitors are treated alike, and one that failed is the baseline."""
    if answer.error:
        return baseline_losses(truth, is_classification=is_classification)
    if is_classification:
        return _losses_of_probabilities(answer.predictions, answer.classes, truth)
    numbers = np.array(truth, dtype=np.float64)
    return Losses(rows=(answer.predictions - numbers) ** 2 / numbers.var(), accuracy=np.nan)


def baseline_losses(truth: Sequence[str], *, is_classification: bool) -> Losses:
    """Return the losses of the shares of the classes, or of the mean."""
    if is_classification:
        classes, counts = np.unique(np.array(truth), return_counts=True)
        shares = np.tile(counts / len(truth), (len(truth), 1))
        return _losses_of_probabilities(shares, [str(name) for name in classes], truth)
    numbers = np.array(truth, dtype=np.float64)
    return Losses(rows=(numbers - numbers.mean()) ** 2 / numbers.var(), accuracy=np.nan)


def _losses_of_probabilities(probabilities: Numbers, classes: Sequence[str], truth: Sequence[str]) -> Losses:
    """Return log losses: a class that is absent has the least probability, and the sum of a row is 1."""
    names = [*classes, *sorted(set(truth) - set(classes))]
    all_classes = np.zeros((len(truth), len(names)))
    all_classes[:, : len(classes)] = probabilities
    clipped = np.clip(all_classes, LEAST_PROBABILITY, None)
    clipped /= clipped.sum(axis=1, keepdims=True)
    place = {name: column for column, name in enumerate(names)}
    codes = np.array([place[label] for label in truth])
    given = clipped[np.arange(len(codes)), codes]
    return Losses(rows=-np.log(given), accuracy=float((clipped.argmax(axis=1) == codes).mean()))
