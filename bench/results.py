"""Benchmark results and their goals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.ratios import table


@dataclass(frozen=True)
class Result:
    """A measured value and its goal."""

    what: str
    seen: float
    goal: float
    at_most: bool
    """Whether lower is better."""

    @property
    def sign(self) -> str:
        """Comparison sign of the goal."""
        return "≤" if self.at_most else "≥"

    @property
    def margin(self) -> float:
        """Ratio of the result to its goal; 1 or more meets the goal."""
        return self.goal / self.seen if self.at_most else self.seen / self.goal


def at_most(what: str, seen: float, goal: float) -> Result:
    """Return a result whose goal is a maximum."""
    return Result(what, seen, goal, at_most=True)


def at_least(what: str, seen: float, goal: float) -> Result:
    """Return a result whose goal is a minimum."""
    return Result(what, seen, goal, at_most=False)


def summary(results: Sequence[Result]) -> str:
    """Return a Markdown table of all results, their goals, and whether they were met."""
    rows = [
        [one.what, f"{one.seen:.3g}", f"{one.sign} {one.goal:g}", "met" if one.margin >= 1 else "missed"]
        for one in results
    ]
    return table(["what", "seen", "goal", ""], rows)


def as_documents(results: Sequence[Result]) -> list[dict[str, object]]:
    """Return the results as JSON values for the plot."""
    return [{**asdict(one), "sign": one.sign, "margin": one.margin} for one in results]
