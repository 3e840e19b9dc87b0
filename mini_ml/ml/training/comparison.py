"""What decides how `auto` compares candidates, and what it has found about each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mini_ml.contracts import Effort, Label, Task, TrainingProgress
from mini_ml.ml.estimates.preflight import DatasetFootprint
from mini_ml.ml.training.configurations import Configuration, Traits
from mini_ml.ml.training.cross_validation import Clock, OutOfFold
from mini_ml.topology import Limits

METRICS: Final[Mapping[Task, str]] = {"classification": "log_loss", "regression": "rmse"}
"""What candidates are compared by; less is better."""
FOLDS: Final[Mapping[Effort, int]] = {"balanced": 3, "best": 5}

Report = Callable[[TrainingProgress], None]


def no_report(progress: TrainingProgress) -> None:
    """Ignore a progress."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What decides how candidates are compared."""

    task: Task
    labels: Sequence[Label] | None
    """The classes by code; None for regression."""
    effort: Effort
    limits: Limits
    seed: int
    footprint: DatasetFootprint = field(default_factory=DatasetFootprint)
    """What reading the dataset took."""
    traits: Traits = field(default_factory=Traits)
    """What about the dataset decides which candidates are compared."""
    refit_rows: int = 0
    """Rows of a second fit of the chosen members, on the hold-out rows too; 0 without one."""
    threads: int = 1
    """Trees of a forest that are grown at the same time."""
    cores: float = 1.0
    """Cores of the function that trains, for the estimates; what is chosen does not depend on `threads`."""
    report: Report = no_report
    clock: Clock = lambda: 0.0


@dataclass(frozen=True, kw_only=True)
class LeaderboardEntry:
    """A configuration, and what the comparison found about it."""

    configuration: Configuration
    found: OutOfFold | None = None
    score: float | None = None
    reason: str | None = None
    """Why it was not compared."""
    is_affordable: bool = True
    """Whether it can be fitted within the limits of the job."""
