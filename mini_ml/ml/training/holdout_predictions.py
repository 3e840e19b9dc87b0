"""Write and read the predictions of the hold-out rows, to compare models row by row later.

The file is a CSV, packed with gzip, with a line for each hold-out row, in the order of the dataset: its position in the
dataset (from 0, as in `split.json`), its digest (see `records/digests.py`), its target and its prediction, and the
probability of each label. If these are too many, only the probability of the target is written. The file has no
features; texts that a spreadsheet would run as a formula are guarded with `'`.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label
from mini_ml.errors import ArtifactRejected
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.records.digests import Digests
from mini_ml.ml.records.spreadsheets import guard, unguard
from mini_ml.ml.training.holdout import RowPositions

MOST_PROBABILITIES: Final = 2_000_000
"""Maximum number of probabilities in a file; they take about 2 seconds to write, and 15 MB."""
_COMPRESSION: Final = 4
_NAMES: Final = ("row", "digest", "target", "prediction")
_OF_TARGET: Final = "probability_of_target"
_DIGEST: Final = re.compile("[0-9a-f]{16}")


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
    probabilities, names = found.probabilities, list(_NAMES)
    if probabilities is not None and labels is not None and probabilities.size <= MOST_PROBABILITIES:
        names += _name_probabilities(labels)
    elif found.target_probabilities is not None:
        names.append(_OF_TARGET)
        probabilities = found.target_probabilities[:, np.newaxis]
    lines = chain([",".join(map(_write_cell, names))], _write_lines(found, probabilities, labels), [""])
    return gzip.compress("\n".join(lines).encode("utf-8", "surrogatepass"), _COMPRESSION, mtime=0)


def read_holdout_predictions(contents: bytes, labels: Sequence[Label] | None) -> HoldoutPredictions:
    """Read a file that `write_holdout_predictions` wrote.

    Args:
        contents: the file.
        labels: the labels of the model by code; None for regression.

    Raises:
        ArtifactRejected: the file is damaged, or is not of a model with these labels.
    """
    try:
        text = gzip.decompress(contents).decode("utf-8", "surrogatepass")
        names, *lines = csv.reader(StringIO(text, newline=""), strict=True)
    except (OSError, EOFError, ValueError, zlib.error, csv.Error) as error:
        raise _reject("it is damaged") from error
    _check_names(names, labels)
    _check_lines(lines, len(names))
    try:
        return _read_lines(lines, names, labels)
    except (KeyError, ValueError, OverflowError) as error:
        raise _reject("it has a cell that cannot be read") from error


def _name_probabilities(labels: Sequence[Label]) -> list[str]:
    return [f"probability_{label}" for label in labels]


def _write_lines(
    found: HoldoutPredictions, probabilities: Matrix | None, labels: Sequence[Label] | None
) -> Iterator[str]:
    target, predicted = found.target.tolist(), found.predicted.tolist()
    if labels is not None:
        cells = [_write_cell(guard(str(label))) for label in labels]
        target, predicted = [cells[code] for code in target], [cells[code] for code in predicted]
    columns = zip(found.rows.tolist(), found.digests.tolist(), target, predicted, strict=True)
    if probabilities is None:
        yield from (f"{row},{digest:016x},{true},{answer}" for row, digest, true, answer in columns)
        return
    numbers = ",%.9g" * probabilities.shape[1]  # formats a row at a time, which is faster than a number at a time
    for position, (row, digest, true, answer) in enumerate(columns):
        yield f"{row},{digest:016x},{true},{answer}" + numbers % tuple(probabilities[position].tolist())


def _write_cell(text: str) -> str:
    is_plain = text and not any(sign in text for sign in ',"\r\n')
    return text if is_plain else '"{}"'.format(text.replace('"', '""'))


def _check_names(names: list[str], labels: Sequence[Label] | None) -> None:
    """Raise unless the columns are those of a file with these labels."""
    known = [[*_NAMES]]
    if labels is not None:
        known += [[*_NAMES, *_name_probabilities(labels)], [*_NAMES, _OF_TARGET]]
    if names not in known:
        raise _reject("its columns are not those of a model with these labels")


def _check_lines(lines: list[list[str]], width: int) -> None:
    """Raise unless every line has the right number of cells, and a digest of the right form."""
    for number, line in enumerate(lines, start=2):
        if len(line) != width:
            raise _reject(f"line {number} has {len(line)} cells instead of {width}")
        if not _DIGEST.fullmatch(line[1]):
            raise _reject(f"the digest in line {number} has not 16 hexadecimal digits")


def _read_lines(lines: list[list[str]], names: list[str], labels: Sequence[Label] | None) -> HoldoutPredictions:
    rows = np.array([int(line[0]) for line in lines], dtype=np.intp)
    if not len(rows) or rows[0] < 0 or (np.diff(rows) <= 0).any():
        raise _reject("its rows are not in the order of the dataset")
    target, predicted = (_read_values([line[column] for line in lines], labels) for column in (2, 3))
    written = np.array([line[len(_NAMES) :] for line in lines], dtype=np.float64) if len(names) > len(_NAMES) else None
    if written is not None and not np.isfinite(written).all():
        raise _reject("it has a probability that is not a number")
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
            raise _reject("it has a number that is not finite")
        return numbers
    codes = {str(label): code for code, label in enumerate(labels)}
    return np.array([codes[unguard(cell)] for cell in cells], dtype=np.int64)


def _take_target(written: Matrix | None, probabilities: Matrix | None, target: NDArray[Any]) -> Matrix | None:
    if written is None:
        return None
    return written[:, 0] if probabilities is None else probabilities[np.arange(len(target)), target]


def _reject(reason: str) -> ArtifactRejected:
    return ArtifactRejected(f"The file of hold-out predictions cannot be read: {reason}.")
