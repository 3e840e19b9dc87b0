"""What the model is not good for, as far as its figures show it."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import ClassificationMetrics
from mini_ml.report.blocks import Items, Section, Text, mark_code
from mini_ml.report.cutting import cut, join
from mini_ml.report.sections.context import ReportContext, share_of
from mini_ml.report.sections.metrics import LOWER_IS_BETTER, name_metric, scores_of

_FEW_ROWS: Final = 100
_RARE: Final = 10
_UNBALANCED: Final = 0.8


def build_limits(context: ReportContext) -> Section:
    """Return the section."""
    texts: list[Text] = [*_describe_measurement(context), *_describe_labels(context), *_describe_inputs(context)]
    texts.append(context.words("limit_causes"))
    return Section(name="limits", title=context.words("limits"), blocks=[Items(texts=texts)])


def _describe_measurement(context: ReportContext) -> Iterator[Text]:
    words, manifest, metrics = context.words, context.manifest, context.manifest.metrics
    if not metrics.holdout_rows:
        yield words("limit_unmeasured")
        return
    if metrics.holdout_rows < _FEW_ROWS:
        yield words("limit_few_rows", number=metrics.holdout_rows)
    worse = [
        name for name, value in scores_of(metrics).items() if _is_not_better(name, value, metrics.baseline.get(name))
    ]
    if worse:
        yield words("limit_baseline", names=join(name_metric(context, name) for name in worse))
    if manifest.refitted:
        yield words("limit_refit")
    options = context.profile.options if context.profile else None
    if options is not None and options.time_column is None:
        yield mark_code(words("limit_random_split"))


def _is_not_better(name: str, value: float | None, baseline: float | None) -> bool:
    if value is None or baseline is None:
        return False
    return value >= baseline if name in LOWER_IS_BETTER else value <= baseline


def _describe_labels(context: ReportContext) -> Iterator[str]:
    words, metrics = context.words, context.manifest.metrics
    if isinstance(metrics, ClassificationMetrics) and metrics.confusion_matrix and metrics.holdout_rows:
        totals = zip(metrics.labels, map(sum, metrics.confusion_matrix), strict=True)
        rare = [cut(label, 40) for label, total in totals if total < _RARE]
        if rare:
            yield words("limit_rare", names=join(rare))
    counts = context.profile.target.label_counts if context.profile else ()
    if counts:
        share, place = share_of(max(counts), sum(counts)), counts.index(max(counts))
        if share >= _UNBALANCED:
            yield words("limit_unbalanced", label=cut(context.labels[place]), share=context.locale.share(share))


def _describe_inputs(context: ReportContext) -> Iterator[str]:
    words, columns = context.words, context.manifest.model_schema.columns
    kinds = {column.kind for column in columns}
    if kinds & {"numeric", "datetime"}:
        yield words("limit_ranges")
    if "categorical" in kinds:
        yield words("limit_categories")
    complete = sum(column.missing == 0 for column in columns)
    if complete:
        yield words("limit_missing", number=complete)
