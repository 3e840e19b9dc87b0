"""The table of the columns that a model reads, with a small histogram or the most frequent categories of each."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import Column, ColumnProfile
from mini_ml.figures.histograms import draw_small_histogram
from mini_ml.report.blocks import Cell, TextTable, build_small_figure
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext, share_of, write_category, write_date_or_number

_MANY: Final = 60
"""With more columns than this, fewer categories of each are listed, and the table is folded."""
_CATEGORIES: Final = (5, 3)
_LONGEST: Final = (40, 20)


def build_column_table(context: ReportContext) -> TextTable:
    """Return one row per column, in the order of the file."""
    words = context.words
    profiles = {column.name: column for column in context.profile.columns} if context.profile else {}
    columns = context.manifest.model_schema.columns[: context.most_columns]
    many = len(columns) > _MANY
    rows = [_build_row(context, column, profiles.get(column.name), many=many) for column in columns]
    heads = (words("column"), words("kind"), words("missing"), words("contents_of_column"), "", words("read_as"))
    shown = [place for place in range(len(heads)) if place < 4 or any(row[place] for row in rows)]
    return TextTable(
        title=words("columns_table"),
        heads=[heads[place] for place in shown],
        rows=[[row[place] for place in shown] for row in rows],
        numbers=frozenset({2}),
        wide=frozenset({3}),
        stacked=True,
        folded=many,
    )


def _build_row(context: ReportContext, column: Column, profile: ColumnProfile | None, *, many: bool) -> list[Cell]:
    words = context.words
    rows = profile.rows if profile else context.manifest.dataset.training_rows
    missing = profile.missing if profile else column.missing
    figure: Cell = ""
    if profile and profile.histogram:
        title = words("histogram_of", name=cut(column.name))
        figure = build_small_figure(draw_small_histogram(profile.histogram.counts, title=title))
    elif profile and profile.frequencies:
        title = words("frequencies_of", name=cut(column.name))
        counts = [frequency.count for frequency in profile.frequencies]
        figure = build_small_figure(draw_small_histogram(counts, title=title))
    return [
        cut(column.name),
        words(f"kind_{column.kind}"),
        context.locale.share(share_of(missing, rows)) if missing else "0",
        ", ".join(_describe_contents(context, column, profile, many=many)) or "–",
        figure,
        (cut(column.format, 50) if context.values else "") if column.format else "",
    ]


def _describe_contents(
    context: ReportContext, column: Column, profile: ColumnProfile | None, *, many: bool
) -> Iterator[str]:
    if column.minimum is not None and column.maximum is not None:
        is_date = column.kind == "datetime"
        low, high = (
            write_date_or_number(value, context.locale, is_date=is_date) for value in (column.minimum, column.maximum)
        )
        yield context.words("range", low=low, high=high)
    elif profile and profile.frequencies:
        yield from _describe_frequencies(context, profile, many=many)
    elif profile and profile.words:
        yield context.words("words_of_texts", words=_join_words(profile, many=many))
    elif column.categories is not None:
        yield context.words.count("distinct", len(column.categories))


def _describe_frequencies(context: ReportContext, profile: ColumnProfile, *, many: bool) -> Iterator[str]:
    listed = profile.frequencies[: _CATEGORIES[many]]
    present = profile.rows - profile.missing
    for frequency in listed:
        share = context.locale.share(share_of(frequency.count, present))
        yield f"{write_category(context, frequency.value, profile.kind, _LONGEST[many])} {share}"
    further = max((profile.distinct or len(profile.frequencies)) - len(listed), 0)
    if further:
        yield context.words("categories_cut", number=further)


def _join_words(profile: ColumnProfile, *, many: bool) -> str:
    return ", ".join(cut(word.value, _LONGEST[many]) for word in profile.words[: _CATEGORIES[many]])
