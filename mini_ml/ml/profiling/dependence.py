"""Compute partial dependence: mean predictions of hold-out rows whose cells of one column are all the same.

Source: Friedman, “Greedy Function Approximation”, The Annals of Statistics 29, 2001.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.contracts import ColumnKind, ColumnProfile, DependenceLine, Label, PartialDependence
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.profiling.altered_rows import Alteration, RowCopies, predict_copies
from mini_ml.ml.profiling.pace import Pace

MOST_CATEGORIES: Final = 10
MOST_LINES: Final = 5
_TAIL: Final = 0.05
"""Share of the training rows at either end whose numbers are not among the points."""

_TRUTHS: Final[Mapping[str | None, float]] = {"true": 1.0, "false": 0.0, None: float("nan")}


@dataclass(frozen=True)
class ColumnPoints:
    """The values of a column at which its partial dependence is computed."""

    place: int
    name: str
    kind: ColumnKind
    numbers: tuple[float, ...] = ()
    categories: tuple[str | None, ...] = ()

    @property
    def count(self) -> int:
        """Return the number of points."""
        return len(self.numbers) + len(self.categories)


def choose_points(place: int, reader: Reader, training: Frame, profile: ColumnProfile, *, most: int) -> ColumnPoints:
    """Return the values of a column.

    Args:
        place: position of the column among the features.
        reader: parsed the rows.
        training: training rows.
        profile: describes the column in these rows.
        most: maximum number of values; there are fewer categories.
    """
    feature = reader.features[place]
    if profile.kind in ("numeric", "datetime"):
        column = training.numbers[:, reader.number_features.index(feature)]
        return ColumnPoints(place, feature.name, feature.kind, numbers=_choose_numbers(column[~np.isnan(column)], most))
    known = tuple(frequency.value for frequency in profile.frequencies[:MOST_CATEGORIES])
    gaps = (None,) if profile.missing else ()
    return ColumnPoints(place, feature.name, feature.kind, categories=(*known, *gaps))


def _choose_numbers(known: Matrix, most: int) -> tuple[float, ...]:
    """Return all numbers if they are few, else quantiles."""
    distinct = np.unique(known)
    if len(distinct) > most:
        distinct = np.unique(np.quantile(known, np.linspace(_TAIL, 1 - _TAIL, most), method="nearest"))
    return tuple(distinct.tolist())


def compute_dependence(
    model: FittedModel, rows: Frame, columns: Sequence[ColumnPoints], *, pace: Pace
) -> tuple[PartialDependence, ...]:
    """Return the partial dependence of each column.

    Args:
        model: the model that predicts.
        rows: hold-out rows.
        columns: the columns and their values.
        pace: says when there is no time left; columns that were not computed are left out, as are those whose
            predictions are too large to add.
    """
    texts = {points.name: [text for text in points.categories if text is not None] for points in columns}
    copies = RowCopies(model.reader, rows, texts)
    alterations = [altered for points in columns for altered in _alter(copies, points)]
    means = [
        _average(predictions, model.schema.labels)
        for predictions in predict_copies(model, copies, alterations, pace=pace)
    ]
    found: list[PartialDependence] = []
    for points in columns:
        own, means = means[: points.count], means[points.count :]
        if len(own) == points.count and np.isfinite(own).all():
            found.append(
                PartialDependence(
                    name=points.name,
                    kind=points.kind,
                    numbers=points.numbers,
                    categories=points.categories,
                    lines=tuple(_build_lines(np.array(own), model.schema.labels)),
                )
            )
    return tuple(found)


def _alter(copies: RowCopies, points: ColumnPoints) -> Iterator[Alteration]:
    if points.kind == "boolean":
        yield from (copies.set_number(points.place, _TRUTHS[category]) for category in points.categories)
    elif points.kind == "categorical":
        yield from (copies.set_text(points.place, category) for category in points.categories)
    else:
        yield from (copies.set_number(points.place, number) for number in points.numbers)


def _average(predictions: Predictions, labels: Sequence[Label] | None) -> Matrix:
    """Return the mean probability of each label, or the share of rows that get it; of numbers, the only mean."""
    if labels is None:
        with np.errstate(over="ignore"):
            return np.array([np.mean(np.array(predictions.values, dtype=np.float64))])
    if predictions.probabilities is not None:
        means: Matrix = predictions.probabilities.mean(axis=0)
        return means
    codes = {label: code for code, label in enumerate(labels)}
    counts = np.bincount([codes[label] for label in predictions.values], minlength=len(labels))
    return counts / len(predictions.values)


def count_absent_lines(labels: Sequence[Label] | None) -> int:
    """Return how many labels have no line in a partial dependence, since others change more."""
    return 0 if labels is None else max(0, len(labels) - MOST_LINES)


def _build_lines(means: Matrix, labels: Sequence[Label] | None) -> Iterator[DependenceLine]:
    """Yield a line for the number, for the second of two labels, or for the labels that change most.

    Args:
        means: shape (points, labels), or (points, 1).
        labels: the labels by code; None for regression.
    """
    if labels is None:
        yield DependenceLine(values=tuple(means[:, 0].tolist()))
        return
    changing = [1] if len(labels) == 2 else np.argsort(-np.ptp(means, axis=0), kind="stable")[:MOST_LINES].tolist()
    for code in sorted(changing):
        yield DependenceLine(label=labels[code], values=tuple(means[:, code].tolist()))
