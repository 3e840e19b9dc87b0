"""The metrics with their intervals, beside the baseline."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import ClassificationMetrics, Metrics
from mini_ml.figures.dots import DotRow, draw_dots
from mini_ml.figures.frame import Axis
from mini_ml.report.blocks import Beside, Block, Figures, Items, Paragraph, Section, TextTable, build_figure
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext

LOWER_IS_BETTER: Final = frozenset({"log_loss", "brier_score", "mae", "rmse", "median_absolute_error"})
_BOUNDED: Final = ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "average_precision")
"""Metrics between 0 and 1, which one figure can show."""
_WITHOUT_VALUE: Final = frozenset({"holdout_rows"})


def name_metric(context: ReportContext, metric: str) -> str:
    """Return what a metric is called in the language of the page."""
    return context.words.optional(f"metric_{metric}", metric.replace("_", " "))


def scores_of(metrics: Metrics) -> dict[str, float | None]:
    """Return the metrics by name, those without a value too."""
    return {
        name: value
        for name, value in metrics
        if name not in _WITHOUT_VALUE and (isinstance(value, float) or name in metrics.notes)
    }


def build_metrics(context: ReportContext) -> Section:
    """Return the section."""
    words, metrics = context.words, context.manifest.metrics
    blocks: list[Block]
    if not metrics.holdout_rows:
        blocks = [Paragraph(text=words("no_metrics"), important=True)]
    else:
        baseline = "baseline_classes" if isinstance(metrics, ClassificationMetrics) else "baseline_number"
        text = words("metrics_text", number=metrics.holdout_rows, baseline=words(baseline))
        blocks = [
            Paragraph(text=text),
            Beside(columns=[[_build_table(context, metrics)], list(_build_figure(context, metrics))]),
        ]
        blocks += _describe_threshold(context)
        blocks += _describe_gaps(context, metrics)
    return Section(name="metrics", title=words("metrics"), blocks=blocks)


def _build_table(context: ReportContext, metrics: Metrics) -> TextTable:
    words, locale = context.words, context.locale
    rows = []
    for name, value in scores_of(metrics).items():
        interval = metrics.intervals.get(name)
        bounds = "–"
        if interval is not None:
            low, high = locale.score(interval.low), locale.score(interval.high)
            bounds = words("range_of_interval", low=low, high=high)
        better = words("lower" if name in LOWER_IS_BETTER else "higher")
        baseline = locale.score(metrics.baseline.get(name))
        rows.append((name_metric(context, name), locale.score(value), bounds, baseline, better))
    heads = [words(key) for key in ("metric", "value", "interval", "baseline", "better")]
    return TextTable(title=words("metrics"), heads=heads, rows=rows, numbers=frozenset({1, 2, 3}), stacked=True)


def _build_figure(context: ReportContext, metrics: Metrics) -> Iterator[Block]:
    words, locale = context.words, context.locale
    rows, values = [], []
    for name in _BOUNDED:
        value = scores_of(metrics).get(name)
        if value is None:
            continue
        interval, baseline = metrics.intervals.get(name), metrics.baseline.get(name)
        low, high = (interval.low, interval.high) if interval else (None, None)
        shown = [value] if baseline is None else [value, baseline]
        rows.append(DotRow(label=name_metric(context, name), values=shown, low=low, high=high))
        values.append(f"{name_metric(context, name)} {locale.score(value)} ({locale.score(baseline)})")
    if rows:
        title = words("metrics_figure")
        text = words("metrics_figure_desc", values="; ".join(values))
        svg = draw_dots(
            rows,
            across=Axis(name=words("metric_axis"), low=0, high=1),
            title=title,
            description=text,
            locale=locale,
            series=(words("the_model"), words("baseline")),
        )
        yield Figures(figures=[build_figure(svg, caption=title)])


def _describe_threshold(context: ReportContext) -> Iterator[Block]:
    threshold = context.manifest.threshold
    if threshold is not None:
        text = context.words(
            "threshold", label=cut(threshold.label), probability=threshold.probability, f1=threshold.f1
        )
        yield Paragraph(text=text)


def _describe_gaps(context: ReportContext, metrics: Metrics) -> Iterator[Block]:
    """Yield why metrics have no value, in the words of the training."""
    if metrics.notes:
        texts = [f"{name_metric(context, name)}: {cut(note, 200)}" for name, note in metrics.notes.items()]
        yield Items(texts=texts, english=context.words.language != "en")
