"""Format a comparison of two versions, and the moves of an alias."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from mini_ml.cli.measures import align, describe_members, format_number, name_metric
from mini_ml.contracts import AliasMove, AliasView, ComparedVersion, VersionComparison

_NOTHING: Final = "-"
_MOST_COLUMNS: Final = 5


def format_comparison(found: VersionComparison) -> Iterator[str]:
    """Yield the verdict, the differences on common rows, and both versions side by side."""
    yield found.reason
    for note in found.notes:
        yield f"  note      {note.message}"
    if found.differences:
        yield ""
        yield from format_differences(found)
    first, second = found.versions
    rows = [["", f"version {first.version}", f"version {second.version}"]]
    rows += [[name, one, two] for name, one, two in _list_sides(first, second)]
    yield ""
    yield from align(rows, "lll")


def format_differences(found: VersionComparison | None) -> Iterator[str]:
    """Yield one line per metric of both versions on the rows that both held out."""
    if found is None or not found.differences:
        return
    versions = [f"version {one.version}" for one in found.versions]
    rows = [["metric", *versions, "difference", "95 % interval", "says"]]
    for one in found.differences:
        interval = f"{format_number(one.interval.low)} to {format_number(one.interval.high)}"
        values = [format_number(value) for value in one.values]
        rows.append([one.metric, *values, format_number(one.difference), interval, one.verdict.replace("_", " ")])
    yield from align(rows, "lrrrrl")


def _list_sides(first: ComparedVersion, second: ComparedVersion) -> Iterator[tuple[str, str, str]]:
    yield "created_at", _write_moment(first.created_at), _write_moment(second.created_at)
    for name in ("task", "target", "file", "rows", "training_rows", "holdout_rows"):
        yield name, _write(getattr(first, name)), _write(getattr(second, name))
    yield "columns", _write(len(first.columns)), _write(len(second.columns))
    if first.columns != second.columns:
        yield "not in the other", _list_columns(first, second), _list_columns(second, first)
    yield "model_type", first.model_type, second.model_type
    if first.members or second.members:
        yield "members", describe_members(first.members) or _NOTHING, describe_members(second.members) or _NOTHING
    for name in sorted(first.model_params.keys() | second.model_params.keys()):
        values = [one.model_params.get(name, _NOTHING) for one in (first, second)]
        if values[0] != values[1]:
            yield name, str(values[0]), str(values[1])
    for name in dict.fromkeys([*first.metrics, *second.metrics]):
        scores = first.metrics.get(name), second.metrics.get(name)
        if scores != (None, None):
            yield name_metric(name), format_number(scores[0]), format_number(scores[1])


def _list_columns(one: ComparedVersion, other: ComparedVersion) -> str:
    """Return the columns that only one version reads, or reads as another kind; at most a few of them."""
    names = [name for name, kind in one.columns.items() if other.columns.get(name) != kind]
    return ", ".join(names[:_MOST_COLUMNS]) + (", …" if len(names) > _MOST_COLUMNS else "") or _NOTHING


def _write(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _write_moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def format_alias(view: AliasView) -> Iterator[str]:
    """Yield where an alias points, and its moves, newest first."""
    where = "was removed" if view.version is None else f"points to version {view.version}"
    yield f"Alias {view.alias} of {view.model_name} {where}."
    if view.moves:
        yield ""
        heading = ["moved", "from", "to", "by", "reason"]
        yield from align([heading, *map(_list_cells, view.moves)], "lrrll")
    if "next" in view.links:
        yield "There are older moves; the response with --json has the link to them."


def _list_cells(move: AliasMove) -> list[str]:
    versions = [_NOTHING if version is None else str(version) for version in (move.from_version, move.to_version)]
    return [_write_moment(move.moved_at), *versions, move.moved_by, move.reason or ""]
