"""What was decided about a column that an analyst would want to know, before lines and sentences are added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mini_ml.ml.notices import MOST_EXAMPLES

MOST_WORDS: Final = 3


@dataclass(frozen=True)
class Finding:
    """One decision about a column."""

    code: str
    """A key of `warnings.SENTENCES`."""
    count: int | None = None
    """Number of cells that it concerns; None if it concerns the whole column."""
    texts: tuple[str, ...] = ()
    """Trimmed cells that are examples, in file order."""
    params: Mapping[str, str | int] = field(default_factory=dict)
    """Values for the sentence."""


def find_cells(code: str, cells: Mapping[str, int], **params: str | int) -> Iterable[Finding]:
    """Yield a finding about cells, given as the number of occurrences by text, if there are any."""
    if cells:
        yield Finding(code, sum(cells.values()), tuple(cells)[:MOST_EXAMPLES], params)
