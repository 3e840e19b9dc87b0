"""Render the comparison of two versions as one HTML page that needs no other file and no script."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import ComparisonNote, MetricDifference, VersionComparison
from mini_ml.figures.dots import DotRow, draw_dots
from mini_ml.figures.frame import Axis
from mini_ml.report.blocks import Block, Figure, Figures, Items, Paragraph, Section, TextTable, build_figure
from mini_ml.report.language import Language
from mini_ml.report.pages import render_page
from mini_ml.report.sections.compared import build_data_side, build_metrics_side, build_model_side
from mini_ml.report.words import Words

_NUMBERS: Final = frozenset({1, 2, 3, 4})


def render_comparison(found: VersionComparison, *, fewest_rows: int, fewest_distinct: int, language: Language) -> bytes:
    """Return the comparison of two versions as HTML in UTF-8.

    Args:
        found: the comparison.
        fewest_rows: number of common rows below which there is no verdict.
        fewest_distinct: number of different rows among them below which there is no verdict.
        language: language of the page.
    """
    words = Words(language)
    names = _name_versions(found)
    return render_page(
        "comparison.html.j2",
        words=words,
        title=words("comparison_title", model=found.model_name, **names),
        heading=words("comparison_heading", model=found.model_name, **names),
        verdict=_write_verdict(found, words, fewest_rows, fewest_distinct),
        sections=[
            Section(name="verdict", title=words("verdict"), blocks=list(_build_verdict(found, words))),
            build_data_side(found, words),
            build_model_side(found, words),
            build_metrics_side(found, words),
        ],
    )


def _write_verdict(found: VersionComparison, words: Words, fewest_rows: int, fewest_distinct: int) -> str:
    if found.verdict == "too_few_rows" and found.common_rows >= fewest_rows:
        return words(
            "verdict_too_few_distinct",
            **_name_versions(found),
            rows=found.common_rows,
            distinct=found.distinct_rows,
            fewest=fewest_distinct,
        )
    obstacle = words(f"obstacle_{found.obstacle}") if found.obstacle else ""
    return words(
        f"verdict_{found.verdict}",
        **_name_versions(found),
        rows=found.common_rows,
        fewest=fewest_rows,
        obstacle=obstacle,
    )


def _build_verdict(found: VersionComparison, words: Words) -> Iterator[Block]:
    if found.differences:
        yield Paragraph(text=words("verdict_text", rows=found.common_rows))
        yield _build_table(found, words)
        yield Figures(figures=[_draw_difference(found, one, words) for one in found.differences])
    if found.verdict == "too_few_rows":
        yield Paragraph(text=words("recognised"))
    if found.notes:
        yield Items(title=words("comparison_notes"), texts=[_write_note(note, words) for note in found.notes])


def _name_versions(found: VersionComparison) -> dict[str, str]:
    """Return the version numbers for a text, without groups of digits."""
    return {"first": str(found.versions[0].version), "second": str(found.versions[1].version)}


def _write_note(note: ComparisonNote, words: Words) -> str:
    metrics = {name: words(f"metric_{note.params[name]}") for name in {"metric", "decisive"} & note.params.keys()}
    versions = {name: str(note.params[name]) for name in {"version", "other"} & note.params.keys()}
    return words(f"remark_{note.code}", **{**note.params, **metrics, **versions})


def _build_table(found: VersionComparison, words: Words) -> TextTable:
    locale = words.locale
    versions = [words("version_number", version=str(one.version)) for one in found.versions]
    return TextTable(
        title=words("differences"),
        heads=[words("metric"), *versions, words("difference"), words("interval"), words("says")],
        rows=[
            (
                words(f"metric_{one.metric}"),
                locale.score(one.values[0]),
                locale.score(one.values[1]),
                locale.number(one.difference),
                words("range_of_interval", low=locale.number(one.interval.low), high=locale.number(one.interval.high)),
                words(f"says_{one.verdict}"),
            )
            for one in found.differences
        ],
        numbers=_NUMBERS,
    )


def _draw_difference(found: VersionComparison, one: MetricDifference, words: Words) -> Figure:
    """Return a figure with a difference, its interval and the line at 0, at which there is none."""
    locale, metric = words.locale, words(f"metric_{one.metric}")
    title = words("difference_of", metric=metric)
    text = words(
        "difference_desc",
        **_name_versions(found),
        difference=locale.number(one.difference),
        low=locale.number(one.interval.low),
        high=locale.number(one.interval.high),
        better=words("difference_higher" if one.greater_is_better else "difference_lower"),
    )
    row = DotRow(label=metric, values=[one.difference], low=one.interval.low, high=one.interval.high)
    svg = draw_dots(
        [row], across=Axis(name=words("difference")), title=title, description=text, locale=locale, zero=True
    )
    return build_figure(svg, caption=title, text=text)
