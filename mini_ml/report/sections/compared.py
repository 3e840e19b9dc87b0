"""The data, the parameters and the metrics of two versions side by side."""

from collections.abc import Callable, Iterator
from typing import Final

from mini_ml.contracts import ComparedVersion, VersionComparison
from mini_ml.report.blocks import Block, Paragraph, Section, TextTable
from mini_ml.report.cutting import cut, join
from mini_ml.report.words import Words

_MOST_COLUMNS: Final = 100
"""Maximum number of columns that differ, and of parameters, in a table."""
_MOST_MEMBERS: Final = 30


def build_data_side(found: VersionComparison, words: Words) -> Section:
    """Return the section about the files and columns of both versions."""
    locale = words.locale
    facts: list[tuple[str, Callable[[ComparedVersion], str]]] = [
        ("side_published", lambda one: locale.moment(one.created_at)),
        ("source", lambda one: cut(one.file)),
        ("sha256", lambda one: one.sha256[:12] + "…"),
        ("side_rows", lambda one: locale.count(one.rows)),
        ("side_training_rows", lambda one: locale.count(one.training_rows)),
        ("side_holdout_rows", lambda one: locale.count(one.holdout_rows)),
        ("side_target", lambda one: cut(one.target)),
        ("side_task", lambda one: words(f"side_{one.task}")),
        ("side_columns", lambda one: locale.count(len(one.columns))),
        ("side_refitted", lambda one: words("yes" if one.refitted else "no")),
    ]
    rows = [(words(key), *map(write, found.versions)) for key, write in facts]
    blocks = [_build_table(found, words, words("side_data"), "", rows), *_list_changed_columns(found, words)]
    return Section(name="data", title=words("side_data"), blocks=blocks)


def build_model_side(found: VersionComparison, words: Words) -> Section:
    """Return the section about the estimators of both versions."""
    first, second = found.versions
    names = list(dict.fromkeys([*first.model_params, *second.model_params]))
    rows: list[tuple[str, ...]] = [(words("model_type"), cut(first.model_type), cut(second.model_type))]
    if first.members or second.members:
        rows.append((words("side_members"), *(_write_members(one, words) for one in found.versions)))
    rows += [(cut(name), *(_write_param(one, name, words) for one in found.versions)) for name in names[:_MOST_COLUMNS]]
    table = _build_table(found, words, words("side_model"), words("side_parameter"), rows)
    more = [Paragraph(text=words("side_more_params", number=len(names) - _MOST_COLUMNS))]
    return Section(
        name="model", title=words("side_model"), blocks=[table, *(more if len(names) > _MOST_COLUMNS else [])]
    )


def build_metrics_side(found: VersionComparison, words: Words) -> Section:
    """Return the section with the metrics of both versions, each on its own hold-out rows."""
    names = list(dict.fromkeys([*found.versions[0].metrics, *found.versions[1].metrics]))
    rows = [
        (words.optional(f"metric_{name}", name), *(_write_metric(one, name, words) for one in found.versions))
        for name in names
    ]
    table = _build_table(found, words, words("side_metrics"), words("metric"), rows, numbers=frozenset({1, 2}))
    return Section(
        name="metrics", title=words("side_metrics"), blocks=[Paragraph(text=words("side_metrics_text")), table]
    )


def _build_table(
    found: VersionComparison,
    words: Words,
    title: str,
    head: str,
    rows: list[tuple[str, ...]],
    *,
    numbers: frozenset[int] = frozenset(),
) -> TextTable:
    versions = [words("version_number", version=str(one.version)) for one in found.versions]
    return TextTable(title=title, heads=[head, *versions], rows=rows, numbers=numbers)


def _list_changed_columns(found: VersionComparison, words: Words) -> Iterator[Block]:
    """Yield the columns that only one version reads, or that both read as different kinds."""
    first, second = (one.columns for one in found.versions)
    changed = [name for name in dict.fromkeys([*first, *second]) if first.get(name) != second.get(name)]
    if not changed:
        return
    rows = [
        (cut(name), *(words(f"kind_{columns[name]}") if name in columns else "–" for columns in (first, second)))
        for name in changed[:_MOST_COLUMNS]
    ]
    yield _build_table(found, words, words("side_changed_columns"), words("side_column"), rows)
    if len(changed) > _MOST_COLUMNS:
        yield Paragraph(text=words("side_more_columns", number=len(changed) - _MOST_COLUMNS))


def _write_members(one: ComparedVersion, words: Words) -> str:
    members = (f"{cut(member.model_type)} {words.locale.share(member.weight)}" for member in one.members)
    return join(members, _MOST_MEMBERS) or "–"


def _write_param(one: ComparedVersion, name: str, words: Words) -> str:
    if name not in one.model_params:
        return "–"
    value = one.model_params[name]
    if isinstance(value, bool):
        return words("yes" if value else "no")
    if isinstance(value, int | float):
        return words.locale.number(value)
    return words("none") if value is None else cut(value)


def _write_metric(one: ComparedVersion, name: str, words: Words) -> str:
    locale, interval = words.locale, one.intervals.get(name)
    value = locale.score(one.metrics.get(name))
    if interval is None:
        return value
    bounds = words("range_of_interval", low=locale.score(interval.low), high=locale.score(interval.high))
    return f"{value} ({bounds})"
