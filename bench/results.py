"""What a benchmark found beside what design and issue ask for."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.ratios import table


@dataclass(frozen=True)
class Result:
    """A figure that has a goal."""

    what: str
    seen: float
    goal: float
    at_most: bool
    """Whether less is better."""

    @property
    def sign(self) -> str:
        """Return how the goal is written."""
        return "≤" if self.at_most else "≥"

    @property
    def margin(self) -> float:
        """Return how many times as good as its goal it is."""
        return self.goal / self.seen if self.at_most else self.seen / self.goal


def at_most(what: str, seen: float, goal: float) -> Result:
    """Return a result that should not be above its goal."""
    return Result(what, seen, goal, at_most=True)


def at_least(what: str, seen: float, goal: float) -> Result:
    """Return a result that should not be below its goal."""
    return Result(what, seen, goal, at_most=False)


def summary(results: Sequence[Result]) -> str:
    """Return a table of what was seen, the goal, and whether it was met."""
    rows = [
        [one.what, f"{one.seen:.3g}", f"{one.sign} {one.goal:g}", "met" if one.margin >= 1 else "missed"]
        for one in results
    ]
    return table(["what", "seen", "goal", ""], rows)


def as_documents(results: Sequence[Result]) -> list[dict[str, object]]:
    """Return the results as JSON values, for the plot."""
    return [{**asdict(one), "sign": one.sign, "margin": one.margin} for one in results]
