"""Choose an estimator or an ensemble by cross-validation on the training rows, within a budget of estimated time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.catalogue import ENSEMBLE
from mini_ml.contracts import Candidate, Task, Threshold, TrainingProgress
from mini_ml.errors import TrainingFailed
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.averaging import sharpen
from mini_ml.ml.training.budget import affordable_entries, estimate_comparison_seconds, fit_into_budget
from mini_ml.ml.training.comparison import FOLDS, METRICS, Comparison, LeaderboardEntry
from mini_ml.ml.training.configurations import Configuration
from mini_ml.ml.training.cross_validation import CrossValidation
from mini_ml.ml.training.ensemble import choose_temperature, row_losses, select_members
from mini_ml.ml.training.folds import FoldScheme
from mini_ml.ml.training.labelled_rows import LabelledRows
from mini_ml.ml.training.threshold import find_best_threshold

_MIN_FOLDS: Final = 2


@dataclass(frozen=True, kw_only=True)
class ChosenMember:
    """A configuration to fit on all training rows, and its weight."""

    configuration: Configuration
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What to fit, and the leaderboard."""

    members: tuple[ChosenMember, ...]
    """One, or more for an ensemble; the weights add up to 1."""
    temperature: float = 1.0
    threshold: Threshold | None = None
    candidates: tuple[Candidate, ...] = ()
    """Best first."""
    notes: tuple[str, ...] = ()
    comparison_seconds: float = 0.0
    """Estimated time of the comparison."""


def _too_few(comparison: Comparison) -> str:
    """Return why rows cannot be cross-validated."""
    if comparison.traits.rows_are_independent:
        return "there are too few rows to cross-validate"
    return "there are too few rows, times or groups to cross-validate"


def choose(rows: LabelledRows, encoder: Encoder, scheme: FoldScheme, comparison: Comparison) -> Choice:
    """Compare the candidates, and return the best one or an ensemble of them.

    Args:
        rows: the training rows.
        encoder: one-hot encoder of these rows.
        scheme: what decides the folds of these rows.
        comparison: task, effort, limits and seed.

    Raises:
        LimitExceeded: every candidate is estimated to exceed the limits.
    """
    shape = rows.shape(encoder)
    entries = affordable_entries(shape, comparison)
    count, entries = fit_into_budget(shape, entries, comparison)
    sample = scheme.subsample(count, seed=comparison.seed)
    enough = len(sample) >= 2 * FOLDS["balanced"]
    folds = scheme.take(sample).split(FOLDS[comparison.effort], seed=comparison.seed) if enough else []
    if len(folds) < _MIN_FOLDS:
        return _choose_simplest(entries, comparison, _too_few(comparison))
    if sum(entry.reason is None for entry in entries) == 1:
        return _choose_simplest(entries, comparison, "no other candidate fits into the limits")
    validation = CrossValidation(
        rows.take(sample), folds, seed=comparison.seed, threads=comparison.threads, clock=comparison.clock
    )
    seconds = estimate_comparison_seconds(replace(shape, rows=len(sample)), entries, comparison)
    entries = _compare(entries, validation, comparison)
    if all(entry.found is None for entry in entries):
        return _choose_simplest(entries, comparison, "no candidate could be compared")
    of = f" on {len(sample):,} of {rows.rows:,} training rows" if len(sample) < rows.rows else ""
    how = f"{len(folds)}-fold cross-validation{of}"
    return replace(_choose_best(entries, validation.target, comparison, how), comparison_seconds=seconds)


def _compare(
    entries: Sequence[LeaderboardEntry], validation: CrossValidation, comparison: Comparison
) -> list[LeaderboardEntry]:
    """Cross-validate each entry that nothing speaks against, and report how far the comparison is."""
    compared: list[LeaderboardEntry] = []
    for entry in entries:
        compared.append(entry if entry.reason else _validate(entry, validation))
        scores = [one.score for one in compared if one.score is not None]
        comparison.report(
            TrainingProgress(
                stage="comparing",
                candidates_done=len(compared),
                candidates=len(entries),
                metric=METRICS[comparison.task],
                best_score=min(scores, default=None),
            )
        )
    return compared


def _validate(entry: LeaderboardEntry, validation: CrossValidation) -> LeaderboardEntry:
    try:
        found = validation.run(entry.configuration)
    except TrainingFailed as error:
        return replace(entry, reason=error.detail)
    return replace(entry, found=found, score=_leaderboard_score(validation.target, found.predictions))


def _leaderboard_score(target: NDArray[Any], predictions: Matrix) -> float:
    """Return the log loss of probabilities, or the root mean squared error of numbers."""
    loss = float(row_losses(target, predictions).mean())
    return loss if predictions.ndim == 2 else float(np.sqrt(loss))


def _choose_best(entries: Sequence[LeaderboardEntry], target: NDArray[Any], comparison: Comparison, how: str) -> Choice:
    """Return the ensemble, or the single candidate, that the out-of-fold predictions speak for."""
    compared = [(entry, entry.found) for entry in entries if entry.found is not None]
    selection = select_members(target, [found.predictions for _, found in compared])
    temperature, threshold = 1.0, None
    if comparison.labels is not None:
        temperature = choose_temperature(target, selection.predictions)
        threshold = find_best_threshold(target, sharpen(selection.predictions, temperature), comparison.labels)
    weights = {id(entry): weight for (entry, _), weight in zip(compared, selection.weights, strict=True)}
    members = tuple(
        ChosenMember(configuration=replace(entry.configuration, params=found.params), weight=weights[id(entry)])
        for entry, found in compared
        if weights[id(entry)]
    )
    leaderboard = [_candidate(entry, comparison.task, weights.get(id(entry), 0.0)) for entry in entries]
    if len(members) > 1:
        score = _leaderboard_score(target, selection.predictions)
        leaderboard.append(Candidate(model_type=ENSEMBLE, metric=METRICS[comparison.task], score=score))
    return Choice(
        members=members,
        temperature=temperature,
        threshold=threshold,
        candidates=tuple(sorted(leaderboard, key=_sort_key)),
        notes=(f"auto chose {_describe_members(members)} by {how}.", *_describe_temperature(temperature)),
    )


def _describe_temperature(temperature: float) -> Iterator[str]:
    """Yield what is done to the probabilities."""
    if temperature != 1.0:
        were = "too certain" if temperature > 1.0 else "too doubtful"
        yield f"The probabilities were {were} out of fold; they are corrected by a temperature of {temperature:.2f}."


def _describe_members(members: Sequence[ChosenMember]) -> str:
    """Return the model type of a single member, or how many of which types an ensemble has."""
    types = Counter(member.configuration.model_type for member in members)
    *first, last = (f"{count} × {name}" if count > 1 else name for name, count in types.items())
    listed = f"{', '.join(first)} and {last}" if first else last
    return listed if len(members) == 1 else f"an ensemble of {listed}"


def _choose_simplest(entries: Sequence[LeaderboardEntry], comparison: Comparison, why: str) -> Choice:
    """Return the simplest affordable candidate, if none can be compared."""
    first = next(entry for entry in entries if entry.is_affordable)
    model_type = first.configuration.model_type
    entries = [replace(entry, reason=entry.reason or f"not compared: {why}") for entry in entries]
    return Choice(
        members=(ChosenMember(configuration=first.configuration),),
        candidates=tuple(
            _candidate(entry, comparison.task, float(entry.configuration is first.configuration)) for entry in entries
        ),
        notes=(f"auto took {model_type} without comparing: {why}.",),
    )


def _candidate(entry: LeaderboardEntry, task: Task, weight: float) -> Candidate:
    found = entry.found
    return Candidate(
        model_type=entry.configuration.model_type,
        model_params=dict(entry.configuration.params),
        encoding=entry.configuration.encoding,
        metric=METRICS[task],
        score=entry.score,
        weight=weight,
        fit_seconds=None if found is None else round(found.fit_seconds, 3),
        size_bytes=None if found is None else found.size_bytes,
        note=entry.reason,
    )


def _sort_key(candidate: Candidate) -> float:
    return np.inf if candidate.score is None else candidate.score
