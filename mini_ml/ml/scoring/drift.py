"""Compare the rows of a batch with the training rows, once they are counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.contracts import ColumnDrift, ColumnProfile, Drift, LabelShift
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.drift_counts import DriftCounts
from mini_ml.ml.scoring.drift_reference import CategoryReference, DriftReference, NumberReference
from mini_ml.ml.scoring.stability import (
    FEWEST_ROWS,
    CellShare,
    Stability,
    compare_counts,
    is_rare,
    join_rare_bins,
)

MOST_LABELS: Final = 10
"""Maximum number of labels whose shares are shown."""
_DIGITS: Final = 6
"""Digits of a figure. More could differ between processors, but each attempt at a batch has to write the same."""


def build_drift(model: FittedModel, reference: DriftReference, counts: DriftCounts, tally: Tally) -> Drift:
    """Return how the rows of a batch differ from the training rows.

    Args:
        model: scored the rows.
        reference: what they are compared with.
        counts: the rows, counted by the bins of the reference.
        tally: the counts of the same rows; missing and unseen cells are counted there in all rows.
    """
    comparison = _Comparison(reference, counts, tally, tally.coerced)
    columns = {column.name: column for column in comparison.compare_columns()}
    predictions = comparison.compare_predictions()
    return Drift(
        rows=counts.rows,
        sampled_rows=counts.sampled_rows,
        columns=tuple(columns[name] for name in model.reader.names if name in columns),
        prediction_stability_index=predictions and _round(predictions.index),
        prediction_index_by_chance=predictions and _round(predictions.by_chance),
        predictions_drifted=predictions is not None and predictions.is_large,
        labels=_list_label_shifts(reference, counts),
    )


@dataclass(frozen=True)
class _Comparison:
    """The rows of a batch beside the training rows."""

    reference: DriftReference
    counts: DriftCounts
    tally: Tally
    unreadable: Mapping[str, int]
    """Number of cells by column that could not be read; the model treats them as missing."""

    def compare_columns(self) -> Iterator[ColumnDrift]:
        """Yield each column, numbers first."""
        for place, numbers in enumerate(self.reference.numbers):
            if numbers is not None:
                outside = int(self.counts.out_of_range[place])
                yield self._compare_numbers(numbers, self.counts.numbers[place].tolist(), outside)
        for categories, counts in zip(self.reference.categories, self.counts.tokens, strict=True):
            if categories is not None:
                yield self._compare_categories(categories, counts.tolist())

    def compare_predictions(self) -> Stability | None:
        """Return the index of the predictions; None if they cannot be compared."""
        reference = self.reference.predictions
        if reference is None:
            return None
        groups = join_rare_bins(reference.holdout, self.counts.sampled_rows)
        rows = _add_up(self.counts.predictions.tolist(), groups)
        return self._compare(rows, _add_up(reference.holdout, groups))

    def _compare_numbers(self, reference: NumberReference, counts: Sequence[int], outside: int) -> ColumnDrift:
        profile, (*ranges, missing) = reference.profile, reference.training
        groups = join_rare_bins(ranges, self.counts.sampled_rows)
        rows = [*_add_up(counts[: len(ranges)], groups), counts[-1]]
        index = self._compare(rows, [*_add_up(ranges, groups), missing])
        if profile.kind == "boolean":
            return self._build_column(profile, index)
        learned = profile.rows - profile.missing
        # Of n + 1 further numbers, 2 are below the smallest or above the largest of n on average.
        share = CellShare(outside, sum(counts[:-1]), expected=2 / (learned + 1), training_cells=learned)
        return self._build_column(profile, index, strange=share, out_of_range_share=_round(share.value))

    def _compare_categories(self, reference: CategoryReference, counts: Sequence[int]) -> ColumnDrift:
        profile, training, sampled = reference.profile, reference.training, self.counts.sampled_rows
        if reference.is_text:
            return self._build_column(profile, None)
        total = sum(training)
        rare = [is_rare(count, total, sampled) for count in training[:-2]]
        index = self._compare(_move_to_other(counts, rare), _move_to_other(training, rare))
        present, learned = self.counts.rows - self._count_missing(profile), profile.rows - profile.missing
        # The share of new categories is about that of rows with a category of their own: at most this.
        expected = min((profile.distinct or 0) / max(learned, 1), 1.0)
        share = CellShare(self.tally.unseen_cells[profile.name], present, expected=expected, training_cells=learned)
        return self._build_column(profile, index, strange=share, unseen_share=_round(share.value))

    def _compare(self, rows: Sequence[int], training: Sequence[int]) -> Stability | None:
        """Return the index; None for too few rows, or if so few training rows leave one bin only."""
        used = sum(1 for pair in zip(rows, training, strict=True) if any(pair))
        if sum(rows) < FEWEST_ROWS or used < 2 or not any(training):
            return None
        return compare_counts(rows, training, comparisons=self.reference.indexes)

    def _count_missing(self, profile: ColumnProfile) -> int:
        return self.tally.missing[profile.name] + self.unreadable.get(profile.name, 0)

    def _build_column(
        self,
        profile: ColumnProfile,
        index: Stability | None,
        *,
        strange: CellShare | None = None,
        unseen_share: float | None = None,
        out_of_range_share: float | None = None,
    ) -> ColumnDrift:
        expected = profile.missing / max(profile.rows, 1)
        missing = CellShare(self._count_missing(profile), self.counts.rows, expected, training_cells=profile.rows)
        is_large = (index is not None and index.is_large) or (strange is not None and strange.is_large)
        return ColumnDrift(
            name=profile.name,
            stability_index=index and _round(index.index),
            index_by_chance=index and _round(index.by_chance),
            missing_share=_round(missing.value),
            training_missing_share=_round(expected),
            unseen_share=unseen_share,
            out_of_range_share=out_of_range_share,
            # Later rows usually have later dates, so these are shown but do not warn.
            drifted=missing.is_large or (is_large and profile.kind != "datetime"),
        )


def _add_up(counts: Sequence[int], groups: Sequence[int]) -> list[int]:
    """Return the rows by group."""
    sums = [0] * (max(groups) + 1)
    for group, count in zip(groups, counts, strict=True):
        sums[group] += count
    return sums


def _move_to_other(counts: Sequence[int], rare: Sequence[bool]) -> list[int]:
    """Return the rows by category, with rare ones among the others, which are the last but one."""
    *named, other, missing = counts
    pairs = list(zip(named, rare, strict=True))
    return [
        *(count for count, is_rare in pairs if not is_rare),
        other + sum(count for count, is_rare in pairs if is_rare),
        missing,
    ]


def _list_label_shifts(reference: DriftReference, counts: DriftCounts) -> tuple[LabelShift, ...]:
    """Return the labels whose share changed most, largest change first; none for regression."""
    predictions = reference.predictions
    if predictions is None or not predictions.places or not counts.sampled_rows:
        return ()
    shares = counts.predictions / counts.sampled_rows
    holdout = np.array(predictions.holdout) / sum(predictions.holdout)
    largest = np.argsort(-np.abs(shares - holdout), kind="stable")[:MOST_LABELS].tolist()
    labels = list(predictions.places)
    return tuple(
        LabelShift(label=labels[place], share=_round(shares[place]), holdout_share=_round(holdout[place]))
        for place in largest
    )


def _round(figure: float) -> float:
    return round(float(figure), _DIGITS)
