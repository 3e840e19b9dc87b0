"""Compare the rows of a batch with the training rows, once they are counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from math import isnan
from typing import Final

import numpy as np

from mini_ml.contracts import ColumnDrift, Drift, LabelShift
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.count_table import CountTable
from mini_ml.ml.scoring.drift_counts import DriftCounts
from mini_ml.ml.scoring.drift_reference import DriftReference
from mini_ml.ml.scoring.stability import (
    CellShares,
    Counts,
    Flags,
    Stabilities,
    compare_counts,
    find_fewest_rows,
    join_rare_bins,
)

MOST_LABELS: Final = 10
"""Maximum number of labels whose shares are shown."""
_DIGITS: Final = 6
"""Digits of a figure. More could differ between processors, but each attempt at a batch has to write the same."""

_WITH_STRANGE_CELLS: Final = ("numeric", "datetime", "categorical")
"""Kinds of columns whose cells can be out of range or unseen."""


def build_drift(model: FittedModel, reference: DriftReference, counts: DriftCounts, tally: Tally) -> Drift:
    """Return how the rows of a batch differ from the training rows.

    Args:
        model: scored the rows.
        reference: what they are compared with.
        counts: the rows, counted by the bins of the reference.
        tally: the counts of the same rows; missing and unseen cells are counted there in all rows.
    """
    comparison = _Comparison(reference, counts, tally, tally.coerced)
    found = chain(comparison.compare_numbers(), comparison.compare_categories())
    columns = {column.name: column for column in found}
    predictions = comparison.compare_predictions()
    return Drift(
        rows=counts.rows,
        sampled_rows=counts.sampled_rows,
        columns=tuple(columns[name] for name in model.reader.names if name in columns),
        prediction_stability_index=_round_known(predictions.index)[0],
        prediction_index_by_chance=_round_known(predictions.by_chance)[0],
        predictions_drifted=bool(predictions.large[0]),
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

    def compare_numbers(self) -> Iterator[ColumnDrift]:
        """Yield each column of numbers, dates or truth values."""
        table = self.reference.number_table
        rows, training = self.counts.numbers[table.places], table.training
        ranges = join_rare_bins(rows[:, :-1], training[:, :-1], table.bins, self.counts.sampled_rows)
        indexes = self._compare(*map(np.column_stack, zip(ranges, (rows[:, -1], training[:, -1]), strict=True)))
        outside = CellShares(
            cells=self.counts.out_of_range[table.places],
            of=rows[:, :-1].sum(axis=1),
            # Of n + 1 further numbers, 2 are below the smallest or above the largest of n on average.
            expected=2 / (table.present + 1),
            training_cells=table.present,
        )
        yield from self._build_columns(table, indexes, self._share_missing(table), outside)

    def compare_categories(self) -> Iterator[ColumnDrift]:
        """Yield each column of categories or texts."""
        table = self.reference.category_table
        training, sampled = table.training, self.counts.sampled_rows
        rows = table.stack([self.counts.tokens[place] for place in table.places.tolist()])
        rare = training[:, :-2] < find_fewest_rows(training.sum(axis=1, keepdims=True), sampled)
        indexes = self._compare(_move_to_other(rows, rare), _move_to_other(training, rare))
        missing = self._share_missing(table)
        unseen = CellShares(
            cells=np.array([self.tally.unseen_cells[profile.name] for profile in table.profiles], dtype=np.int64),
            of=missing.of - missing.cells,
            # The share of new categories is about that of rows with a category of their own: at most this.
            expected=np.minimum(table.distinct / np.maximum(table.present, 1), 1.0),
            training_cells=table.present,
        )
        yield from self._build_columns(table, indexes, missing, unseen)

    def compare_predictions(self) -> Stabilities:
        """Return the index of the predictions, as of one column; NaN if no hold-out rows were predicted."""
        reference = self.reference.predictions
        if reference is None:
            return Stabilities(np.array([np.nan]), np.array([np.nan]))
        rows, holdout = self.counts.predictions[None, :], np.array([reference.holdout])
        bins = np.array([len(reference.holdout)])
        return self._compare(*join_rare_bins(rows, holdout, bins, self.counts.sampled_rows))

    def _compare(self, rows: Counts, training: Counts) -> Stabilities:
        return compare_counts(rows, training, comparisons=self.reference.indexes)

    def _share_missing(self, table: CountTable) -> CellShares:
        names = (profile.name for profile in table.profiles)
        cells = [self.tally.missing[name] + self.unreadable.get(name, 0) for name in names]
        return CellShares(
            cells=np.array(cells, dtype=np.int64),
            of=np.full(len(cells), self.counts.rows),
            expected=table.missing / np.maximum(table.rows, 1),
            training_cells=table.rows,
        )

    def _build_columns(
        self, table: CountTable, indexes: Stabilities, missing: CellShares, strange: CellShares
    ) -> Iterator[ColumnDrift]:
        """Yield the columns of a table.

        Args:
            table: the training rows of the columns.
            indexes: their indexes.
            missing: their missing cells.
            strange: their unseen categories, or numbers out of range.
        """
        for profile, index, by_chance, missing_share, expected, strange_share, has_gaps, is_other, is_strange in zip(
            table.profiles,
            _round_known(indexes.index),
            _round_known(indexes.by_chance),
            _round(missing.values),
            _round(missing.expected),
            _round(strange.values),
            missing.large.tolist(),
            indexes.large.tolist(),
            strange.large.tolist(),
            strict=True,
        ):
            differs = is_other or (is_strange and profile.kind in _WITH_STRANGE_CELLS)
            yield ColumnDrift(
                name=profile.name,
                stability_index=index,
                index_by_chance=by_chance,
                missing_share=missing_share,
                training_missing_share=expected,
                unseen_share=strange_share if profile.kind == "categorical" else None,
                out_of_range_share=strange_share if profile.kind in ("numeric", "datetime") else None,
                # Later rows usually have later dates, so these are shown but do not warn.
                drifted=has_gaps or (differs and profile.kind != "datetime"),
            )


def _move_to_other(counts: Counts, rare: Flags) -> Counts:
    """Return the rows by category, with rare ones among the others, which are the last but one."""
    named, moved = counts[:, :-2], counts.copy()
    moved[:, :-2][rare] = 0
    moved[:, -2] += np.sum(named, axis=1, where=rare)
    return moved


def _list_label_shifts(reference: DriftReference, counts: DriftCounts) -> tuple[LabelShift, ...]:
    """Return the labels whose share changed most, largest change first; none for regression."""
    predictions = reference.predictions
    if predictions is None or not predictions.places or not counts.sampled_rows:
        return ()
    shares = counts.predictions / counts.sampled_rows
    holdout = np.array(predictions.holdout) / sum(predictions.holdout)
    largest = np.argsort(-np.abs(shares - holdout), kind="stable")[:MOST_LABELS].tolist()
    labels = list(predictions.places)
    figures = zip(largest, _round(shares[largest]), _round(holdout[largest]), strict=True)
    return tuple(LabelShift(label=labels[place], share=share, holdout_share=other) for place, share, other in figures)


def _round(figures: Matrix) -> list[float]:
    rounded: list[float] = np.round(figures, _DIGITS).tolist()
    return rounded


def _round_known(figures: Matrix) -> list[float | None]:
    """Return rounded figures, with None instead of NaN."""
    return [None if isnan(figure) else figure for figure in _round(figures)]
