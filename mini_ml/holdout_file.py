"""The file with the predictions of the hold-out rows: how its cells are written, and its lines are read.

The file is a CSV, packed with gzip, with a line for each hold-out row, in the order of the dataset: its position in the
dataset (from 0, as in `split.json`), its digest (see `ml/records/digests.py`), its target and its prediction, and the
probability of each label. If these are too many, only the probability of the target is written. The file has no
features; texts that a spreadsheet would run as a formula are guarded with `'`.
"""

import csv
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gzip import GzipFile
from io import BytesIO, TextIOWrapper
from typing import Final

from mini_ml.contracts import Label
from mini_ml.errors import ArtifactRejected
from mini_ml.spreadsheets import guard

COLUMNS: Final = ("row", "digest", "target", "prediction")
"""Names of the first columns; those of the probabilities follow."""
PROBABILITY_OF_TARGET: Final = "probability_of_target"
_DIGEST: Final = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True)
class HoldoutLines:
    """The lines of a file, each read and checked when it is asked for."""

    names: tuple[str, ...]
    """The names of the columns."""
    lines: Iterator[list[str]]
    """The cells of each line; their number and the digest are checked. Raises ArtifactRejected."""


def name_probabilities(labels: Sequence[Label]) -> list[str]:
    """Return the names of the columns with the probabilities of the labels, in their order."""
    return [f"probability_{label}" for label in labels]


def write_cell(text: str) -> str:
    """Return a text as a cell of a CSV, in quotes where they are needed."""
    is_plain = text and not any(sign in text for sign in ',"\r\n')
    return text if is_plain else '"{}"'.format(text.replace('"', '""'))


def write_label(label: Label) -> str:
    """Return a label as it is read from a cell of the target or of the prediction."""
    return guard(str(label))


def read_lines(contents: bytes, labels: Sequence[Label] | None) -> HoldoutLines:
    """Open a file of hold-out predictions.

    Args:
        contents: the file.
        labels: the labels of the model by code; None for regression.

    Raises:
        ArtifactRejected: the file is damaged, or is not of a model with these labels.
    """
    file = GzipFile(fileobj=BytesIO(contents))
    text = TextIOWrapper(file, encoding="utf-8", errors="surrogatepass", newline="")
    cells = _iterate(csv.reader(text, strict=True))
    names = next(cells, None)
    if names is None:
        raise build_file_rejection("it is damaged")
    _check_names(names, labels)
    return HoldoutLines(names=tuple(names), lines=_check_lines(cells, len(names)))


def build_file_rejection(reason: str) -> ArtifactRejected:
    """Return the error of a file that cannot be read."""
    return ArtifactRejected(f"The file of hold-out predictions cannot be read: {reason}.")


def _iterate(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from lines
    except (OSError, EOFError, ValueError, zlib.error, csv.Error) as error:
        raise build_file_rejection("it is damaged") from error


def _check_names(names: list[str], labels: Sequence[Label] | None) -> None:
    """Raise unless the columns are those of a file with these labels."""
    known = [[*COLUMNS]]
    if labels is not None:
        known += [[*COLUMNS, *name_probabilities(labels)], [*COLUMNS, PROBABILITY_OF_TARGET]]
    if names not in known:
        raise build_file_rejection("its columns are not those of a model with these labels")


def _check_lines(lines: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    """Yield the lines; raise if one has another number of cells, or a digest of another form."""
    for number, line in enumerate(lines, start=2):
        if len(line) != width:
            raise build_file_rejection(f"line {number} has {len(line)} cells instead of {width}")
        if not _DIGEST.fullmatch(line[1]):
            raise build_file_rejection(f"the digest in line {number} has not 16 hexadecimal digits")
        yield line
