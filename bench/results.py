"""Benchmark results and their goals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.ratios import table


@dataclass(frozen=True)
class Result:
    """A measured value and its goal."""

    benchmark: str
    measured: float
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
        return self.goal / self.measured if self.at_most else self.measured / self.goal


def at_most(benchmark: str, measured: float, goal: float) -> Result:
    """Return a result whose goal is a maximum."""
    return Result(benchmark, measured, goal, at_most=True)


def at_least(benchmark: str, measured: float, goal: float) -> Result:
    """Return a result whose goal is a minimum."""
    return Result(benchmark, measured, goal, at_most=False)


def summary(results: Sequence[Result]) -> str:
    """Return a Markdown table of all results, their goals, and whether they were met."""
    rows = [
        [
            result.benchmark,
            f"{result.measured:.3g}",
            f"{result.sign} {result.goal:g}",
            "met" if result.margin >= 1 else "missed",
        ]
        for result in results
    ]
    return table(["benchmark", "measured", "goal", "result"], rows)


def as_documents(results: Sequence[Result]) -> list[dict[str, object]]:
    """Return the results as JSON values for the plot."""
    return [{**asdict(result), "sign": result.sign, "margin": result.margin} for result in results]
