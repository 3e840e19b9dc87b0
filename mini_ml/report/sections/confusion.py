"""The confusion matrix: a heat map of the labels with the most errors, the most frequent confusions, every label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mini_ml.contracts import ClassificationMetrics
from mini_ml.figures.heat_maps import draw_heat_map
from mini_ml.report.blocks import Beside, Block, Figures, Paragraph, Section, TextTable, build_figure
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext, share_of

_MOST_LABELS: Final = 16
"""Maximum number of labels in the heat map; of more, the others share a row and a column."""
_MOST_CONFUSIONS: Final = 20
_FOLDED_FROM: Final = 30
_SMALL: Final = 4
"""Up to this number of labels, the heat map stands beside the tables, and fits a phone."""

Matrix = Sequence[Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class _Confusion:
    labels: Sequence[str]
    matrix: Matrix

    def total(self, row: int) -> int:
        return sum(self.matrix[row])

    def recall(self, label: int) -> float:
        return share_of(self.matrix[label][label], self.total(label))

    def errors(self, label: int) -> int:
        return self.total(label) + sum(row[label] for row in self.matrix) - 2 * self.matrix[label][label]


def build_confusion(context: ReportContext) -> Section | None:
    """Return the section; None for regression and for models that were not measured."""
    metrics = context.manifest.metrics
    if not isinstance(metrics, ClassificationMetrics) or not metrics.confusion_matrix:
        return None
    if not any(map(any, metrics.confusion_matrix)):
        return None
    confusion = _Confusion(labels=[cut(label, 40) for label in metrics.labels], matrix=metrics.confusion_matrix)
    pictured = _build_map(context, confusion)
    tables: list[Block] = [] if len(confusion.labels) == 2 else list(_build_confusions(context, confusion))
    tables.append(_build_labels(context, confusion))
    if len(confusion.labels) <= _SMALL:
        parts: list[Block] = [Beside(columns=[[pictured], tables])]
    else:
        parts = [pictured, *tables]
    blocks = [Paragraph(text=context.words("confusion_text")), *parts]
    return Section(name="confusion", title=context.words("confusion"), blocks=blocks)


def _build_map(context: ReportContext, confusion: _Confusion) -> Block:
    words = context.words
    shown = _choose_labels(confusion)
    others = len(confusion.labels) - len(shown)
    matrix, labels = confusion.matrix, confusion.labels
    if others:
        matrix = _take_together(matrix, shown)
        labels = [*(labels[label] for label in shown), words("others")]
    shares = [[share_of(count, sum(row)) for count in row] for row in matrix]
    texts = [
        [_write_cell(context, count, share) for count, share in zip(row, line, strict=True)]
        for row, line in zip(matrix, shares, strict=True)
    ]
    right = sum(confusion.matrix[label][label] for label in range(len(confusion.labels)))
    number = sum(map(sum, confusion.matrix))
    text = words("confusion_desc", right=right, number=number, worst=_describe_worst(context, confusion))
    if others:
        text = f"{words('confusion_part', shown=len(shown), others=others)} {text}"
    svg = draw_heat_map(
        shares,
        texts,
        labels=labels,
        across=words("predicted_label"),
        up=words("true_label"),
        title=words("confusion_title"),
        description=text,
    )
    size = "usual" if len(labels) <= _SMALL else "wide"
    return Figures(figures=[build_figure(svg, caption=words("confusion_title"), text=text)], size=size)


def _choose_labels(confusion: _Confusion) -> list[int]:
    """Return the labels of the heat map, in their order: all of them, or those with the most errors."""
    every = range(len(confusion.labels))
    if len(every) <= _MOST_LABELS + 1:
        return list(every)
    return sorted(sorted(every, key=lambda label: (-confusion.errors(label), label))[:_MOST_LABELS])


def _take_together(matrix: Matrix, shown: Sequence[int]) -> list[list[int]]:
    """Return the matrix of some labels, with one more row and column for all others."""
    places = {label: place for place, label in enumerate(shown)}
    small = [[0] * (len(shown) + 1) for _ in range(len(shown) + 1)]
    for true, row in enumerate(matrix):
        for predicted, count in enumerate(row):
            small[places.get(true, len(shown))][places.get(predicted, len(shown))] += count
    return small


def _write_cell(context: ReportContext, count: int, share: float) -> str:
    if not count:
        return ""
    percent = f"{context.locale.fixed(share * 100, 0)}{context.locale.percent}"
    return f"{context.locale.count(count)}\n{percent}"


def _describe_worst(context: ReportContext, confusion: _Confusion) -> str:
    measured = [label for label in range(len(confusion.labels)) if confusion.total(label)]
    worst = min(measured, key=lambda label: (confusion.recall(label), -confusion.total(label)))
    share = context.locale.share(confusion.recall(worst))
    return context.words("worst_label", label=confusion.labels[worst], share=share)


def _build_confusions(context: ReportContext, confusion: _Confusion) -> Iterator[Block]:
    words, locale = context.words, context.locale
    pairs = [
        (count, true, predicted)
        for true, row in enumerate(confusion.matrix)
        for predicted, count in enumerate(row)
        if count and true != predicted
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    if not pairs:
        yield Paragraph(text=words("no_confusion"))
        return
    rows = [
        (
            confusion.labels[true],
            confusion.labels[predicted],
            locale.count(count),
            locale.share(share_of(count, confusion.total(true))),
        )
        for count, true, predicted in pairs[:_MOST_CONFUSIONS]
    ]
    heads = [words(key) for key in ("true", "predicted", "count_of_rows", "share_of_true")]
    yield TextTable(
        title=words("most_confused"), heads=heads, rows=rows, numbers=frozenset({2, 3}), folded=len(rows) > 8
    )


def _build_labels(context: ReportContext, confusion: _Confusion) -> TextTable:
    words, locale = context.words, context.locale
    predicted = [sum(column) for column in zip(*confusion.matrix, strict=True)]
    rows = []
    for place, label in enumerate(confusion.labels):
        right, total = confusion.matrix[place][place], confusion.total(place)
        recall = locale.share(share_of(right, total)) if total else "–"
        precision = locale.share(share_of(right, predicted[place])) if predicted[place] else "–"
        rows.append((label, locale.count(total), recall, precision))
    heads = [words(key) for key in ("label", "count_of_rows", "recall", "precision")]
    return TextTable(
        title=words("by_label"), heads=heads, rows=rows, numbers=frozenset({1, 2, 3}), folded=len(rows) > _FOLDED_FROM
    )
