"""Match the rows that two versions held out, with the losses of both, in plain Python: the api has no numpy.

A row is recognised by its digest and its target. Only the losses of a line are kept, and of the second file only those
of matched rows, however many classes they have. Of more than 100,000 rows only a sample by digest is read into memory:
a training with 2,000,000 rows holds out 400,000, and two such files take 1.3 s of CPU to unpack. Matching all of them
would take 2.4 s more.
"""

import math
import sys
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mini_ml.contracts import Label
from mini_ml.holdout_file import COLUMNS, build_file_rejection, read_lines, write_label

FEWEST_ROWS: Final = 200
"""Number of common hold-out rows below which there is no verdict."""
FEWEST_DISTINCT: Final = 50
"""Number of different rows among them below which there is no verdict, because copies of a row count once.

In simulations, equal models got a verdict in up to 28 % of runs with 3 different rows, 20 % with 10, and 4 to 10 % with
50, which is about as often as with 100.
"""
MOST_ROWS: Final = 100_000
"""Number of hold-out rows above which a sample of about as many is compared."""
ALL_ROWS: Final = 1 << 64
"""Bound that is above every digest."""
_LEAST_PROBABILITY: Final = sys.float_info.epsilon
"""Smaller probabilities count as this one, as in the metrics of a training."""
_DIGEST_CHARS: Final = 16

Losses = tuple[float, float]
"""Of a row: log loss (NaN without probabilities) and 1 if the label is right, or squared and absolute error."""
_Measure = Callable[[list[str]], Losses]


@dataclass(frozen=True, kw_only=True)
class MatchedRows:
    """The rows that two versions held out."""

    digests: Sequence[int]
    first: tuple[Sequence[float], Sequence[float]]
    """Both losses of the first version, by row."""
    second: tuple[Sequence[float], Sequence[float]]
    """Both losses of the second version, by row."""
    held_out: tuple[int, int]
    """Rows of each version, matched or not; with a sample, those of the sample."""
    below: int
    """Bound of the digests of the sample; `ALL_ROWS` if every row was read."""
    other_target: int
    """Rows with the same cells and another target in the other version, which are left out."""

    def __len__(self) -> int:
        return len(self.digests)

    @cached_property
    def distinct(self) -> int:
        """Return the number of rows without those that repeat another one."""
        return len(set(self.digests))

    @property
    def can_decide(self) -> bool:
        """Return whether the rows are enough for a verdict."""
        return len(self) >= FEWEST_ROWS and self.distinct >= FEWEST_DISTINCT


def match_rows(
    first: bytes,
    second: bytes,
    *,
    labels: tuple[Sequence[Label] | None, Sequence[Label] | None],
    below: int = ALL_ROWS,
) -> MatchedRows:
    """Pair the lines of two files with the same digest and target; of rows that repeat, as many as both have.

    Args:
        first: the hold-out predictions of the first version.
        second: those of the second version.
        labels: the labels of each version by code; None for regression.
        below: rows with a digest of at least this number are ignored, so that files of the same rows give the same
            sample.

    Raises:
        ArtifactRejected: a file is damaged, or is not of a model with these labels.
    """
    left, unmatched = _RowIndex(_read_losses(first, labels[0], below)), Counter[str]()
    digests, losses_of_first, losses_of_second = array("Q"), _LossArrays(), _LossArrays()
    for key, losses in _read_losses(second, labels[1], below):
        found = left.take(key)
        if found is None:
            unmatched[key[:_DIGEST_CHARS]] += 1
            continue
        digests.append(int(key[:_DIGEST_CHARS], 16))
        losses_of_first.append(found)
        losses_of_second.append(losses)
    return MatchedRows(
        digests=digests,
        first=losses_of_first.columns,
        second=losses_of_second.columns,
        held_out=(len(left), len(digests) + unmatched.total()),
        below=below,
        other_target=_count_shared(left.digests(), unmatched),
    )


class _LossArrays:
    """The losses of many rows; arrays take a tenth of the memory of tuples."""

    def __init__(self) -> None:
        self.columns = (array("d"), array("d"))

    def append(self, losses: Losses) -> None:
        """Add a row."""
        self.columns[0].append(losses[0])
        self.columns[1].append(losses[1])

    def __getitem__(self, place: int) -> Losses:
        return self.columns[0][place], self.columns[1][place]


class _RowIndex:
    """The losses of rows by their key: digest and target in one text."""

    def __init__(self, rows: Iterable[tuple[str, Losses]]) -> None:
        self._losses = _LossArrays()
        self._places: dict[str, int | deque[int]] = {}
        for place, (key, losses) in enumerate(rows):
            self._losses.append(losses)
            known = self._places.setdefault(key, place)
            if known != place:
                self._add_repeat(key, known, place)

    def __len__(self) -> int:
        return len(self._losses.columns[0])

    def _add_repeat(self, key: str, known: int | deque[int], place: int) -> None:
        if isinstance(known, deque):
            known.append(place)
        else:
            self._places[key] = deque((known, place))

    def take(self, key: str) -> Losses | None:
        """Remove the first row with this key, and return its losses; None if there is none left."""
        known = self._places.get(key)
        if known is None:
            return None
        if isinstance(known, deque):
            place = known.popleft()
            if not known:
                del self._places[key]
        else:
            place = known
            del self._places[key]
        return self._losses[place]

    def digests(self) -> Iterator[str]:
        """Yield the digest of each row that is left."""
        for key, known in self._places.items():
            yield from [key[:_DIGEST_CHARS]] * (len(known) if isinstance(known, deque) else 1)


def _count_shared(digests: Iterable[str], counts: Counter[str]) -> int:
    return (Counter(digest for digest in digests if digest in counts) & counts).total() if counts else 0


def choose_bound(rows: int) -> int:
    """Return the bound of digests below which about `MOST_ROWS` of the rows are; `ALL_ROWS` if there are no more."""
    return ALL_ROWS if rows <= MOST_ROWS else ALL_ROWS * MOST_ROWS // rows


def _read_losses(contents: bytes, labels: Sequence[Label] | None, below: int) -> Iterator[tuple[str, Losses]]:
    """Yield the key of each row with a digest below a bound, and its losses."""
    bound = f"{below:016x}" if below < ALL_ROWS else "g"
    found = read_lines(contents, labels)
    measure = _measure_numbers if labels is None else _build_label_measure(found.names, labels)
    for line in found.lines:
        if line[1] >= bound:
            continue
        try:
            losses = measure(line)
        except (KeyError, ValueError) as error:
            raise build_file_rejection("it has a cell that cannot be read") from error
        yield line[1] + line[2], losses


def _measure_numbers(line: list[str]) -> Losses:
    target, predicted = float(line[2]), float(line[3])
    if not (math.isfinite(target) and math.isfinite(predicted)):
        raise build_file_rejection("it has a number that is not finite")
    error = predicted - target
    return error * error, abs(error)


def _build_label_measure(names: Sequence[str], labels: Sequence[Label]) -> _Measure:
    """Return a function that returns the losses of a line."""
    has_probabilities, has_each = len(names) > len(COLUMNS), len(names) == len(COLUMNS) + len(labels)
    places = {write_label(label): len(COLUMNS) + code * has_each for code, label in enumerate(labels)}

    def measure(line: list[str]) -> Losses:
        target, predicted = line[2], line[3]
        place = places[target]
        if predicted not in places:
            raise build_file_rejection("it has a cell that cannot be read")
        return (_log_loss(line[place]) if has_probabilities else math.nan), float(predicted == target)

    return measure


def _log_loss(cell: str) -> float:
    probability = float(cell)
    if not math.isfinite(probability):
        raise build_file_rejection("it has a probability that is not a number")
    return -math.log(min(max(probability, _LEAST_PROBABILITY), 1.0))
