"""Measure actions in turns, so that noise of the machine affects all of them, and compare them."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

Action = Callable[[], object]


def run_in_turns(actions: Mapping[str, Action], times: int) -> dict[str, list[float]]:
    """Run all actions once to warm up, then in turns; return the seconds of each run by action."""
    for action in actions.values():
        action()
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(times):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def ratio(peer: Sequence[float], ours: Sequence[float]) -> float:
    """Return the median of the peer's time divided by ours, over all turns."""
    return statistics.median(theirs / own for theirs, own in zip(peer, ours, strict=True))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def measure_seconds(action: Action) -> float:
    """Run an action once and return the seconds that it took."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
