"""Format metrics and leaderboards: tables whose numbers stand below each other."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mini_ml.contracts import Candidate, EnsembleMember, Interval, Metrics, Threshold

_NAMES: Final = {
    "f1_macro": "macro F1",
    "mae": "MAE",
    "brier_score": "Brier score",
    "r2": "R²",
    "rmse": "RMSE",
    "roc_auc": "ROC AUC",
}
"""What metrics are called in sentences, where that is not their name with blanks."""
_PLAIN_ENCODING: Final = "one_hot"
_GAP: Final = "  "


def name_metric(metric: str) -> str:
    """Return what a metric is called in a sentence."""
    return _NAMES.get(metric, metric.replace("_", " "))


def format_number(value: float | None) -> str:
    """Return a number with about four digits, enough to compare scores; `-` for None."""
    if value is None:
        return "-"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-2:
        return f"{value:.3g}"
    decimals = next((count for limit, count in ((10, 4), (100, 2), (1000, 1)) if size < limit), 0)
    return f"{value:,.{decimals}f}"


def format_metrics(metrics: Metrics | None) -> Iterator[str]:
    """Yield one line per metric of a model, measured on the hold-out rows, with its interval and the baseline's."""
    if metrics is None:
        return
    values = {name: value for name, value in metrics if isinstance(value, float)}
    if not values:
        return
    rows = [
        [name, format_number(value), _format_interval(metrics.intervals.get(name)), _format_baseline(metrics, name)]
        for name, value in values.items()
    ]
    heading = ["metric", "value", "95 % interval", "baseline"]
    yield from align([heading, *rows], "lrrr")


def _format_interval(interval: Interval | None) -> str:
    return "" if interval is None else f"{format_number(interval.low)} to {format_number(interval.high)}"


def _format_baseline(metrics: Metrics, name: str) -> str:
    return format_number(metrics.baseline[name]) if name in metrics.baseline else ""


def format_leaderboard(candidates: Sequence[Candidate]) -> Iterator[str]:
    """Yield one line per candidate that `auto` compared, the best first, with what is known about it."""
    if not candidates:
        return
    [metric, *others] = dict.fromkeys(candidate.metric for candidate in candidates)
    heading = ["candidate", name_metric(metric) if not others else "score", "weight", "fit", "size", "settings"]
    rows = [
        [
            candidate.model_type,
            format_number(candidate.score),
            "" if candidate.weight is None else _format_share(candidate.weight),
            "" if candidate.fit_seconds is None else _format_seconds(candidate.fit_seconds),
            "" if candidate.size_bytes is None else _format_bytes(candidate.size_bytes),
            ", ".join(_describe_candidate(candidate)),
        ]
        for candidate in candidates
    ]
    yield from align([heading, *rows], "lrrrrl")


def _describe_candidate(candidate: Candidate) -> Iterator[str]:
    yield from (f"{name}={value}" for name, value in candidate.model_params.items())
    if candidate.encoding != _PLAIN_ENCODING:
        yield f"encoding={candidate.encoding}"
    if candidate.note:
        yield candidate.note


def describe_members(members: Iterable[EnsembleMember]) -> str:
    """Return the members of an ensemble with their shares of the prediction, on one line."""
    return ", ".join(f"{member.model_type} {_format_share(member.weight)}" for member in members)


def describe_threshold(threshold: Threshold) -> str:
    """Return what the threshold with the best F1 would be; predictions do not use it."""
    return (
        f"a probability of {format_number(threshold.probability)} for {threshold.label} gives the best F1, "
        f"{format_number(threshold.f1)}; predictions do not use it"
    )


def _format_share(weight: float) -> str:
    return f"{weight * 100:.0f} %"


def _format_seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:,.0f} s"


def _format_bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"


def align(table: Sequence[Sequence[str]], sides: str) -> Iterator[str]:
    """Yield the rows of a table without the columns that are empty below their heading.

    Args:
        table: the rows of the table, the heading first.
        sides: `l` or `r` for each column: the side on which its cells begin or end.
    """
    shown = [place for place in range(len(sides)) if any(row[place] for row in table[1:])]
    widths = {place: max(len(row[place]) for row in table) for place in shown}
    for row in table:
        cells = (
            row[place].ljust(widths[place]) if sides[place] == "l" else row[place].rjust(widths[place])
            for place in shown
        )
        yield f"  {_GAP.join(cells)}".rstrip()
