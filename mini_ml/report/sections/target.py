"""The distribution of the target."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import Histogram, TargetProfile
from mini_ml.figures.bars import Bar, draw_bars
from mini_ml.figures.frame import Axis
from mini_ml.figures.histograms import Bins, draw_histogram
from mini_ml.report.blocks import Block, Figures, build_figure
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext, share_of

_MOST_LABELS: Final = 15


def build_target(context: ReportContext) -> Iterator[Block]:
    """Yield the figure of the target; nothing for models without a profile."""
    target = context.profile.target if context.profile else None
    if target and target.label_counts:
        yield _build_labels(context, target)
    elif target and target.histogram:
        yield _build_numbers(context, target.histogram)


def _build_labels(context: ReportContext, target: TargetProfile) -> Block:
    words, locale = context.words, context.locale
    counts = sorted(zip(map(cut, context.labels), target.label_counts, strict=False), key=lambda pair: -pair[1])
    total = sum(target.label_counts)
    bars = [
        Bar(label=label, value=count, text=f"{locale.count(count)} ({locale.share(share_of(count, total))})")
        for label, count in counts[:_MOST_LABELS]
    ]
    rest = counts[_MOST_LABELS:]
    if rest:
        count = sum(count for _, count in rest)
        text = f"{locale.count(count)} ({locale.share(share_of(count, total))})"
        bars.append(Bar(label=words.count("other_labels", len(rest)), value=count, text=text, muted=True))
    most, largest = counts[0]
    text = words("target_labels_desc", number=len(counts), most=most, share=locale.share(share_of(largest, total)))
    title = words("target_labels")
    figure = build_figure(draw_bars(bars, title=title, description=text), caption=title, text=text)
    return Figures(title=words("target_distribution", name=context.target), figures=[figure])


def _build_numbers(context: ReportContext, histogram: Histogram) -> Block:
    words = context.words
    title = words("target_numbers", name=context.target)
    text = describe_histogram(context, histogram, "target_numbers_desc")
    svg = draw_histogram(
        build_bins(histogram),
        across=Axis(name=context.target),
        up=words("rows_axis"),
        title=title,
        description=text,
        locale=context.locale,
    )
    figure = build_figure(svg, caption=title, text=text)
    return Figures(title=words("target_distribution", name=context.target), figures=[figure])


def build_bins(histogram: Histogram) -> Bins:
    """Return the ranges of a profile as a figure has them."""
    return Bins(edges=histogram.edges, counts=histogram.counts, below=histogram.below, above=histogram.above)


def describe_histogram(context: ReportContext, histogram: Histogram, key: str) -> str:
    """Return a sentence with the range of a histogram, and the ranges that hold most rows."""
    locale, edges = context.locale, histogram.edges
    first, last = _middle(histogram.counts)
    return context.words(
        key,
        low=locale.number(edges[0]),
        high=locale.number(edges[-1]),
        from_=locale.number(edges[first]),
        to=locale.number(edges[last + 1]),
    )


def _middle(counts: tuple[int, ...]) -> tuple[int, int]:
    """Return the first and the last of the fewest neighbouring ranges with more than half of all rows."""
    half, best = sum(counts) / 2, (0, len(counts) - 1)
    for first in range(len(counts)):
        rows = 0
        for last in range(first, len(counts)):
            rows += counts[last]
            if rows > half:
                best = min(best, (first, last), key=lambda pair: pair[1] - pair[0])
                break
    return best
