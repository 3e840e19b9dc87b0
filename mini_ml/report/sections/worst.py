"""The hold-out rows that the model predicts worst, by their lines in the CSV."""

from typing import Final

from mini_ml.contracts import Label
from mini_ml.report.blocks import Block, Paragraph, Section, TextTable
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext, describe_notes

_MOST: Final = 20


def build_worst(context: ReportContext) -> Section | None:
    """Return the section; None if there is nothing to say about it."""
    words, profile = context.words, context.profile
    notes = list(describe_notes(context, "worst_errors"))
    if profile is None or not (profile.worst_errors or notes):
        return None
    blocks: list[Block] = []
    if profile.worst_errors:
        blocks = [Paragraph(text=words("worst_text")), _build_table(context)]
    return Section(name="worst", title=words("worst"), blocks=[*blocks, *notes])


def _build_table(context: ReportContext) -> TextTable:
    assert context.profile is not None
    words, locale = context.words, context.locale
    is_number = context.manifest.task == "regression"

    def write(value: Label | None) -> str:
        return locale.number(value) if is_number and isinstance(value, float | int) else cut(value)

    errors = context.profile.worst_errors[:_MOST]
    loss = words("loss_absolute" if is_number else "loss_log")
    if context.values:
        heads = [words("line"), words("actual"), words("predicted"), loss]
        rows = [
            [locale.count(one.line), write(one.actual), write(one.predicted), locale.score(one.loss)] for one in errors
        ]
        return TextTable(
            title=words("worst"), heads=heads, rows=rows, numbers=frozenset({1, 2, 3} if is_number else {3})
        )
    rows = [[locale.count(one.line), locale.score(one.loss)] for one in errors]
    return TextTable(title=words("worst"), heads=[words("line"), loss], rows=rows, numbers=frozenset({1}))
