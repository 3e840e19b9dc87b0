"""Write and read the predictions of the hold-out rows, to compare models row by row later.

`mini_ml/holdout_file.py` describes the file.
"""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label
from mini_ml.holdout_file import (
    COLUMNS,
    PROBABILITY_OF_TARGET,
    build_file_rejection,
    name_probabilities,
    read_lines,
    write_cell,
    write_label,
)
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.records.digests import Digests
from mini_ml.ml.training.holdout import RowPositions
from mini_ml.spreadsheets import unguard

MOST_PROBABILITIES: Final = 2_000_000
"""Maximum number of probabilities in a file; they take about 2 seconds to write, and 15 MB."""
_COMPRESSION: Final = 4


@dataclass(frozen=True, kw_only=True)
class HoldoutPredictions:
    """The predictions of a model for the rows that it was not fitted on."""

    rows: RowPositions
    """Shape (rows,): positions in the dataset, ascending."""
    digests: Digests
    """Shape (rows,): a digest of each row, without its target."""
    target: NDArray[Any]
    """Shape (rows,): codes of the true labels, or numbers."""
    predicted: NDArray[Any]
    """Shape (rows,): codes of the predicted labels, or numbers."""
    probabilities: Matrix | None = None
    """Shape (rows, labels); None if the model has none, or they were too many to write."""
    target_probabilities: Matrix | None = None
    """Shape (rows,): the probability of the true label; None if the model has no probabilities."""

    @classmethod
    def of(
        cls,
        predictions: Predictions,
        *,
        rows: RowPositions,
        digests: Digests,
        target: NDArray[Any],
        labels: Sequence[Label] | None,
    ) -> "HoldoutPredictions":
        """Return the predictions of a model, with what identifies the rows.

        Args:
            predictions: of the hold-out rows.
            rows: their positions.
            digests: of the rows.
            target: codes of the true labels, or numbers.
            labels: the labels by code; None for regression.
        """
        codes = {label: code for code, label in enumerate(labels or ())}
        values = predictions.values if labels is None else [codes[label] for label in predictions.values]
        probabilities = predictions.probabilities
        return cls(
            rows=rows,
            digests=digests,
            target=target,
            predicted=np.array(values, dtype=target.dtype),
            probabilities=probabilities,
            target_probabilities=None if probabilities is None else probabilities[np.arange(len(target)), target],
        )


def write_holdout_predictions(found: HoldoutPredictions, labels: Sequence[Label] | None) -> bytes | None:
    """Return the file; the same predictions give the same bytes. None if there are no rows.

    Args:
        found: the predictions; probabilities are rounded to nine digits.
        labels: the labels by code; None for regression.
    """
    if not len(found.rows):
        return None
    probabilities, names = found.probabilities, list(COLUMNS)
    if probabilities is not None and labels is not None and probabilities.size <= MOST_PROBABILITIES:
        names += name_probabilities(labels)
    elif found.target_probabilities is not None:
        names.append(PROBABILITY_OF_TARGET)
        probabilities = found.target_probabilities[:, np.newaxis]
    lines = chain([",".join(map(write_cell, names))], _write_lines(found, probabilities, labels), [""])
    return gzip.compress("\n".join(lines).encode("utf-8", "surrogatepass"), _COMPRESSION, mtime=0)


def read_holdout_predictions(contents: bytes, labels: Sequence[Label] | None) -> HoldoutPredictions:
    """Read a file that `write_holdout_predictions` wrote.

    Args:
        contents: the file.
        labels: the labels of the model by code; None for regression.

    Raises:
        ArtifactRejected: the file is damaged, or is not of a model with these labels.
    """
    found = read_lines(contents, labels)
    lines = list(found.lines)
    try:
        return _read_lines(lines, found.names, labels)
    except (KeyError, ValueError, OverflowError) as error:
        raise build_file_rejection("it has a cell that cannot be read") from error


def _write_lines(
    found: HoldoutPredictions, probabilities: Matrix | None, labels: Sequence[Label] | None
) -> Iterator[str]:
    target, predicted = found.target.tolist(), found.predicted.tolist()
    if labels is not None:
        cells = [write_cell(write_label(label)) for label in labels]
        target, predicted = [cells[code] for code in target], [cells[code] for code in predicted]
    columns = zip(found.rows.tolist(), found.digests.tolist(), target, predicted, strict=True)
    if probabilities is None:
        yield from (f"{row},{digest:016x},{true},{answer}" for row, digest, true, answer in columns)
        return
    numbers = ",%.9g" * probabilities.shape[1]  # formats a row at a time, which is faster than a number at a time
    for position, (row, digest, true, answer) in enumerate(columns):
        yield f"{row},{digest:016x},{true},{answer}" + numbers % tuple(probabilities[position].tolist())


def _read_lines(lines: list[list[str]], names: Sequence[str], labels: Sequence[Label] | None) -> HoldoutPredictions:
    rows = np.array([int(line[0]) for line in lines], dtype=np.intp)
    if not len(rows) or rows[0] < 0 or (np.diff(rows) <= 0).any():
        raise build_file_rejection("its rows are not in the order of the dataset")
    target, predicted = (_read_values([line[column] for line in lines], labels) for column in (2, 3))
    written = (
        np.array([line[len(COLUMNS) :] for line in lines], dtype=np.float64) if len(names) > len(COLUMNS) else None
    )
    if written is not None and not np.isfinite(written).all():
        raise build_file_rejection("it has a probability that is not a number")
    probabilities = None if written is None or written.shape[1] == 1 else written
    return HoldoutPredictions(
        rows=rows,
        digests=np.array([int(line[1], 16) for line in lines], dtype=np.uint64),
        target=target,
        predicted=predicted,
        probabilities=probabilities,
        target_probabilities=_take_target(written, probabilities, target),
    )


def _read_values(cells: list[str], labels: Sequence[Label] | None) -> NDArray[Any]:
    if labels is None:
        numbers = np.array(cells, dtype=np.float64)
        if not np.isfinite(numbers).all():
            raise build_file_rejection("it has a number that is not finite")
        return numbers
    codes = {str(label): code for code, label in enumerate(labels)}
    return np.array([codes[unguard(cell)] for cell in cells], dtype=np.int64)


def _take_target(written: Matrix | None, probabilities: Matrix | None, target: NDArray[Any]) -> Matrix | None:
    if written is None:
        return None
    return written[:, 0] if probabilities is None else probabilities[np.arange(len(target)), target]
